"""Data on which a number would say nothing: what leaves an item out of a vote or a probe, and what leaves all out.

A class that train does not have cannot be read off train. A test item whose embedding is a train item's to the last
bit finds itself. One class, one point: nothing to tell apart. Each is a reason or a count, never a number.
"""

import numpy as np

from analysis.neighbours.copies import copy_groups
from analysis.outputs import NO_EMBEDDINGS, NO_LABELS, Outputs, Split

ONE_CLASS = "train has one class only, so there is nothing to tell apart"
ONE_CLASS_WITHIN = "there is one class only, so there is nothing to tell apart"
_STEP = 2.0**-23  # of a float32 below 1: cosines closer together are one number
_AT_ONCE = 1 << 22  # numbers looked at together


def same_point(embeddings: np.ndarray) -> bool:
    """Whether two rows or more of (N, D) unit rows are all one, to the digits of their float32 cosines."""
    if len(embeddings) < 2:
        return False
    if not embeddings.shape[1]:
        return True
    first, step = embeddings[0].astype(np.float64), max(1, _AT_ONCE // embeddings.shape[1])
    # |a - b|^2 / 2 = 1 - cos of unit rows; most tables part at once.
    return all(
        ((embeddings[start : start + step] - first) ** 2).sum(axis=1).max() / 2 <= _STEP
        for start in range(0, len(embeddings), step)
    )


def nothing_near(outputs: Outputs) -> str:
    """Why no similarity between test and train, or within test, says anything, "" where it does."""
    if not outputs.has_embeddings:
        return NO_EMBEDDINGS
    if outputs.within:
        one = "there is no other item to be near to" if len(outputs.test) < 2 else ""
        return one or (
            f"all embeddings are {_the_same(outputs.test.embeddings)}" if same_point(outputs.test.embeddings) else ""
        )
    for name, split in (("train", outputs.train), ("test", outputs.test)):
        if same_point(split.embeddings):
            return f"all {name} embeddings are {_the_same(split.embeddings)}"
    return ""


def _the_same(embeddings: np.ndarray) -> str:
    """Rows that differ are not the same, though their cosines are: a mean far larger than what is around it does it."""
    if (embeddings == embeddings[0]).all():
        return "the same"
    return "the same to the digits of a float32 cosine: without their mean they may differ"


def nothing_to_read(outputs: Outputs) -> str:
    """Why no class can be read off the embeddings, "" where it can."""
    reason = nothing_near(outputs) or ("" if outputs.labelled else NO_LABELS)
    if reason or (outputs.searched.labels != outputs.searched.labels[0]).any():
        return reason
    return ONE_CLASS_WITHIN if outputs.within else ONE_CLASS


def judged(outputs: Outputs) -> np.ndarray:
    """(M,) bool: test items of a class that train has, whose embedding is no train item's. Without train items: of a
    class that another item has, whose embedding is no other item's."""
    return known(outputs) & ~copied(outputs)


def known(outputs: Outputs) -> np.ndarray:
    """(M,) bool: test items for which there is an item of their class to find."""
    sizes = np.bincount(outputs.searched.labels, minlength=len(outputs.class_names))
    return sizes[outputs.test.labels] > int(outputs.within)


def copied(outputs: Outputs) -> np.ndarray:
    """(M,) bool: test rows that would find themselves, to the last bit, in what is searched."""
    if not outputs.has_embeddings:
        return np.zeros(len(outputs.test), bool)
    if not outputs.within:
        return copies(outputs.test, outputs.train)
    groups = copy_groups(outputs.test.embeddings)
    if groups is None:
        return np.zeros(len(outputs.test), bool)
    several: np.ndarray = np.bincount(groups, minlength=len(groups))[groups] > 1
    return several


def too_few(outputs: Outputs, among: np.ndarray) -> str:
    """Why fewer than two test items are left to read classes off, "" where there are two."""
    if among.sum() >= 2:
        return ""
    if len(outputs.test) < 2:
        return f"an interval needs at least 2 items, here {len(outputs.test)}"
    absent = int((~known(outputs)).sum())
    if absent == len(outputs.test):
        return "no class has two items" if outputs.within else "no test item has a class that train has"
    rest = len(outputs.test) - absent - int(among.sum())
    twins, alone = _left_out(outputs)
    parts = [f"{rest:,} {twins}"] if rest else []
    parts += [f"{absent:,} are {alone}"] if absent else []
    return f"of {len(outputs.test):,} test items {' and '.join(parts)}, and fewer than 2 are left"


def _left_out(outputs: Outputs) -> tuple[str, str]:
    """How an item is said to have a copy, and to be of a class of which there is nothing to find."""
    if outputs.within:
        return "have the embedding of another item", "alone in their class"
    return "have the embedding of a train item", "of a class that train does not have"


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
    if reason and reason not in (NO_EMBEDDINGS, NO_LABELS) and len(test) > 1:
        said.append(f"{reason[0].upper()}{reason[1:]}.")
    if len(test) == 1:
        said.append("There is one test item only: no number has an interval.")
    if outputs.labelled and outputs.has_embeddings:
        said += _items_left_out(outputs)
    return tuple(said)


def _items_left_out(outputs: Outputs) -> list[str]:
    missing, same, items = ~known(outputs), int(copied(outputs).sum()), len(outputs.test)
    twins, alone = _left_out(outputs)
    said = []
    if missing.any():
        classes = _of_classes(len(np.unique(outputs.test.labels[missing])))
        of = alone if outputs.within else f"of {classes} that train does not have"
        lone, whose = missing.sum() == 1, "items" if outputs.within else "test items"
        are, they, them = ("is", "it has", "it") if lone else ("are", "they have", "them")
        of = of.replace("their", "its") if lone else of
        said.append(
            f"{missing.sum():,} of {items:,} {whose} {are} {of}:"
            f" {they} no target, and neighbours and probe are not judged on {them}."
        )
    if same:
        said.append(
            f"{same:,} of {items:,} test items {twins} to the last bit: nearest"
            " similarities, neighbours and probe leave them out."
        )
    return said


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
