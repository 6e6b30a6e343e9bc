"""Data on which a number would say nothing: what leaves an item out of a vote or a probe, and what leaves all out.

A class that train does not have cannot be read off train. A test item whose embedding is a train item's to the last
bit finds itself. One class, one point: nothing to tell apart. Each is a reason or a count, never a number.
"""

import numpy as np

from analysis.outputs import NO_TRAIN, Outputs, Split

ONE_CLASS = "train has one class only, so there is nothing to tell apart"
_STEP = 2.0**-23  # of a float32 below 1: cosines closer together are one number
_AT_ONCE = 1 << 22  # numbers looked at together


def same_point(embeddings: np.ndarray) -> bool:
    """Whether two rows or more of (N, D) unit rows are all one, to the digits of their float32 cosines."""
    if len(embeddings) < 2:
        return False
    first, step = embeddings[0].astype(np.float64), max(1, _AT_ONCE // embeddings.shape[1])
    # |a - b|^2 / 2 = 1 - cos of unit rows; most tables part at once.
    return all(
        ((embeddings[start : start + step] - first) ** 2).sum(axis=1).max() / 2 <= _STEP
        for start in range(0, len(embeddings), step)
    )


def nothing_near(outputs: Outputs) -> str:
    """Why no similarity between test and train says anything, "" where it does."""
    if not len(outputs.train):
        return NO_TRAIN
    for name, split in (("train", outputs.train), ("test", outputs.test)):
        if same_point(split.embeddings):
            return f"all {name} embeddings are the same"
    return ""


def nothing_to_read(outputs: Outputs) -> str:
    """Why no class can be read off the embeddings, "" where it can."""
    reason = nothing_near(outputs)
    one = len(outputs.train) > 0 and (outputs.train.labels == outputs.train.labels[0]).all()
    return reason or (ONE_CLASS if one else "")


def judged(outputs: Outputs) -> np.ndarray:
    """(M,) bool: test items of a class that train has, whose embedding is no train item's."""
    return np.isin(outputs.test.labels, outputs.train.labels) & ~copies(outputs.test, outputs.train)


def too_few(outputs: Outputs, among: np.ndarray) -> str:
    """Why fewer than two test items are left to read classes off, "" where there are two."""
    if among.sum() >= 2:
        return ""
    if len(outputs.test) < 2:
        return f"an interval needs at least 2 items, here {len(outputs.test)}"
    absent = int((~np.isin(outputs.test.labels, outputs.train.labels)).sum())
    if absent == len(outputs.test):
        return "no test item has a class that train has"
    rest = len(outputs.test) - absent - int(among.sum())
    parts = [f"{rest:,} have the embedding of a train item"] if rest else []
    parts += [f"{absent:,} are of a class that train does not have"] if absent else []
    return f"of {len(outputs.test):,} test items {' and '.join(parts)}, and fewer than 2 are left"


def copies(test: Split, train: Split) -> np.ndarray:
    """(M,) bool: test rows that are train rows to the last bit, where 0 is -0."""
    found = np.zeros(len(test), bool)
    if not len(train):
        return found
    # Equal rows have equal sums of their bits: few others do, and only those are compared.
    own, others = _sums(test.embeddings), _sums(train.embeddings)
    suspects = np.flatnonzero(np.isin(own, others))
    if len(suspects):
        rows = train.embeddings[np.isin(others, own[suspects])] + np.float32(0)
        known = {row.tobytes() for row in rows}
        found[suspects] = [(row + np.float32(0)).tobytes() in known for row in test.embeddings[suspects]]
    return found


def warnings(outputs: Outputs) -> tuple[str, ...]:
    """What a reader must know before the numbers, one sentence each; nothing for sound data."""
    test, said = outputs.test, []
    reason = nothing_to_read(outputs)
    if reason and reason != NO_TRAIN:
        said.append(f"{reason[0].upper()}{reason[1:]}.")
    if len(test) == 1:
        said.append("There is one test item only: no number has an interval.")
    if len(outputs.train):
        missing = ~np.isin(test.labels, outputs.train.labels)
        if missing.any():
            classes = len(np.unique(test.labels[missing]))
            said.append(
                f"{missing.sum():,} of {len(test):,} test items are of {_of_classes(classes)} that train does not have:"
                " they have no target, and neighbours and probe are not judged on them."
            )
        same = int(copies(test, outputs.train).sum())
        if same:
            said.append(
                f"{same:,} of {len(test):,} test items have the embedding of a train item to the last bit: nearest"
                " similarities, neighbours and probe leave them out."
            )
    return tuple(said)


def _of_classes(count: int) -> str:
    return "a class" if count == 1 else f"{count:,} classes"


def _sums(embeddings: np.ndarray) -> np.ndarray:
    """Sum of each row's bits as whole numbers, (N,) uint64, the same for 0 and -0."""
    step = max(1, _AT_ONCE // embeddings.shape[1])
    parts = [
        (embeddings[start : start + step] + np.float32(0)).view(np.uint32).sum(axis=1, dtype=np.uint64)
        for start in range(0, len(embeddings), step)
    ]
    return np.concatenate(parts)
