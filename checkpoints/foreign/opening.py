"""A torch file of other people's code, and images, to `Outputs`."""

import threading
from collections.abc import Callable
from functools import partial
from pathlib import Path

from torch import nn

from analysis.outputs import Outputs, Split
from analysis.roomy import all_finite, by_rows
from checkpoints.brought.choosing import brought_network
from checkpoints.brought.lines import npz_lines
from checkpoints.brought.matching import fill, shapes_in
from checkpoints.brought.network import Brought
from checkpoints.brought.sharded import contents_of
from checkpoints.foreign.about import Pass, notes_on, options_of, provenance
from checkpoints.foreign.cache import cached_outputs, kept_at, key_of
from checkpoints.foreign.forward import Way, batch_size, device_of, forward, starts_left
from checkpoints.foreign.parts import Parts
from checkpoints.foreign.plan import Plan, plan_of, traits_of
from checkpoints.foreign.preparation import preparation_of
from checkpoints.foreign.seen import Seen, joined
from checkpoints.foreign.shared_pass import agreed, gathered
from checkpoints.foreign.spec import MOST_ITEMS, ForeignSpec, Watch
from checkpoints.foreign.weights import Weights, load, weights_in
from checkpoints.images.finding import FORMS, image_data
from checkpoints.images.source import Side, evenly
from checkpoints.native.forward import scaled_rows, unit_rows
from checkpoints.ranks import PASS, current
from checkpoints.reading.content import part_of
from checkpoints.reading.quoting import printable
from checkpoints.reading.torch_file.contents import TorchContents
from losses.errors import LabError

_SHOWN = 5
# Two passes at once would take twice the memory and no less time.
_one_at_a_time = threading.Lock()


def open_foreign(
    path: Path, data: Path | None, spec: ForeignSpec, watch: Watch | None = None, *, cache: Path | None = None
) -> Outputs:
    """Outputs of the torch file at `path` on the images at `data`. Nothing in either is executed.

    LabError, one sentence, for what is refused. `cache`: the folder where outputs are kept, None for nowhere.
    """
    watch = watch or _unwatched
    contents = contents_of(path)
    weights, plan = network_in(contents, spec, path)
    if data is None:
        raise LabError("data", f"must be given for {contents.name}: its network needs images", None, f"Give {FORMS}.")
    watch(0, 0)
    with image_data(data) as images:
        watch(0, 0)
        preparation = preparation_of(plan, options_of(contents), images.data_set, spec, path)
        sides = {"train": images.train, "test": images.test}
        rows = {name: evenly(side.labels, spec.limit or MOST_ITEMS) for name, side in sides.items()}
        made = Pass(path, contents, weights, plan, images, preparation, rows, spec, device_of(spec.device))
        parts, ranks = _parts(made, cache), current()
        if ranks is not None and ranks.rank:
            ranks.serve({PASS: lambda: _help(made, parts)})
        outputs = cached_outputs(made.key(), cache, lambda: _outputs(made, watch, parts))
        if cache is not None and kept_at(made.key(), cache).exists():
            parts.forget()
        return outputs


def network_in(
    contents: TorchContents, spec: ForeignSpec | None = None, path: Path | None = None
) -> tuple[Weights, Plan | Brought]:
    """The file's weights, of its sets the one that `spec` asks for, and the network that they belong to.

    LabError where none here has them, and none was brought: with lines that write an .npz of the file's own network.
    `path`: of the file, beside which there may be a config.json.
    """
    spec = spec or ForeignSpec()
    if brought := brought_network(contents, spec, path):
        return brought
    _check_no_part(contents)
    _check_no_numpy(contents)
    try:
        return _built_here(contents, spec)
    except LabError as refusal:
        refusal.lines = npz_lines(contents)
        raise


def _check_no_part(contents: TorchContents) -> None:
    if part := part_of(contents.name):
        remedy = "Give the index.json beside it, or the folder."
        raise LabError(contents.name, "must be a whole checkpoint", part, remedy)


def _check_no_numpy(contents: TorchContents) -> None:
    arrays = any(why.startswith("an array of ") for why in contents.refused.values())
    if not contents.tensors and (arrays or any(each.startswith("numpy.") for each in contents.foreign.values())):
        remedy = "Save numbers and texts with numpy.savez: array.astype('float32'), array.astype(str)."
        found = "holds numpy arrays of dates, records or the like"
        raise LabError(contents.name, "must hold tensors, numbers or texts", but=found, remedy=remedy)


