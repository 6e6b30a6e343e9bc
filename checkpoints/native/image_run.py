"""What a run on images says in the file of its outputs: recipe, log, evaluation, where it ran. Read as a stranger's.

Free of torch: the list of shipped checkpoints looks here.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from checkpoints.reading import strict_json
from checkpoints.reading.fields import Fields
from checkpoints.reading.quoting import shown
from checkpoints.training.images.recipe import ImageRecipe, Views
from losses.errors import LabError

RUN = "nce_lab_run"
_LIMIT = 2000
_INTERVAL = "_interval"


@dataclass(frozen=True, slots=True)
class ImageRun:
    """losses: of each epoch, in nats. stated: numbers that the run gave of itself, and their 95 % intervals, against
    all its train items (see `training.images.evaluation`); the file may hold the outputs of fewer."""

    recipe: ImageRecipe
    network: str
    losses: tuple[float, ...]
    stated: Mapping[str, float]
    intervals: Mapping[str, tuple[float, float]]
    device: str
    seconds: float
    versions: Mapping[str, str]

    def facts(self) -> dict[str, object]:
        """For a provenance, as plain JSON values."""
        recipe = self.recipe.plain()
        views = recipe.pop("views")
        return {
            "parameters": recipe.pop("parameters"),
            "recipe": recipe,
            "views": views,
            "stated_by_the_run": dict(self.stated),
            "log": {"loss": list(self.losses)},
            "command": self.recipe.command(),
            "trained_on": self.device,
            "training_seconds": self.seconds,
            "versions": dict(self.versions),
        }


def read_run(array: np.ndarray, where: str) -> ImageRun:
    """Of the array `RUN` of a file. LabError, one sentence, for one that no run has written."""
    if array.dtype.kind != "S" or array.shape != ():
        raise LabError(where, "must be one text", but=f"is of dtype {array.dtype} and shape {array.shape}")
    text = bytes(array[()]).decode("ascii", "replace")
    with Fields(strict_json.parse(text, name=where, brackets=2 * _LIMIT + 100), where) as fields:
        fields.integer("schema", 1, 1)
        recipe = _recipe(fields)
        for name in ("mean", "std"):
            fields.items(name, 3)
        losses = tuple(_loss(each, where) for each in fields.items("log", _LIMIT))
        stated, intervals = _evaluation(fields)
        with fields.inner("environment") as ran:
            device, seconds, versions = ran.text("device", 100), ran.number("training_seconds"), ran.texts("versions")
        return ImageRun(recipe, fields.text("network", 200), losses, stated, intervals, device, seconds, versions)


def _recipe(fields: Fields) -> ImageRecipe:
    with fields.inner("recipe") as own:
        return ImageRecipe(
            loss=own.text("loss"),
            parameters=own.numbers("parameters"),
            data=own.text("data", 100),
            encoder=own.text("encoder"),
            optimiser=own.text("optimiser"),
            precision=own.text("precision"),
            channels_last=own.truth("channels_last"),
            views=Views(**own.numbers("views")),
            **{name: own.integer(name, 0, 2**32) for name in _INTEGERS},
            **{name: own.number(name) for name in (*_NUMBERS, *(each for each in _LATER if each in own.names()))},  # type: ignore[arg-type]
        )


_INTEGERS = ("width", "projection", "side", "seed", "epochs", "batch_size")
_NUMBERS = ("learning_rate", "momentum", "weight_decay", "warmup")
_LATER = ("cutmix", "ema")  # that a file of an older run does not have


def _loss(entry: object, where: str) -> float:
    with Fields(entry, f"{where}: log entry") as fields:
        return fields.number("loss")


def _evaluation(fields: Fields) -> tuple[dict[str, float], dict[str, tuple[float, float]]]:
    stated, intervals = dict[str, float](), dict[str, tuple[float, float]]()
    with fields.inner("evaluation") as inner:
        for name in inner.names():
            if name.endswith(_INTERVAL):
                intervals[name.removesuffix(_INTERVAL)] = _pair(inner.items(name, 2), name)
            else:
                stated[name] = inner.number(name)
    return stated, intervals


def _pair(values: list[object], name: str) -> tuple[float, float]:
    numbers = [float(each) for each in values if isinstance(each, int | float) and not isinstance(each, bool)]
    if len(numbers) != 2 or not np.isfinite(numbers).all():
        raise LabError(f"evaluation.{shown(name)}", "must be two finite numbers", shown(values))
    return numbers[0], numbers[1]
