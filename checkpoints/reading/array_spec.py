"""How arrays are read where more than one reading is possible. The page asks, the commands take an option."""

from collections.abc import Mapping
from dataclasses import dataclass, fields

from checkpoints.reading.quoting import shown
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
    "counted": "Classes by the numbers in their texts",
    "appearance": "Classes as they first appear",
}
ROLES = {
    "embeddings": "Embeddings of the test items, or of all",
    "labels": "Their labels",
    "train_embeddings": "Embeddings of the train items",
    "train_labels": "Their labels",
    "logits": "Logits of the test items",
    "probabilities": "Probabilities of the test items",
    "predictions": "Predicted classes of the test items",
    "ids": "Names of the test items",
    "class_names": "Names of the classes",
    "coordinates": "Coordinates of the test items on a map",
}
"""What an array of a file can be, role -> in words."""
_ALSO = {"test_embeddings": "embeddings", "test_labels": "labels"}
_LONGEST = 2_000
NO_CLASS = {"unlabelled": "Unlabelled, left out", "classes": "Classes like others"}


@dataclass(frozen=True, slots=True)
class ArraySpec:
    """`auto` takes what the tests of `class_scores` and `class_labels` say, and the notes say what that was.

    scores: what the test items' class scores are. columns: which class each of their columns is. negative_labels:
    whether labels below 0 name a class; by themselves they do not. void_labels: whether a label such as 255 names one,
    where `label_values` finds it possible that it does not. seed: draws the half of the items that teaches a
    probe, where there are no train items. mapping: which array is what, see `roles_in`; "" where the arrays' names say
    it.
    """

    scores: str = AUTO
    columns: str = AUTO
    negative_labels: str = AUTO
    void_labels: str = AUTO
    seed: int = 0
    mapping: str = ""

    def __post_init__(self) -> None:
        for name, options in READINGS.items():
            value = getattr(self, name)
            if value not in (AUTO, *options):
                raise LabError(words(name), f"must be one of {', '.join((AUTO, *options))}", repr(value)[:60])
        roles_in(self.mapping)
        if not 0 <= self.seed <= LARGEST_SEED:
            raise LabError("seed", f"must lie in 0 to {LARGEST_SEED:,}", self.seed)


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


def roles_in(text: str) -> dict[str, str]:
    """Role -> the array that has it, of "embeddings=X,labels=y". LabError for a text of another form.

    >>> roles_in("test_embeddings=X, labels=y")
    {'embeddings': 'X', 'labels': 'y'}
    """
    found: dict[str, str] = {}
    for part in text[:_LONGEST].split(",") if text else ():
        said, equals, name = (each.strip() for each in part.partition("="))
        role = _ALSO.get(said, said)
        if not equals or not name:
            raise LabError("map", "must be role=array with commas between, as embeddings=X,labels=y", shown(text))
        if role not in ROLES:
            raise LabError("map", f"must give roles among {', '.join(ROLES)}", but=f"gives {shown(said)}")
        if role in found:
            raise LabError("map", "must give each role once", but=f"gives {role} twice")
        found[role] = name
    return found


def written(roles: Mapping[str, str]) -> str:
    """The text of which `roles_in` makes these roles."""
    return ",".join(f"{role}={roles[role]}" for role in ROLES if role in roles)


READINGS = {"scores": SCORES, "columns": COLUMNS, "negative_labels": NO_CLASS, "void_labels": NO_CLASS}
AS_IT_COMES = ArraySpec()
