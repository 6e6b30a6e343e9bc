"""How arrays are read where more than one reading is possible. The page asks, the commands take an option."""

from dataclasses import dataclass, fields

from losses.errors import LabError

AUTO = "auto"
LARGEST_SEED = 1_000_000
SCORES = {"logits": "Logits", "probabilities": "Probabilities"}
COLUMNS = {
    "named": "By the array class_names",
    "number": "Column k is the class of label k",
    "order": "Classes in ascending order",
    "from_one": "Column k is the class of label k + 1",
    "text": "Classes in the order of texts",
    "appearance": "Classes as they first appear",
}
NEGATIVE = {"unlabelled": "Unlabelled, left out", "classes": "Classes like others"}


@dataclass(frozen=True, slots=True)
class ArraySpec:
    """`auto` takes what the tests of `class_scores` and `class_labels` say, and the notes say what that was.

    scores: what the test items' class scores are. columns: which class each of their columns is. negative_labels:
    whether labels below 0 name a class; by themselves they do not. seed: draws the half of the items that teaches a
    probe, where there are no train items.
    """

    scores: str = AUTO
    columns: str = AUTO
    negative_labels: str = AUTO
    seed: int = 0

    def __post_init__(self) -> None:
        for name, options in READINGS.items():
            value = getattr(self, name)
            if value not in (AUTO, *options):
                raise LabError(words(name), f"must be one of {', '.join((AUTO, *options))}", repr(value)[:60])
        if not 0 <= self.seed <= LARGEST_SEED:
            raise LabError("seed", f"must lie in 0 to {LARGEST_SEED:,}", self.seed)


READINGS = {"scores": SCORES, "columns": COLUMNS, "negative_labels": NEGATIVE}
AS_IT_COMES = ArraySpec()


def words(name: str) -> str:
    """A field's name as a sentence has it."""
    return name.replace("_", " ")


def asked_for(spec: ArraySpec) -> list[str]:
    """What was asked for by name."""
    return [field.name for field in fields(spec) if getattr(spec, field.name) != field.default]


def check_no_arrays(spec: ArraySpec | None, file: str) -> None:
    """LabError where a reading of arrays is asked for and the file has none."""
    for name in asked_for(spec or AS_IT_COMES):
        raise LabError(words(name), f"must be left out for {file}", None, "It is about files of arrays.")
