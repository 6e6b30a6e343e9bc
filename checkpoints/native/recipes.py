"""What a training run is: every number that decides the bytes of its checkpoint. Free of torch."""

import math
import shlex
from collections.abc import Mapping
from dataclasses import dataclass

from checkpoints.native.datasets import DATASETS
from checkpoints.native.objectives import BOUNDS, OBJECTIVES
from losses.errors import LabError


@dataclass(frozen=True, slots=True)
class Recipe:
    """A training run, complete. `parameters` are all of the loss's own (see OBJECTIVES for names and defaults)."""

    loss: str
    data: str
    seed: int
    epochs: int
    batch_size: int
    learning_rate: float
    weight_decay: float
    parameters: Mapping[str, float]

    def __post_init__(self) -> None:
        check_known("loss", self.loss, OBJECTIVES)
        check_known("data", self.data, DATASETS)
        check_integer("seed", self.seed, 0, 2**32 - 1)
        check_integer("epochs", self.epochs, 1, 10_000)
        check_integer("batch size", self.batch_size, 8, 4096)
        check_number("learning rate", self.learning_rate, 1e-7, 1.0)
        check_number("weight decay", self.weight_decay, 0.0, 1.0)
        objective = OBJECTIVES[self.loss]
        if not objective.takes(self.parameters):
            raise LabError(
                f"parameters of {self.loss}",
                f"must be {', '.join(objective.parameters)}",
                ", ".join(sorted(self.parameters)) or "none",
            )
        for name, value in self.parameters.items():
            check_number(name, value, *BOUNDS[name])

    def options(self, out: str) -> dict[str, str | float]:
        """Each option of `python -m checkpoints.train`, without its dashes, that repeats this run whatever the defaults
        become."""
        return {
            "loss": self.loss, "data": self.data, "seed": self.seed, "epochs": self.epochs,
            "batch-size": self.batch_size, "learning-rate": self.learning_rate, "weight-decay": self.weight_decay,
            **{name.replace("_", "-"): value for name, value in self.parameters.items()}, "out": out,
        }  # fmt: skip

    def command(self, out: str) -> str:
        """The command line of these options."""
        return shlex.join(["python", "-m", "checkpoints.train", *words_of(self.options(out))])


def words_of(options: Mapping[str, str | float | bool]) -> list[str]:
    """Of options and their values the words of a command; one that is true stands without a value, one that is false
    not at all.

    >>> words_of({"loss": "nll", "seed": 0, "channels-last": True})
    ['--loss', 'nll', '--seed', '0', '--channels-last']
    """
    words = list[str]()
    for name, value in options.items():
        if value is not False:
            words += [f"--{name}"] if value is True else [f"--{name}", str(value)]
    return words


def check_known(kind: str, name: str, known: Mapping[str, object]) -> None:
    """LabError for a name that is not among the keys."""
    if name not in known:
        raise LabError(kind, f"must be one of {', '.join(known)}", repr(name))


def check_integer(name: str, value: int, low: int, high: int) -> None:
    """LabError for anything but a whole number within the bounds."""
    if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
        raise LabError(name, f"must be an integer from {low:,} to {high:,}", value)


def check_number(name: str, value: float, low: float, high: float) -> None:
    """LabError for anything but a finite number within the bounds."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise LabError(name, "must be a finite number", value)
    if not low <= value <= high:
        raise LabError(name, f"must lie in {low:g} to {high:g}", value)
