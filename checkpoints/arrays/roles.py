"""Which array of a file is what, as far as names, shapes and first values tell: a proposal, for the user to confirm."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np

from checkpoints.arrays.listed import ArrayListing, ListedArray
from checkpoints.reading.array_spec import ROLES, written

BY_NAME, BY_SHAPE = "by its name", "by its shape and first values"
# What people call them, in pieces of a name in small letters. The first kind of which a piece is there, and whose shape
# fits: y_pred is a prediction and no label.
_WORDS = {
    "logits": "logit logits scores outputs output out",
    "probabilities": "prob probs proba probas probability probabilities softmax confidence confidences",
    "predictions": "pred preds predicted prediction predictions yhat predict",
    "class_names": "classnames classes categories names",
    "coordinates": "tsne umap coord coords coordinate coordinates xy projection projected pca 2d",
    "labels": "y ys label labels target targets class classes gt truth category categories digit species cls lbl",
    "ids": "id ids index idx indices key keys uid filename filenames file files path paths image images name names",
    "embeddings": "x xs embedding embeddings embed embeds emb embs feature features feat feats z zs representation"
    " representations repr reps vector vectors vec vecs latent latents h hidden encoding encodings code codes data"
    " activations descriptor descriptors tensors e dim",
}
CLASS_NAMES = frozenset(["class_names", *_WORDS["class_names"].split()])
"""What names of classes are called, in small letters."""
_KINDS = {kind: frozenset(words.split()) for kind, words in _WORDS.items()}
_TRAIN = frozenset(["train", "training", "tr", "gallery", "support", "reference", "base", "bank", "memory"])
_TEST = frozenset(["test", "testing", "te", "val", "valid", "validation", "eval", "dev", "query", "queries"])
_PIECES = re.compile(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+[a-z]?")
_FEWEST_TO_SUM = 1e-3


@dataclass(frozen=True, slots=True)
class RoleProposal:
    """roles: role -> array. why: role -> by what that was told. Sure where names alone told."""

    roles: Mapping[str, str]
    why: Mapping[str, str]

    @property
    def sure(self) -> bool:
        return bool(self.why) and set(self.why.values()) == {BY_NAME}


@dataclass(frozen=True, slots=True)
class _Guess:
    """An array with its kind, its side ("train", "test" or ""), and by what the kind was told."""

    array: ListedArray
    kind: str
    side: str
    why: str

    @property
    def items(self) -> int:
        return self.array.shape[0]


def propose(listing: ArrayListing) -> RoleProposal:
    """The likeliest role of each array; an array of none is left out, and so is a role that none has."""
    guesses = [guess for each in listing.arrays if (guess := _guess(each)) is not None]
    test, train = _sides([guess for guess in guesses if guess.kind == "embeddings"])
    found: dict[str, _Guess] = {}
    for role, one in (("embeddings", test), ("train_embeddings", train)):
        if one is not None:
            found[role] = one
            taken = _labels(guesses, one, [each for each in found.values() if each.kind == "labels"])
            if taken is not None:
                found[role.replace("embeddings", "labels")] = taken
    found |= _others(guesses, test)
    ordered = {role: found[role] for role in ROLES if role in found}
    return RoleProposal(
        {role: guess.array.name for role, guess in ordered.items()},
        {role: guess.why for role, guess in ordered.items()},
    )


def said(listing: ArrayListing, roles: Mapping[str, str]) -> str:
    """The text of `--map` for these roles."""
    return written({role: listing.called(name) for role, name in roles.items()})


def _guess(array: ListedArray) -> _Guess | None:
    if array.refused or not array.shape or array.shape[0] < 2:
        return None
    pieces = {piece.lower() for piece in _PIECES.findall(array.name.replace("yhat", "pred"))}
    pieces |= {array.name.lower()}
    side = "train" if pieces & _TRAIN else "test" if pieces & _TEST else ""
    named = [kind for kind, words in _KINDS.items() if pieces & words]
    for kind in named:
        fits = _fitting(array, kind)
        if fits:
            return _Guess(array, fits, side, BY_NAME)
    kind = _kind_by_shape(array)
    return _Guess(array, kind, side, BY_SHAPE) if kind else None


def _fitting(array: ListedArray, kind: str) -> str:
    """The kind that the array can be where its name says `kind`: "" for none."""
    table = _is_table(array)
    if kind in ("logits", "probabilities", "predictions"):
        if table:
            return "probabilities" if _are_probabilities(array) else "logits"
        return "predictions" if _names_classes(array) and kind != "probabilities" else ""
    fits = {
        "class_names": array.are_texts and len(array.shape) == 1 and _distinct(array) == len(array.sample),
        "coordinates": table and array.shape[1] == 2,
        "labels": _names_classes(array) or (table and _is_one_hot(array)),
        "ids": len(array.shape) == 1 and array.dtype[:5] != "float",
        "embeddings": table or (array.are_numbers and len(array.shape) == 4 and array.shape[2:] == (1, 1)),
    }
    return kind if fits[kind] else ""


def _kind_by_shape(array: ListedArray) -> str:
    if _is_table(array):
        if _is_one_hot(array):
            return "labels"
        return "probabilities" if _are_probabilities(array) else "embeddings"
    if not _names_classes(array):
        return ""
    # Each value once is a name or a number of the item and not its class.
    once = _distinct(array) == len(array.sample) > 2
    return "ids" if once else "labels"


def _sides(found: list[_Guess]) -> tuple[_Guess | None, _Guess | None]:
    """Test and train embeddings; one table alone is the test items', whatever it is called."""
    best = sorted(found, key=lambda guess: guess.why != BY_NAME)
    train = next((guess for guess in best if guess.side == "train"), None)
    rest = [guess for guess in best if guess is not train]
    test = next((guess for guess in rest if guess.side == "test"), rest[0] if rest else None)
    if test is None:
        return train, None
    if train is None:
        others = [guess for guess in rest if guess is not test and guess.side != "test" and _same_space(guess, test)]
        train = max(others, key=lambda guess: guess.items, default=None)
        if train is not None and train.items < test.items and test.side != "test":
            test, train = train, test
    return test, train if train is None or _same_space(train, test) else None


