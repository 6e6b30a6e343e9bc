"""The same items for every model: test items matched by their ids, and a sentence where the data are not the same."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np

from analysis.outputs import ROWS, Outputs, Split
from losses.errors import LabError

FEWEST, MOST = 2, 6
_REMEDY = "Compare checkpoints on the same data."
_TRAIN = "Leave out one kind: compare those without train items, or those with them."
_LONGEST = 40
_IMAGES = 256  # compared at once
_FAR = 32  # of 255 grey levels: unlike photographs are 60 and more apart, two ways to resize one a few


def matched(outputs: Mapping[str, Outputs]) -> dict[str, Outputs]:
    """The outputs by name with the test items of each in the order of the first; train items are checked alone.

    LabError where there are not two to six, or where class names, items, labels or images differ.
    """
    if not FEWEST <= len(outputs) <= MOST:
        raise LabError("checkpoints", f"must number {FEWEST} to {MOST} to be compared", len(outputs))
    _check_kinds(outputs)
    outputs = _with_all_classes(outputs)
    (first, reference), *others = outputs.items()
    return {first: reference} | {name: _matched(name, other, first, reference) for name, other in others}


def _check_kinds(outputs: Mapping[str, Outputs]) -> None:
    """Similarities within the items are no similarities to train items."""
    within = [name for name, each in outputs.items() if each.within]
    others = [name for name, each in outputs.items() if not each.within]
    if within and others:
        rule = f"must have train items where {_first(others)} {'has' if len(others) == 1 else 'have'} them"
        but = f"{'has' if len(within) == 1 else 'have'} none"
        raise LabError(_first(within), rule, but=but, remedy=_TRAIN)


def _first(names: list[str]) -> str:
    """Names as a sentence lists them."""
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"


def has_names(split: Split) -> bool:
    """Whether the ids are more than row numbers, which two files may share by accident."""
    return not bool(np.char.isdigit(split.ids).all())


def _with_all_classes(outputs: Mapping[str, Outputs]) -> Mapping[str, Outputs]:
    """The same where their class names differ by classes without items alone, as of a head that is wider than the data:
    each then has the classes of all, and a head has probability 0 for those that it does not know."""
    present = {frozenset(_present(each)) for each in outputs.values()}
    widest = max(outputs.values(), key=lambda each: len(each.class_names))
    names = tuple(dict.fromkeys(name for each in (widest, *outputs.values()) for name in each.class_names))
    alike = all(len(set(each.class_names)) == len(each.class_names) for each in outputs.values())
    if len(present) > 1 or not alike or len({each.class_names for each in outputs.values()}) == 1:
        return outputs
    return {name: _renamed(each, names) for name, each in outputs.items()}


def _present(outputs: Outputs) -> set[str]:
    labels = np.concatenate([outputs.train.labels, outputs.test.labels])
    return {outputs.class_names[label] for label in np.unique(labels)}


def _renamed(outputs: Outputs, names: tuple[str, ...]) -> Outputs:
    """With `names`, which has all of its own, for class names."""
    if outputs.class_names == names:
        return outputs
    place = np.array([names.index(name) for name in outputs.class_names])
    train, test = (_relabelled(split, place, len(names)) for split in (outputs.train, outputs.test))
    return replace(outputs, train=train, test=test, class_names=names)


def _relabelled(split: Split, place: np.ndarray, classes: int) -> Split:
    def spread(table: np.ndarray | None, absent: float) -> np.ndarray | None:
        if table is None or table.shape[1] != len(place):
            return table
        wide = np.full((len(table), classes), absent, table.dtype)
        wide[:, place] = table
        return wide

    logits, probabilities = spread(split.logits, -np.inf), spread(split.probabilities, 0.0)
    return replace(split, labels=place[split.labels], logits=logits, probabilities=probabilities)


def _matched(name: str, other: Outputs, first: str, reference: Outputs) -> Outputs:
    """`other` with its test items in the order of `reference`."""
    if other.class_names != reference.class_names:
        said = f"{_listed(other.class_names)} against {_listed(reference.class_names)}"
        raise LabError(f"class names of {name}", f"must be those of {first}", but=f"are {said}", remedy=_REMEDY)
    sides = {"test": (other.test, reference.test), "train": (other.train, reference.train)}
    orders = {
        side: _order(f"{side} items of {name}", split, first, onto, reference.class_names)
        for side, (split, onto) in sides.items()
    }
    order = orders["test"]
    if (order == np.arange(len(order))).all():
        return other
    return replace(other, test=_taken(other.test, order))


def _order(what: str, split: Split, first: str, onto: Split, class_names: tuple[str, ...]) -> np.ndarray:
    """Rows of `split` in the order of `onto`, once both are known to hold the same labelled items."""
    rule = f"must be those of {first}"
    _check_ids(what, split, first, onto)
    order = np.empty(len(onto), dtype=np.int64)
    order[np.argsort(onto.ids)] = np.argsort(split.ids)
    wrong = np.flatnonzero(split.labels[order] != onto.labels)
    if len(wrong):
        own, other = (class_names[labels[wrong[0]]] for labels in (split.labels[order], onto.labels))
        has = "has" if len(wrong) == 1 else "have"
        said = f"{len(wrong):,} {has} another label, first {_quoted(onto.ids[wrong[0]])}: {_quoted(own)}, there "
        raise LabError(what, rule, but=said + _quoted(other), remedy=_REMEDY)
    if _other_images(split.images, order, onto.images):
        raise LabError(what, rule, but="have the same ids with other images", remedy=_REMEDY)
    return order


def _other_images(images: np.ndarray | None, order: np.ndarray, others: np.ndarray | None) -> bool:
    """Whether any image is another one, and not the same prepared in another way: far off on average over its pixels.

    Nothing is said of images of unlike size: a layout has its own.
    """
    if images is None or others is None or images.shape[1:] != others.shape[1:]:
        return False
    for start in range(0, len(order), _IMAGES):
        rows = slice(start, start + _IMAGES)
        away = np.abs(images[order[rows]].astype(np.int16) - others[rows])
        if (away.reshape(len(away), -1).mean(axis=1) > _FAR).any():
            return True
    return False


def _check_ids(what: str, split: Split, first: str, onto: Split) -> None:
    own, others = np.unique(split.ids), np.unique(onto.ids)
    theirs = f"{what.partition(' of ')[0]} of {first}"
    for ids, side, whose in ((own, split, what), (others, onto, theirs)):
        if len(ids) < len(side):
            twice = next(
                each for each, count in zip(*np.unique(side.ids, return_counts=True), strict=True) if count > 1
            )
            said = f"{_quoted(twice)} stands twice"
            raise LabError(whose, "must each have an id of their own", but=said, remedy=_REMEDY)
    missing, new = np.setdiff1d(others, own), np.setdiff1d(own, others)
    if len(missing) or len(new):
        parts = [f"{_are(len(missing))} missing, first {_quoted(missing[0])}"] if len(missing) else []
        parts += [f"{_are(len(new))} unknown there, first {_quoted(new[0])}"] if len(new) else []
        raise LabError(what, f"must be those of {first}", but="; ".join(parts), remedy=_REMEDY)


def _are(count: int) -> str:
    return f"{count:,} {'is' if count == 1 else 'are'}"


def _taken(split: Split, order: np.ndarray) -> Split:
    def taken(array: np.ndarray | None) -> np.ndarray | None:
        return None if array is None else array[order]

    kept: dict[str, Any] = {name: taken(getattr(split, name)) for name in ROWS}
    return replace(split, **kept)


def _listed(names: tuple[str, ...]) -> str:
    return f"{len(names)} ({', '.join(_quoted(name) for name in names[:3])}{', …' if len(names) > 3 else ''})"


def _quoted(text: str) -> str:
    """Text from a file in quotes, its control and bidi characters escaped."""
    text = str(text)
    return repr(text if len(text) <= _LONGEST else text[:_LONGEST] + "…")
