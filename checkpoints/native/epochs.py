"""The training log: one entry an epoch, and what the gradient did in it. Free of torch.

In a file the log is a list of entries, as it was before there were dynamics; these are one object of columns beside
it, a number or null an epoch, and may be missing.
"""

import math
from dataclasses import asdict, dataclass, fields

from checkpoints.reading.fields import Fields
from checkpoints.reading.quoting import shown
from losses.errors import LabError

MAX_EPOCHS = 10_000
MAX_LAYERS = 64


@dataclass(frozen=True, slots=True)
class Dynamics:
    """The gradient in one epoch; None where a number does not exist for the loss or could not be measured.

    signal_to_noise: over the batches of the epoch, |mean gradient|^2, freed of the share that noise has in it, over the
    variance of one batch's gradient (its trace); below 0 where the mean is lost in noise. outputs: root mean square
    over the first batch of the summed loss's gradient on what the loss sees: a sample's logits (nats per unit) or an
    embedding along the sphere (nats per radian). other_view to push_to_pull: see `PairDynamics` in
    `analysis.forces.dynamics`, for the first batch. toward_optimum: cosine between descent and the way to the nearest
    simplex of classes. layers: norms of the mean loss's gradient on each layer's parameters, by name, mean over
    batches.
    """

    signal_to_noise: float | None = None
    outputs: float | None = None
    other_view: float | None = None
    same_class: float | None = None
    noise: float | None = None
    repelling_share: float | None = None
    push_to_pull: float | None = None
    toward_optimum: float | None = None
    layers: tuple[tuple[str, float], ...] = ()


COLUMNS = tuple(field.name for field in fields(Dynamics) if field.name != "layers")


@dataclass(frozen=True, slots=True)
class Epoch:
    """One line of the training log: mean loss (nats) and mean gradient norm of its batches, then the 1-nearest
    neighbour accuracy of the data set's test side among its train side, in [0, 1]. Files of old have no dynamics."""

    loss: float
    gradient_norm: float
    knn_accuracy: float
    dynamics: Dynamics | None = None


def log_json(log: tuple[Epoch, ...] | list[Epoch]) -> dict[str, object]:
    """The fields that `read_log` takes back; dynamics where every epoch has them, and columns with any number."""
    entries = [asdict(epoch) for epoch in log]
    for entry in entries:
        del entry["dynamics"]
    known = [epoch.dynamics for epoch in log if epoch.dynamics is not None]
    if not known or len(known) < len(log):
        return {"log": entries}
    columns: dict[str, object] = {name: [getattr(each, name) for each in known] for name in COLUMNS}
    columns = {name: column for name, column in columns.items() if column != [None] * len(known)}
    names = [name for name, _ in known[0].layers]
    layers = [{"name": name, "norm": [each.layers[at][1] for each in known]} for at, name in enumerate(names)]
    return {"log": entries, "dynamics": {**columns, "layers": layers}}


def read_log(about: Fields) -> tuple[Epoch, ...]:
    """The log of a file, with its dynamics if it has them."""
    rows = []
    for value in about.items("log", MAX_EPOCHS):
        with Fields(value, "log entry") as entry:
            rows.append((entry.number("loss"), entry.number("gradient_norm"), entry.number("knn_accuracy")))
    if "dynamics" not in about.names():
        return tuple(Epoch(*row) for row in rows)
    return tuple(Epoch(*row, dynamics) for row, dynamics in zip(rows, _dynamics(about, len(rows)), strict=True))


def _dynamics(about: Fields, epochs: int) -> list[Dynamics]:
    with about.inner("dynamics") as columns:
        found = {name: _column(columns, name, epochs) for name in COLUMNS if name in columns.names()}
        layers = [_layer(value, epochs) for value in columns.items("layers", MAX_LAYERS)]
    return [
        Dynamics(
            **{name: column[epoch] for name, column in found.items()},
            layers=tuple((name, norms[epoch]) for name, norms in layers),
        )
        for epoch in range(epochs)
    ]


def _layer(value: object, epochs: int) -> tuple[str, list[float]]:
    """Name and norms of one layer: here a null is none."""
    with Fields(value, "dynamics of a layer") as layer:
        name, norms = layer.text("name", 100), _column(layer, "norm", epochs)
    if None in norms:
        raise LabError("dynamics of a layer", "must have a norm for every epoch", "null")
    return name, [norm for norm in norms if norm is not None]


def _column(fields: Fields, name: str, epochs: int) -> list[float | None]:
    """One number or null an epoch."""
    values: list[float | None] = []
    for value in fields.items(name, MAX_EPOCHS):
        known = isinstance(value, int | float) and not isinstance(value, bool)
        if value is not None and not (known and math.isfinite(value)):  # type: ignore[arg-type]
            raise LabError(f"dynamics: {name}", "must be finite numbers or null", shown(value))
        values.append(None if value is None else float(value))  # type: ignore[arg-type]
    if len(values) != epochs:
        raise LabError(f"dynamics: {name}", f"must have one number an epoch, {epochs:,} in all", len(values))
    return values