def _same_space(one: _Guess, other: _Guess) -> bool:
    """As wide as each other, and not as many: as many are two views of the same items."""
    sides = {one.side, other.side} == {"train", "test"}
    return one.array.shape[1] == other.array.shape[1] and (sides or one.items != other.items)


def _labels(guesses: Iterable[_Guess], of: _Guess, taken: list[_Guess]) -> _Guess | None:
    """Those of its side and as many; by name before by shape."""
    free = [each for each in guesses if each.kind == "labels" and each not in taken]
    fitting = [each for each in free if each.items == of.items and each.side in (of.side, "")]
    fitting += [each for each in free if each.items == of.items and each not in fitting]
    best = sorted(fitting, key=lambda each: (each.why != BY_NAME, each.side != of.side, _is_table(each.array)))
    named = [each for each in free if each.why == BY_NAME and each.side == of.side]
    return next(iter([*best, *named]), None)


def _others(guesses: Iterable[_Guess], test: _Guess | None) -> dict[str, _Guess]:
    """The first of each further kind that is of the test items; names of classes are of no items."""
    found: dict[str, _Guess] = {}
    # A file name says more of an item than its row.
    for each in sorted(guesses, key=lambda guess: guess.kind == "ids" and not guess.array.are_texts):
        if each.kind in ("labels", "embeddings") or each.kind in found or each.side == "train":
            continue
        if each.kind == "class_names" or test is None or each.items == test.items:
            found[each.kind] = each
    if test is None and "labels" not in found:
        labels = next((each for each in guesses if each.kind == "labels" and each.side != "train"), None)
        found |= {} if labels is None else {"labels": labels}
    return found


def _is_table(array: ListedArray) -> bool:
    return array.are_numbers and array.dtype != "bool" and len(array.shape) == 2 and array.shape[1] >= 2


def _names_classes(array: ListedArray) -> bool:
    """One text or whole number an item."""
    flat = len(array.shape) == 1 or (len(array.shape) == 2 and array.shape[1] == 1)
    if not flat or not array.are_numbers:
        return flat and array.are_texts
    if not array.sample.size:
        return False
    with np.errstate(invalid="ignore"):  # a signalling NaN becomes a quiet one
        values = array.sample.astype(np.float64)
    values = values[~np.isnan(values)]  # a label that is not there
    return bool(values.size and np.isfinite(values).all() and (values == np.rint(values)).all())


def _are_probabilities(array: ListedArray) -> bool:
    rows = array.rows
    inside = bool(rows.size) and bool(((rows >= 0) & (rows <= 1 + _FEWEST_TO_SUM)).all())
    return inside and bool((np.abs(rows.sum(axis=1) - 1) <= 10 * _FEWEST_TO_SUM).all())


def _is_one_hot(array: ListedArray) -> bool:
    rows = array.rows
    return bool(rows.size) and bool(np.isin(rows, (0, 1)).all() and (rows.sum(axis=1) == 1).all())


def _distinct(array: ListedArray) -> int:
    return len(np.unique(array.sample))