def _built_here(contents: TorchContents, spec: ForeignSpec) -> tuple[Weights, Plan]:
    if contents.network is None and contents.foreign and not contents.tensors:
        kind = next(iter(contents.foreign.values()))
        found = f"an object that only {printable(kind)[:80]} can make"
        remedy = "Save model.state_dict() with the code that has that class."
        raise LabError(contents.name, "must have its weights as a state_dict", found, remedy)
    weights = weights_in(contents, spec.weights)
    traits = traits_of(weights.network, weights.shapes)
    plan = plan_of(weights.layout.name, weights.shapes, name=contents.name, traits=traits, spec=spec)
    return (weights if plan.layers else weights.without(traits.head)), plan


def _help(made: Pass, parts: Parts) -> None:
    """This process's share of a pass that another one asked for."""
    try:
        _seen(made, _unheard, parts)
    except BaseException:
        parts.flush()
        raise


def _unheard(more: int) -> None:
    """Nobody counts."""


def _unwatched(done: int, total: int) -> None:
    """Nobody looks."""


def _parts(made: Pass, cache: Path | None) -> Parts:
    """Those of this pass: of batches of its size, as the last bits depend on which images go together."""
    size = batch_size(made.preparation, made.device)
    return Parts(None if cache is None else cache / "parts", key_of({"pass": made.key(), "batch": size}))


def _outputs(made: Pass, watch: Watch, parts: Parts) -> Outputs:
    total = sum(map(len, made.rows.values()))
    while not _one_at_a_time.acquire(timeout=0.5):
        watch(0, total)
    try:
        if (ranks := current()) is not None:
            ranks.ask(PASS)
        return _passed(made, _counted(watch, total), parts)
    except BaseException:  # stopped, or the memory ran out: what was done is worth keeping
        parts.flush()
        raise
    finally:
        _one_at_a_time.release()


def _counted(watch: Watch, total: int) -> Callable[[int], None]:
    """A step that adds up what it hears."""
    done = 0

    def step(more: int) -> None:
        nonlocal done
        done += more
        watch(done, total)

    return step


def _passed(made: Pass, step: Callable[[int], None], parts: Parts) -> Outputs:
    seen, notes = _seen(made, step, parts), notes_on(made)
    train, test = (_split(made, name, side, joined(seen[name]), notes) for name, side in made.sides)
    return Outputs(train, test, made.images.class_names, made.temperature(), provenance(made, notes))


def _seen(made: Pass, step: Callable[[int], None], parts: Parts) -> dict[str, list[Seen]]:
    """Of each side all parts in order; of a process that helps another, what it has not sent."""
    ranks, size = current(), batch_size(made.preparation, made.device)
    first = ranks is None or ranks.rank == 0
    kept = {name: parts.kept(name) if first else [] for name, _ in made.sides}
    model = _filled(made)
    model.to(made.device)
    step(sum(each.stop - each.start for side in kept.values() for each in side))
    found = {}
    for name, side in made.sides:
        starts = starts_left(len(made.rows[name]), size, agreed(ranks, kept[name]))
        own = starts if ranks is None else ranks.share(starts)
        way = Way(made.preparation, own, made.spec.workers, partial(parts.add, name))
        batches = forward(model, side, made.rows[name], way, made.device, step)
        if ranks is not None:
            batches = gathered(ranks, batches)
        found[name] = sorted([*kept[name], *batches], key=lambda each: each.start)
    return found


def _filled(made: Pass) -> nn.Module:
    if isinstance(made.plan, Brought):
        taken = made.plan.module(shapes_in(made.contents))
        fill(taken, made.weights, made.contents, made.path)
        return taken
    model = made.plan.build()
    load(model, made.weights, made.contents, made.path)
    return model


def _split(made: Pass, name: str, side: Side, seen: Seen, notes: list[str]) -> Split:
    if seen.refused:
        more = f", and {len(seen.refused) - _SHOWN:,} more" if len(seen.refused) > _SHOWN else ""
        notes.append(f"{len(seen.refused):,} {name} images were refused: " + "; ".join(seen.refused[:_SHOWN]) + more)
    if not len(seen.rows):
        first = f"The first: {seen.refused[0][:200].rstrip('.')}."
        raise LabError(made.images.name, f"must have a {name} image that can be read", but="has none", remedy=first)
    if made.has_logits and not all_finite(seen.outputs):
        raise LabError("logits", "must be finite", "not so in some rows", "The weights are out of range.")
    embeddings = by_rows(unit_rows, seen.outputs if made.compares_outputs else seen.features)
    logits = seen.outputs if made.has_logits else None
    features = by_rows(scaled_rows, seen.features) if made.compares_outputs else None
    labels, ids = side.labels[seen.rows], side.ids[seen.rows]
    return Split(embeddings, labels, logits, seen.images, ids, features=features)
