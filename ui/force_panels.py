"""The parts of the forces page: which batch and losses, one pair's formula, what the forces add up to, the code."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from analysis.batches import Batch, BatchSpec, random_batch, split_batch
from analysis.figures.forces import balance_table, live_formula
from analysis.gradients import ForceMatrix, force_losses, force_matrix
from analysis.outputs import Outputs
from analysis.pair_terms import most_repelled, pair_terms
from checkpoints.zoo import ZooEntry, shipped
from losses.catalog import CATALOG
from losses.errors import LabError
from ui.controls import Panel

RANDOM = "random"
_FIGURE = """from analysis.figures.forces import force_matrices
from analysis.gradients import force_matrix
{batch}
matrices = [force_matrix(batch.embeddings, batch.labels, loss, {temperature}) for loss in {losses}]
force_matrices(matrices, batch).plot.show()
"""
_RANDOM = """from analysis.batches import BatchSpec, random_batch

batch = random_batch({spec})"""
_CHECKPOINT = """from analysis.batches import split_batch
from checkpoints import open_outputs

outputs = open_outputs("checkpoints/zoo/{name}.safetensors")
batch = split_batch(outputs.test, outputs.class_names, classes={classes}, per_class={per_class}, seed={seed})"""


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A batch, with where it comes from in a sentence and in code."""

    batch: Batch
    origin: str
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the page shows: a batch seen through some losses at one temperature."""

    drawn: Drawn
    losses: tuple[str, ...]
    temperature: float

    def matrices(self) -> list[ForceMatrix]:
        batch = self.drawn.batch
        return [force_matrix(batch.embeddings, batch.labels, loss, self.temperature) for loss in self.losses]

    @property
    def code(self) -> str:
        return _FIGURE.format(batch=self.drawn.code, temperature=self.temperature, losses=self.losses)


def choose(controls: Panel) -> View:
    """The controls in the sidebar. LabError where they ask for what there is not."""
    entries = {entry.name: entry for entry in shipped()}
    checkpoints = {name: f"{CATALOG[entry.loss].title} · {entry.data}" for name, entry in entries.items()}
    source = controls.choice("Batch from", "batch", {RANDOM: "Random clusters"} | checkpoints, default=RANDOM)
    titles = force_losses()
    losses = controls.choices("Losses", "loss", titles, default=("supcon", "sincere"))
    temperature = controls.number("Temperature τ", "tau", default=0.1, low=0.02, high=2.0, step=0.01)
    classes = controls.integer("Classes", "classes", default=8, low=2, high=12)
    per_class = controls.integer("Samples per class", "per_class", default=8, low=2, high=32)
    if source == RANDOM:
        drawn = _random(controls, classes, per_class)
    else:
        drawn = _of_checkpoint(controls, entries[source], classes, per_class)
    if not losses:
        raise LabError("loss", "must name at least one loss", None, "Choose SupCon, SINCERE or both.")
    return View(drawn, losses, temperature)


def _random(controls: Panel, classes: int, per_class: int) -> Drawn:
    dimension = controls.integer("Dimension", "dimension", default=16, low=2, high=512)
    spread = controls.number(
        "Spread",
        "spread",
        default=0.3,
        low=0.0,
        high=2.0,
        step=0.05,
        help="Noise on each coordinate of a class centre.",
    )
    spec = BatchSpec(classes, per_class, dimension, spread, _seed(controls))
    origin = (
        f"{classes * per_class} random unit vectors in {dimension} dimensions, {per_class} around each class centre."
    )
    return Drawn(random_batch(spec), origin, _RANDOM.format(spec=spec))


def _of_checkpoint(controls: Panel, entry: ZooEntry, classes: int, per_class: int) -> Drawn:
    seed = _seed(controls)
    outputs = _opened(entry.digest, entry.path)
    batch = split_batch(outputs.test, outputs.class_names, classes=classes, per_class=per_class, seed=seed)
    origin = (
        f"{classes * per_class} test items of {entry.data}, {per_class} of each class, embedded by the encoder that"
        f" {CATALOG[entry.loss].title} trained at temperature {outputs.temperature:g}."
    )
    code = _CHECKPOINT.format(name=entry.name, classes=classes, per_class=per_class, seed=seed)
    return Drawn(batch, origin, code)


@st.cache_resource(max_entries=4, show_spinner="Opening the checkpoint …")
def _opened(digest: str, _path: Path) -> Outputs:
    from checkpoints.opening import open_outputs  # imports torch: not before the page stands

    return open_outputs(_path)


def _seed(controls: Panel) -> int:
    return controls.integer("Seed", "seed", default=0, low=0, high=2**31 - 1)


def one_pair(matrices: Sequence[ForceMatrix]) -> None:
    """The formula of each loss with the values of one same-class pair: the one that the first loss repels most."""
    anchor, other = most_repelled(matrices[0])
    terms = [pair_terms(matrix, anchor, other) for matrix in matrices]
    pushed = "pushes hardest" if terms[0].force > 0 else "pulls least"
    st.subheader(f"The same-class pair that {force_losses()[terms[0].loss]} {pushed}", anchor=False)
    for found in terms:
        st.latex(live_formula(found))
    st.caption(
        f"Anchor {anchor} and sample {other}, cosine {terms[0].cosine:.3f}, with |P| = {terms[0].positives} positives."
        " q is the pair's share among all other samples, g the noise's share against the pair alone."
        " SupCon repels a positive exactly when q > 1/|P|; SINCERE's derivative is never above 0."
    )


def sums(matrices: Sequence[ForceMatrix]) -> None:
    """What the forces add up to, one row a loss."""
    st.subheader("What the forces add up to", anchor=False)
    nats = st.column_config.NumberColumn(format="%.1f nats")
    formats = {
        "share": st.column_config.NumberColumn(format="percent"),
        "pull": nats,
        "push within classes": nats,
        "push to pull": st.column_config.NumberColumn(format="%.2f"),
        "push of noise": nats,
    }
    st.dataframe(balance_table(matrices), hide_index=True, column_config=formats)
    st.caption("Over all anchors. The forces on an anchor cancel: pull = push within classes + push of noise.")
