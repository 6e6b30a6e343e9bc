"""Scalars of TensorBoard's event files by its own reader, in a process of its own with limits: the files are protobufs
with lengths in them, and the reader is other people's code.

One line of JSON comes in, the paths; one goes out, tag -> [[step, value], ...] for each path in turn.
"""

import json
import math
import sys
from importlib import import_module
from typing import Any

from checkpoints.reading.confined import limit_memory, limit_seconds

MOST_MEMORY, MOST_SECONDS = 4 << 30, 60
MOST_TAGS, MOST_POINTS = 200, 2_000


def scalars(path: str) -> dict[str, list[list[float]]]:
    """Of one file: those of torch's writer, and TensorFlow 2's, which are tensors. More points than `MOST_POINTS` are
    drawn from by the reader, always the same."""
    tb = import_module("tensorboard.backend.event_processing.event_accumulator")
    guidance = dict.fromkeys((tb.IMAGES, tb.AUDIO, tb.HISTOGRAMS, tb.COMPRESSED_HISTOGRAMS), 1)
    found = tb.EventAccumulator(path, {**guidance, tb.SCALARS: MOST_POINTS, tb.TENSORS: MOST_POINTS})
    found.Reload()
    tags = found.Tags()
    curves = {tag: [[each.step, each.value] for each in found.Scalars(tag)] for tag in tags["scalars"][:MOST_TAGS]}
    plugins = [tag for tag in tags["tensors"] if _is_scalar(found, tag)]
    curves |= {tag: [_point(each) for each in found.Tensors(tag)] for tag in plugins[:MOST_TAGS]}
    return {tag[:200]: [point for point in curve if all(map(math.isfinite, point))] for tag, curve in curves.items()}


def _is_scalar(found: Any, tag: str) -> bool:
    return bool(found.SummaryMetadata(tag).plugin_data.plugin_name == "scalars")


def _point(event: Any) -> list[float]:
    """NaN for what is no one number: to a shape of more the reader would repeat a value, however large it is."""
    if math.prod(size.size for size in event.tensor_proto.tensor_shape.dim) != 1:
        return [event.step, math.nan]
    try:
        return [event.step, float(import_module("tensorboard.util.tensor_util").make_ndarray(event.tensor_proto))]
    except (TypeError, ValueError):
        return [event.step, math.nan]


def main() -> int:
    """Exit code 0 with an answer."""
    limit_memory(MOST_MEMORY)
    limit_seconds(MOST_SECONDS)
    paths = json.loads(sys.stdin.readline())
    print(json.dumps([scalars(path) for path in paths]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
