"""python -m checkpoints.images.decode_worker: JPEG and PNG to scaled pixels, in a process of its own with limits.

It is given bytes and opens no file. A request is a line of JSON on stdin, then the image's bytes; the answer a line of
JSON, then its pixels.
"""

import json
import sys

from checkpoints.images.scaling import Scaling, scaled
from checkpoints.reading.confined import limit_memory, limit_seconds
from losses.errors import LabError

MOST_MEMORY, MOST_SECONDS = 2 << 30, 60


def main() -> int:
    """Answers until stdin ends."""
    limit_memory(MOST_MEMORY)
    source, out = sys.stdin.buffer, sys.stdout.buffer
    for line in source:
        limit_seconds(MOST_SECONDS)
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


if __name__ == "__main__":
    sys.exit(main())
