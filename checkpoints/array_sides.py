"""From named arrays to the sides that they are of: train, test, or items of one side alone; labelled or not."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import cast

import numpy as np

from analysis.outputs import NO_LABELS, Split
from checkpoints.reading import class_scores as scores
from checkpoints.reading.array_rules import Notes, class_labels, item_names, map_coordinates, unit_embeddings
from checkpoints.reading.array_spec import ArraySpec
from checkpoints.reading.class_scores import ClassScores, class_scores
from checkpoints.reading.label_values import LabelValues, label_values
from losses.errors import LabError, plural

NAMES = {
    "train embeddings": ("train_embeddings", "train_embeds"),
    "train labels": ("train_labels",),
    "train ids": ("train_ids",),
    "train coordinates": ("train_coordinates",),
    "test embeddings": ("test_embeddings", "test_embeds", "embeds"),
    "test labels": ("test_labels", "labels"),
    "test ids": ("test_ids", "ids"),
    "test coordinates": ("test_coordinates", "coordinates"),
}
_ALONE = "{}: there are no train items, so similarities are within the items and half of them teach a probe"
_ALONE_UNLABELLED = "{}: there are no train items"
_BARE = "there are no embeddings, only class scores and labels: what needs embeddings is not available"
_NO_CLASS = "no item has a label: what needs labels is not available"
_SCORES_NEED_LABELS = "Class scores without embeddings need an array test_labels."


@dataclass(frozen=True, slots=True, eq=False)
class ArraySides:
    """arrays: what there is of each of `NAMES`, and all by their own name; names: what each is called in this file, or
    would be by the names of the others. given: the sides that have items."""

    found: Mapping[str, np.ndarray | None]
    names: Mapping[str, str]
    given: tuple[str, ...]
    arrays: Mapping[str, np.ndarray]

    @classmethod
    def of(cls, arrays: Mapping[str, np.ndarray], file: str, have: Sequence[str]) -> "ArraySides":
        """LabError where an array is missing; `have` are all names in the file."""
        found = {what: next((arrays[name] for name in names if name in arrays), None) for what, names in NAMES.items()}
        parts = [part for part in ("embeddings", "labels") if found[f"train {part}"] is not None]
        given = ("train", "test") if parts else ("test",)
        if parts and found["test embeddings"] is None and found["test labels"] is None and "embeddings" in parts:
            given = ("train",)
        sides = cls(found, _names_in(arrays), given, arrays)
        missing = sides._missing()
        if missing:
            named = ", ".join(sorted(have)) or "no arrays"
            word = "array" if len(missing) == 1 else "arrays"
            remedy = _SCORES_NEED_LABELS if any(name in arrays for name in scores.NAMES) else None
            raise LabError(
                file, f"must have the {word} {', '.join(missing)}", but=f"has {named}"[:200], remedy=remedy or ""
            )
        return sides

    @property
    def bare(self) -> bool:
        """Whether class scores and labels are all there is."""
        there = any(name in self.arrays for name in scores.NAMES) and self.found["test labels"] is not None
        return self.given == ("test",) and self.found["test embeddings"] is None and there

    def _missing(self) -> list[str]:
        """Embeddings of every side, and labels of every side or of none."""
        labelled = any(self.found[f"{side} labels"] is not None for side in self.given)
        needed = [f"{side} embeddings" for side in self.given if not self.bare]
        needed += [f"{side} labels" for side in self.given if labelled]
        return [self.names[what] for what in sorted(needed, key=list(NAMES).index) if self.found[what] is None]

    def about_train(self, labelled: bool) -> str:
        alone = _ALONE if labelled else _ALONE_UNLABELLED
        return _BARE if self.bare else alone.format(self.names[f"{self.given[0]} embeddings"])

    @property
    def about_embeddings(self) -> str:
        return "none" if self.bare else "as given in the file"

    def values(self, spec: ArraySpec, notes: Notes) -> LabelValues:
        """The labels; of no side where there are none."""
        labels = {
            side: class_labels(array, self.names[f"{side} labels"], notes)
            for side in self.given
            if (array := self.found[f"{side} labels"]) is not None
        }
        values = label_values(labels, spec, notes, columns=self._columns()) if labels else LabelValues({}, {}, {}, {})
        if any(rows.any() for rows in values.labelled.values()):
            return values
        notes.add(_NO_CLASS)
        return LabelValues({}, {}, {}, values.taken)

    def _columns(self) -> int:
        """Of the widest array of class scores."""
        tables = (self.arrays[name] for name in (*scores.NAMES, *scores.TRAIN_NAMES) if name in self.arrays)
        return max((each.shape[1] for each in tables if each.ndim == 2), default=0)

    def kept(self, side: str, values: LabelValues, notes: Notes) -> tuple[np.ndarray, np.ndarray]:
        """Unit rows (N, D) of one side, and which of them take part, (N,) bool."""
        name, labels = self.names[f"{side} embeddings"], self.names[f"{side} labels"]
        if self.bare:
            items = len(values.sides[side]) if values.sides else 0
            embeddings, directed = np.empty((items, 0), np.float32), np.ones(items, bool)
        else:
            embeddings, directed = unit_embeddings(self._array(f"{side} embeddings"), name, notes)
        if not values.sides and not self.bare:
            if not directed.any():
                raise LabError(name, "must have a row with a direction", but="has rows of zeros alone")
            return embeddings, directed
        items = len(values.sides.get(side, ()))
        if items != len(embeddings):
            rule = f"must have a row for each of {plural(len(embeddings), 'row')} of {name}"
            turned = embeddings.shape[1] == items > 1
            raise LabError(labels, rule, items, f"Its columns are as many: save {name}.T." if turned else "")
        kept = directed & values.labelled.get(side, directed)
        if not kept.any():
            raise LabError(labels, "must name the class of at least one item with a direction", but="names none")
        return embeddings, kept

    def scores(
        self, values: LabelValues, spec: ArraySpec, notes: Notes, file: str
    ) -> tuple[ClassScores | None, dict[str, str]]:
        """The class scores of the test items, and of each array of them that is not used the reason."""
        known = (*scores.NAMES, *scores.TRAIN_NAMES, scores.CLASS_NAMES)
        if not values.sides:
            return None, {name: NO_LABELS for name in known if name in self.arrays}
        if self.given == ("train",):
            return None, {name: "there are no test items" for name in known if name in self.arrays}
        read, left = class_scores(self.arrays, values, spec, notes, file=file)
        if self.bare and read is None:
            name = next(name for name in scores.NAMES if name in self.arrays)
            raise LabError(name, "must be usable where there are no embeddings", but=f"is not: {left[name]}")
        return read, left

    def split(
        self,
        side: str,
        embeddings: np.ndarray,
        kept: np.ndarray,
        values: LabelValues,
        classes: np.ndarray,
        read: ClassScores | None,
    ) -> Split:
        labels = np.zeros(int(kept.sum()), np.int64)
        if values.sides:
            labels = np.searchsorted(classes, values.sides[side][kept])
        logits = probabilities = None
        if read is not None and side == "test":
            own = read.values[kept]
            logits, probabilities = (own, None) if read.kind == "logits" else (None, own)
        return Split(
            embeddings[kept],
            labels,
            logits,
            None,
            self._ids(side, kept),
            probabilities=probabilities,
            coordinates=self._coordinates(side, kept),
            labelled=bool(values.sides),
        )

    def _ids(self, side: str, kept: np.ndarray) -> np.ndarray:
        given = self.found[f"{side} ids"]
        if given is None:
            return np.flatnonzero(kept).astype(np.str_)
        return item_names(given, self.names[f"{side} ids"], len(kept))[kept]

    def _coordinates(self, side: str, kept: np.ndarray) -> np.ndarray | None:
        given = self.found[f"{side} coordinates"]
        return None if given is None else map_coordinates(given, self.names[f"{side} coordinates"], len(kept))[kept]

    def _array(self, what: str) -> np.ndarray:
        return cast(np.ndarray, self.found[what])


def nothing_of(split: Split) -> Split:
    """The train side where there is none: no rows of the same kind."""
    return Split(split.embeddings[:0], split.labels[:0], labelled=split.labelled)


def check_dimensions(widths: Mapping[str, int], names: Mapping[str, str]) -> None:
    """LabError where test has other dimensions than train."""
    if len(set(widths.values())) > 1:
        rule = f"must have the {plural(widths['train'], 'dimension')} of {names['train embeddings']}"
        raise LabError(names["test embeddings"], rule, widths["test"])


def _names_in(arrays: Mapping[str, np.ndarray]) -> dict[str, str]:
    """What each array is called in this file, or would be by the names of the others."""
    short = any(name.endswith("embeds") for name in arrays)
    found = {what: next((name for name in names if name in arrays), None) for what, names in NAMES.items()}
    return {
        what: found[what] or next((name for name in names if short and name.endswith("embeds")), names[0])
        for what, names in NAMES.items()
    }
