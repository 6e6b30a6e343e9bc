"""Where the forces page's batch comes from: random clusters, a moment of a toy world, a checkpoint."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import streamlit as st

from analysis.forces.batches import BatchSpec, ForceBatch, random_batch, split_batch
from analysis.forces.head_batches import HeadBatchSpec, HeadForceBatch, head_split_batch, random_head_batch
from analysis.outputs import Outputs
from checkpoints.zoo import FOLDER as ZOO
from checkpoints.zoo import ZooEntry
from losses.catalog import CATALOG
from toy_models.repulsion import LOSSES, RepulsionSpec
from ui.checkpoints import offer, zoo_list
from ui.checkpoints.opened import BELOW, analyses_of, of_shipped, opened
from ui.controls import Controls

RANDOM, TOY = "random", "toy"
_STEPS = 200
_RANDOM = """from analysis.forces.batches import BatchSpec, random_batch

batch = random_batch({spec})"""
_TOY = """import numpy as np
from analysis.forces.batches import ForceBatch
from toy_models.repulsion import RepulsionSpec, simulate

spec = {spec}
frame = next(frame for frame in simulate(spec) if frame.step >= {step})
names = tuple(str(label) for label in sorted(set(spec.labels)))
batch = ForceBatch(frame.positions[0], np.array(spec.labels), names)"""
_CHECKPOINT = """from analysis.forces.batches import split_batch
from checkpoints import open_outputs

outputs = open_outputs({path!r})
batch = split_batch(outputs.test, outputs.class_names, classes={classes}, per_class={per_class}, seed={seed})"""
_RANDOM_HEAD = """from analysis.forces.head_batches import HeadBatchSpec, random_head_batch

batch = random_head_batch({spec})"""
_CHECKPOINT_HEAD = """from analysis.forces.head_batches import head_split_batch
from checkpoints import open_outputs

