"""What a native checkpoint says about itself: one JSON object, validated field by field both ways."""

import json
from collections.abc import Mapping
from dataclasses import dataclass

from checkpoints.native.encoders import SmallConvSpec, encoder_json, read_encoder
from checkpoints.native.epochs import Epoch, log_json, read_log
from checkpoints.native.recipes import Recipe
from checkpoints.reading import strict_json
from checkpoints.reading.fields import Fields
from checkpoints.reading.quoting import shown
from losses.errors import LabError

SCHEMA = 1
MAX_CLASSES = 1000


@dataclass(frozen=True, slots=True)
class Metadata:
    """Everything about a checkpoint but its weights.

    `metrics` are those of the finished model, `log` has one entry an epoch, `command` repeats the run,
    `libraries` maps names to the versions it ran on.
    """

    encoder_name: str
    encoder: SmallConvSpec
    recipe: Recipe
    class_names: tuple[str, ...]
    metrics: Mapping[str, float]
    log: tuple[Epoch, ...]
    command: str
    libraries: Mapping[str, str]

    def __post_init__(self) -> None:
        if self.encoder.head == "classes" and self.encoder.outputs != len(self.class_names):
            raise LabError("encoder outputs", f"must be the {len(self.class_names)} classes", self.encoder.outputs)

    def to_json(self) -> str:
        """Deterministic: sorted keys, no time of day, no machine."""
        recipe = self.recipe
        return json.dumps(
            {
                "schema": SCHEMA,
                "encoder": encoder_json(self.encoder_name, self.encoder),
                **recipe_json(recipe),
                "class_names": self.class_names,
                "metrics": dict(self.metrics),
                **log_json(self.log),
                "command": self.command,
                "libraries": dict(self.libraries),
            },
            sort_keys=True, separators=(",", ":"), allow_nan=False,
        )  # fmt: skip


def read_metadata(text: str, *, name: str) -> Metadata:
    """Metadata from the JSON of a file. LabError names the first field that breaks its rule."""
    with Fields(strict_json.parse(text, name=name, brackets=30_000), name) as fields:
        schema = fields.integer("schema", 0, 2**31)
        if schema != SCHEMA:
            raise LabError(
                f"{name}.schema", f"must be {SCHEMA}", schema, "The file is from another version of NCE Lab."
            )
        encoder_name, encoder = read_encoder(fields.inner("encoder"))
        return Metadata(
            encoder_name, encoder, read_recipe(fields), _class_names(fields), fields.numbers("metrics"),
            read_log(fields), fields.text("command"), fields.texts("libraries"),
        )  # fmt: skip


def recipe_json(recipe: Recipe) -> dict[str, object]:
    """The fields that `read_recipe` takes back."""
    return {
        "loss": {"name": recipe.loss, "parameters": dict(recipe.parameters)},
        "data": recipe.data,
        "seed": recipe.seed,
        "training": {
            "epochs": recipe.epochs, "batch_size": recipe.batch_size,
            "learning_rate": recipe.learning_rate, "weight_decay": recipe.weight_decay,
        },
    }  # fmt: skip


def read_recipe(fields: Fields) -> Recipe:
    """Recipe from a file's fields; its own bounds are those of a command line."""
    with fields.inner("loss") as loss:
        name, parameters = loss.text("name"), loss.numbers("parameters")
    with fields.inner("training") as training:
        return Recipe(
            name, fields.text("data"), fields.integer("seed", 0, 2**32 - 1), training.integer("epochs", 1, 10_000),
            training.integer("batch_size", 1, 2**20), training.number("learning_rate"),
            training.number("weight_decay"), parameters,
        )  # fmt: skip


def _class_names(fields: Fields) -> tuple[str, ...]:
    names = fields.items("class_names", MAX_CLASSES)
    texts = tuple(name for name in names if isinstance(name, str) and len(name) <= 100 and name.isprintable())
    if len(texts) != len(names) or len(set(texts)) != len(names) or not names:
        raise LabError("class_names", "must be different texts of at most 100 characters", shown(names))
    return texts
