"""What a run recorded of its gradient, as curves on one axis, with the lines that they can be held against."""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from analysis.forces.chance_level import ChanceSpec, chance_level
from analysis.forces.dynamics import simplex_loss
from losses.catalog import CATALOG, LossEntry, unit_of
from losses.records import Choosing


@dataclass(frozen=True, slots=True)
class Quantity:
    """One thing that is drawn against time: its name in `Curves.values`, a title with the unit, what it says, and
    whether its sign matters."""

    name: str
    title: str
    meaning: str
    signed: bool = False

    def of(self, losses: Iterable[str]) -> "Quantity":
        """In the unit in which these losses of the catalogue count: titles here say nats."""
        unit = unit_of(losses)
        return replace(self, title=self.title.replace("nats", unit), meaning=self.meaning.replace("nats", unit))


QUANTITIES: tuple[Quantity, ...] = (
    Quantity("loss", "loss (nats)", "Mean loss of the batches."),
    Quantity("gradient_norm", "gradient norm", "Norm of the mean loss's gradient on all weights, mean over batches."),
    Quantity(
        "signal_to_noise",
        "signal to noise",
        "Squared length of the gradient that the batches agree on, over the variance of one batch's gradient;"
        " below 0 where no agreement can be told from noise.",
        signed=True,
    ),
    Quantity(
        "outputs",
        "gradient on inputs",
        "Of the summed loss on what it sees, root mean square: nats per radian on an embedding, nats per unit on a"
        " sample's logits.",
    ),
    Quantity(
        "other_view",
        "other view (nats/rad)",
        "The part of that gradient that comes from the other view of the same image.",
    ),
    Quantity("same_class", "same class (nats/rad)", "Its part from other images of the same class."),
    Quantity("noise", "other classes (nats/rad)", "Its part from images of other classes."),
    Quantity(
        "repelling_share",
        "repelling pairs (share)",
        "Ordered pairs of one class, the other view among them, whose derivative is above 0.",
    ),
    Quantity("push_to_pull", "push to pull", "Within classes: sum of the pushes over the sum of the pulls."),
    Quantity(
        "toward_optimum",
        "cosine to the optimum",
        "Between descent on the embeddings and the way to the nearest simplex with a corner a class, all embeddings as"
        " one vector."
        " At 1 descent goes straight there, at 0 across; below 0 away from it.",
        signed=True,
    ),
    Quantity("knn_accuracy", "1-NN accuracy (share)", "Of the test side. Watched, never optimised."),
)


@dataclass(frozen=True, slots=True)
class Line:
    """A level that a curve is held against, in the unit of the curve."""

    name: str
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Curves:
    """One run: `loss` is its catalogue name, times (T,) are epochs or steps, values (T,) by quantity, NaN where nothing
    was recorded. layers (T,) are gradient norms by layer. lines: levels by quantity. name: of a file of somebody's own,
    as it came; "" for a run that its loss names."""

    loss: str
    times: np.ndarray
    values: Mapping[str, np.ndarray]
    layers: Mapping[str, np.ndarray]
    lines: Mapping[str, tuple[Line, ...]]
    name: str = ""

    @property
    def title(self) -> str:
        return self.name or CATALOG[self.loss].title

    def has(self, name: str) -> bool:
        return name in self.values and bool(np.isfinite(self.values[name]).any())


def loss_lines(
    loss: str, batch: int, classes: int, parameters: Mapping[str, float], *, views: int = 2
) -> tuple[Line, ...]:
    """Chance level of the loss, and the least it can be where that is known, in nats.

    `batch` images, `views` of each under an embedding loss, in classes of one size. The chance level is that of
    constant logits and a uniform prior, or of all-equal embeddings.
    """
    entry = CATALOG[loss]
    size = batch * views if entry.family == "labelled embeddings" else batch
    lines = [Line(f"chance, {_level(entry)}", chance_level(ChanceSpec(loss, size, classes)).formula)]
    if entry.family == "labelled embeddings":
        where = "at the targets" if entry.contrast.is_soft else "at the simplex"
        lines.append(Line(f"least, {where}", simplex_loss(loss, size, classes, parameters)))
    if isinstance(entry.record, Choosing) and entry.record.given == "label" and entry.record.own_class_below:
        # Every sample's class certain; its candidates of that class share the rest.
        shared = Line("least, log(N / K)", math.log(size / classes))
        lines.append(shared if entry.record.candidates != "classes" else Line("least", 0.0))
    return tuple(lines)


def _level(entry: LossEntry) -> str:
    """The chance level in letters: N images and their 2N views, K classes."""
    record = entry.record
    if isinstance(record, Choosing):
        return entry.chance_words
    if record.depends_on_level:
        return "all equal"
    if record.positives == "view" or record.others_below:
        return "log(2N - 1)" if record.own_below else "log(2N - 2)"
    return "log(e^-ε + noise)" if record.margin else "log(1 + noise)"