outputs = open_outputs({path!r})
sizes = dict(classes={classes}, per_class={per_class})
batch = head_split_batch(outputs.test, outputs.class_names, **sizes, softness={softness}, seed={seed})"""


@dataclass(frozen=True, slots=True)
class _Source:
    """A checkpoint as the page speaks of it: its outputs, whose items they are, what embeds them, its path in code."""

    outputs: Outputs
    items: str
    encoder: str
    path: str


@dataclass(frozen=True, slots=True, eq=False)
class Drawn:
    """A batch, with where it comes from in a sentence and in code; `seed` is what drew it."""

    batch: ForceBatch
    origin: str
    code: str


@dataclass(frozen=True, slots=True, eq=False)
class DrawnHead:
    """The same for logits and targets."""

    batch: HeadForceBatch
    origin: str
    code: str
    seed: int


def draw(controls: Controls) -> Drawn:
    """The controls of a batch of embeddings, and the batch."""
    entries = zoo_list.on_offer()
    sources = {RANDOM: "Random clusters", TOY: "Repulsion, a moment of a run"}
    source = _choose(controls, "batch", sources, entries)
    classes = controls.integer("Classes", "classes", default=8, low=1, high=16)
    per_class = controls.integer("Samples per class", "per_class", default=8, low=1, high=64)
    if source == RANDOM:
        return _random(controls, classes, per_class)
    if source == TOY:
        return _toy(controls, classes, per_class)
    return _of_checkpoint(controls, _source(controls, entries, source), classes, per_class)


def draw_head(controls: Controls) -> DrawnHead:
    """The controls of a batch of logits and targets, and the batch."""
    entries = {name: entry for name, entry in zoo_list.on_offer().items() if CATALOG[entry.loss].family == "class head"}
    source = _choose(controls, "head_batch", {RANDOM: "Random logits"}, entries)
    classes = controls.integer("Classes", "classes", default=8, low=2, high=16)
    per_class = controls.integer("Samples per class", "per_class", default=8, low=1, high=64)
    help = "Targets are (1 - softness) on the own class and softness times a random point of the simplex."
    softness = controls.number("Softness", "softness", default=0.3, low=0.0, high=1.0, step=0.05, help=help)
    if source == RANDOM:
        return _random_head(controls, classes, per_class, softness)
    return _head_of_checkpoint(controls, _source(controls, entries, source), classes, per_class, softness)


def _choose(controls: Controls, key: str, made: Mapping[str, str], entries: Mapping[str, ZooEntry]) -> str:
    """What is made here, a shipped checkpoint, or what is open in this session: its name in links."""
    titles = {name: zoo_list.title(entry) for name, entry in entries.items()}
    options = {**made, **titles, **offer.on_offer(key, below=True)}
    offer.keep_within(key, options)
    source = controls.choice("Batch from", key, options, default=RANDOM)
    offer.draw_put_away()
    return source


def _source(controls: Controls, entries: Mapping[str, ZooEntry], name: str) -> _Source:
    """LabError for a file that a link asks for and that is not here."""
    if name in entries:
        entry, outputs = entries[name], of_shipped(entries[name]).outputs
        tau = "" if outputs.temperature is None else f" at temperature {outputs.temperature:g}"
        path = entry.path.relative_to(ZOO.parent.parent).as_posix()
        return _Source(outputs, entry.data, f"{CATALOG[entry.loss].title} trained{tau}", path)
    offer.check_here(controls, name)
    offer.warn_of_another([name])
    file = opened().find(name)
    shown = file.name if file is not None else name.removeprefix(BELOW)
    return _Source(analyses_of(name).outputs, shown, "made that file", shown)


def _random(controls: Controls, classes: int, per_class: int) -> Drawn:
    single = "Classes of one sample: without a positive, and noise for all others."
    singletons = controls.integer("Singletons", "singletons", default=0, low=0, high=64, help=single)
    dimension = controls.integer("Dimensions", "dimension", default=16, low=2, high=512)
    help = "Noise on each coordinate of a class centre."
    spread = controls.number("Spread", "spread", default=0.3, low=0.0, high=2.0, step=0.05, help=help)
    spec = BatchSpec(classes, per_class, dimension, spread, _seed(controls), singletons)
    alone = f", and {singletons} alone" if singletons else ""
    count = classes * per_class + singletons
    origin = f"{count} random unit vectors in {dimension} dimensions, {per_class} around each class centre{alone}."
    return Drawn(random_batch(spec), origin, _RANDOM.format(spec=spec))


def _toy(controls: Controls, classes: int, per_class: int) -> Drawn:
    loss = controls.choice("Moved by", "toy_loss", LOSSES, default="supcon")
    spec = RepulsionSpec(
        losses=(loss,),
        dimensions=controls.integer("Dimensions", "toy_dimension", default=3, low=2, high=128),
        classes=classes,
        per_class=per_class,
        singletons=controls.integer("Singletons", "singletons", default=0, low=0, high=64),
        steps=_STEPS,
        seeds=1,
        seed=_seed(controls),
    )
    asked = controls.integer("After step", "step", default=50, low=0, high=_STEPS)
    step, positions = _moment(spec, asked)
    labels = np.array(spec.labels)
    batch = ForceBatch(positions, labels, tuple(str(label) for label in np.unique(labels)))
    origin = (
        f"{spec.vectors} unit vectors in {spec.dimensions} dimensions, moved for {step} steps by {LOSSES[loss]} at"
        f" temperature {spec.temperature:g}: world 2, Repulsion, seed {spec.seed}."
    )
    return Drawn(batch, origin, _TOY.format(spec=spec, step=asked))


@st.cache_data(max_entries=16, show_spinner="Moving the vectors …")
def _moment(spec: RepulsionSpec, asked: int) -> tuple[int, np.ndarray]:
    """The first recorded step from `asked` on, and the positions (N, D) there."""
    from toy_models.repulsion import simulate

    frame = next(frame for frame in simulate(spec) if frame.step >= asked)
    return frame.step, frame.positions[0]


def _of_checkpoint(controls: Controls, source: _Source, classes: int, per_class: int) -> Drawn:
    seed, outputs = _seed(controls), source.outputs
    batch = split_batch(outputs.test, outputs.class_names, classes=classes, per_class=per_class, seed=seed)
    origin = (
        f"{classes * per_class} test items of {source.items}, {per_class} of each class, embedded by the encoder that"
        f" {source.encoder}."
    )
    code = _CHECKPOINT.format(path=source.path, classes=classes, per_class=per_class, seed=seed)
    return Drawn(batch, origin, code)


def _random_head(controls: Controls, classes: int, per_class: int, softness: float) -> DrawnHead:
    help = "What a sample's logits have for its own class, over noise of variance 1."
    signal = controls.number("Signal", "signal", default=2.0, low=-2.0, high=10.0, step=0.5, help=help)
    seed = _seed(controls)
    spec = HeadBatchSpec(classes, per_class, signal, softness, seed)
    origin = f"Random logits of {classes * per_class} samples for {classes} classes, targets of softness {softness:g}."
    return DrawnHead(random_head_batch(spec), origin, _RANDOM_HEAD.format(spec=spec), seed)


def _head_of_checkpoint(
    controls: Controls, source: _Source, classes: int, per_class: int, softness: float
) -> DrawnHead:
    seed, outputs = _seed(controls), source.outputs
    sizes = {"classes": classes, "per_class": per_class}
    batch = head_split_batch(outputs.test, outputs.class_names, **sizes, softness=softness, seed=seed)
    origin = (
        f"Logits of {classes * per_class} test items of {source.items} from the head that {source.encoder}; targets of"
        f" softness {softness:g}."
    )
    code = _CHECKPOINT_HEAD.format(path=source.path, **sizes, softness=softness, seed=seed)
    return DrawnHead(batch, origin, code, seed)


def _seed(controls: Controls) -> int:
    return controls.integer("Seed", "seed", default=0, low=0, high=2**31 - 1)
