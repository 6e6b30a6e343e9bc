"""All figures of the toy worlds, of each preset: of the runs that come with the lab, so that nothing is computed."""

from collections.abc import Iterator
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

    yield from (
        error_against_draws(trace, answer), spread_of_estimates(trace, answer), replay_of_repetitions(trace, answer)
    )  # fmt: skip


def _two_views(trace: Any, answer: Any) -> Iterator[Exhibit]:
    from analysis.figures.worlds.two_views.curves import learning_curves
    from analysis.figures.worlds.two_views.replay import evidence_replay

    yield learning_curves(trace, answer)
    yield evidence_replay(trace)


_OF = {"simplex": _simplex, "repulsion": _repulsion, "noise_floor": _noise_floor, "two_views": _two_views}
