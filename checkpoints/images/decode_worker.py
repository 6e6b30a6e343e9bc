"""python -m checkpoints.images.decode_worker: JPEG and PNG to scaled pixels, in a process of its own with limits.

It is given bytes and opens no file. A request is a line of JSON on stdin, then the image's bytes; the answer a line of
JSON, then its pixels.
"""

import json
import sys
import time

from checkpoints.images.scaling import Scaling, scaled
from losses.errors import LabError

MOST_MEMORY, MOST_SECONDS = 2 << 30, 60


def main() -> int:
    """Answers until stdin ends."""
    _limit(memory=True)
    source, out = sys.stdin.buffer, sys.stdout.buffer
    for line in source:
        _limit()
        asked = json.loads(line)
        data = source.read(asked["bytes"])
        try:
            pixels = scaled(data, Scaling(*asked["scaling"]), name=asked["name"]).tobytes()
            said: dict[str, object] = {"follow": len(pixels)}
        except LabError as refusal:
            pixels, said = b"", {"refused": str(refusal), "follow": 0}
        out.write(json.dumps(said).encode() + b"\n" + pixels)
        out.flush()
    return 0


def _limit(*, memory: bool = False) -> None:
    """Processor time from now on, where the system knows such limits; once, of memory."""
    try:
        import resource
    except ImportError:  # Windows
        return
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(time.process_time()) + MOST_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (until if most == resource.RLIM_INFINITY else min(until, most), most))
    if memory:
        _, most = resource.getrlimit(resource.RLIMIT_AS)
        least = MOST_MEMORY if most == resource.RLIM_INFINITY else min(MOST_MEMORY, most)
        resource.setrlimit(resource.RLIMIT_AS, (least, least))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


if __name__ == "__main__":
    sys.exit(main())
