"""A side of images through the network in several processes: each takes a share, the first has them all."""

import json

import numpy as np

from checkpoints.foreign.seen import Seen, joined, runs
from checkpoints.ranks import Ranks


def agreed(ranks: Ranks | None, kept: list[Seen]) -> list[tuple[int, int]]:
    """What an earlier pass had done of a side, as the first process knows it: items from and to."""
    ranges = [(each.start, each.stop) for each in kept]
    if ranks is None:
        return ranges
    if ranks.rank == 0:
        for other in ranks.others:
            ranks.send(other, np.array(ranges, np.int64).reshape(-1, 2))
        return ranges
    return [(start, stop) for start, stop in ranks.receive(0)[0].tolist()]


def gathered(ranks: Ranks, own: list[Seen]) -> list[Seen]:
    """The first gets what all have done, the others send it and have nothing more to do."""
    if ranks.rank == 0:
        return own + [_seen(*part) for other in ranks.others for part in _received(ranks, other)]
    parts = [joined(run) for run in runs(own)]
    ranks.send(0, np.array([len(parts)]))
    for part in parts:
        refused = np.frombuffer(json.dumps(part.refused).encode(), np.uint8)
        outputs = [] if part.outputs is part.features else [part.outputs]
        about = np.array([part.start, part.stop])
        ranks.send(0, about, part.rows, part.features, part.images, refused, *outputs)
    return []


def _received(ranks: Ranks, other: int) -> list[list[np.ndarray]]:
    return [ranks.receive(other) for _ in range(int(ranks.receive(other)[0][0]))]


def _seen(about: np.ndarray, rows: np.ndarray, features: np.ndarray, images: np.ndarray, refused: np.ndarray, *outputs: np.ndarray) -> Seen:  # fmt: skip # noqa: E501
    said = tuple(json.loads(refused.tobytes()))
    return Seen(int(about[0]), int(about[1]), rows, features, outputs[0] if outputs else features, images, said)
