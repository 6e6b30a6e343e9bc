"""All figures of the toy worlds, of each preset: of the runs that come with the lab, so that nothing is computed."""

from collections.abc import Iterator, Sequence
from typing import Any

from analysis.figures.exhibit import Exhibit
from toy_models.shipped import find, find_answer
from toy_models.worlds import WORLDS


def world_presets() -> list[tuple[str, str]]:
    """(world, preset), all there are."""
    return [(name, preset) for name, world in WORLDS.items() for preset in world.presets]


def exhibits(world: str, preset: str) -> Iterator[Exhibit]:
    """What the world's page can show of the preset's run."""
    entry = WORLDS[world]
    spec = entry.presets[preset].spec
    run = find(entry, spec)
    assert run is not None, "make it with python -m toy_models.shipped"
    solved = find_answer(entry, lambda each: each == spec) if world == "simplex" else entry.package.reference(spec)
    yield from _OF[world](entry.package.Trace.of(spec, run.frames), solved)


def _simplex(trace: Any, answer: Any) -> Iterator[Exhibit]:
    from ui.worlds.simplex_panels import _figures

    made = _figures(trace, answer, probe=0)
    yield from (make() for name, make in made.items() if name != "batch")


def _repulsion(trace: Any, answer: Any) -> Iterator[Exhibit]:
    from analysis.figures.worlds.repulsion.arrows import force_arrows
    from analysis.figures.worlds.repulsion.curves import repulsion_curves
    from analysis.figures.worlds.repulsion.matrix import run_matrices
    from analysis.figures.worlds.repulsion.replay import vector_replay

    if trace.spec.dimensions <= 3:
        yield force_arrows(trace, -1)
    yield repulsion_curves(trace, answer)
    yield run_matrices(trace, -1)
    yield vector_replay(trace)


def _noise_floor(trace: Any, answer: Any) -> Iterator[Exhibit]:
    from analysis.figures.worlds.noise_floor.error import error_against_draws
    from analysis.figures.worlds.noise_floor.replay import replay_of_repetitions
    from analysis.figures.worlds.noise_floor.spread import spread_of_estimates
    from analysis.figures.worlds.noise_floor.variance import variance_at_any_temperature

    yield from (
        error_against_draws(trace, answer), spread_of_estimates(trace, answer),
        variance_at_any_temperature(trace.spec), replay_of_repetitions(trace, answer),
    )  # fmt: skip


def _two_views(trace: Any, answer: Any) -> Iterator[Exhibit]:
    from analysis.figures.worlds.two_views.curves import learning_curves
    from analysis.figures.worlds.two_views.replay import evidence_replay

    yield learning_curves(trace, answer)
    yield evidence_replay(trace)


_OF = {"simplex": _simplex, "repulsion": _repulsion, "noise_floor": _noise_floor, "two_views": _two_views}


def claims() -> Iterator[Exhibit]:
    """Of the pages on claims: all force curves along two axes, and each batch of the anatomy page."""
    from analysis.anatomy.heads import HeadBatch, head_anatomy
    from analysis.anatomy.of_points import point_anatomy
    from analysis.anatomy.points import Settings
    from analysis.figures.anatomy.bars import anatomy_bars
    from analysis.figures.anatomy.circle import anatomy_circle
    from analysis.figures.forces.curve_levels import loss_levels
    from analysis.figures.forces.curves import force_curves_figure
    from analysis.forces.curves import CURVE_LOSSES, force_curves
    from analysis.forces.scene import Scene
    from ui.losses.anatomy_presets import PRESETS

    for axis in ("similarity", "shortfall"):
        positive, noise = (force_curves(Scene(), CURVE_LOSSES, role, axis) for role in ("positive", "noise"))
        yield force_curves_figure(positive, noise)
        yield loss_levels(positive)
    for preset in PRESETS.values():
        if isinstance(preset.batch, HeadBatch):
            yield anatomy_bars([head_anatomy(preset.batch, loss, preset.anchor, 1.0, 0) for loss in preset.losses])
        else:
            found = [point_anatomy(preset.batch, loss, preset.anchor, Settings()) for loss in preset.losses]
            yield anatomy_circle(found, preset.batch, preset.anchor)


def default_force_curves(losses: Sequence[str] = (), axis: str = "similarity") -> Exhibit:
    """What the page Force curves shows first, or of other losses or along another axis."""
    from analysis.figures.forces.curves import force_curves_figure
    from analysis.forces.curves import force_curves
    from analysis.forces.scene import Scene
    from ui.losses.force_curve_panels import HIGHLIGHTED, SHOWN

    positive, noise = (force_curves(Scene(), tuple(losses) or SHOWN, role, axis) for role in ("positive", "noise"))
    return force_curves_figure(positive, noise, HIGHLIGHTED)
