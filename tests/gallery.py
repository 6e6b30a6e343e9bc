"""All figures of the toy worlds, of each preset: runs cut to a few steps, for it is their layout that is looked at."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from analysis.figures.exhibit import Exhibit
from toy_models.worlds import WORLDS

STEPS, REPETITIONS = 20, 200


def world_presets() -> list[tuple[str, str]]:
    """(world, preset), all there are."""
    return [(name, preset) for name, world in WORLDS.items() for preset in world.presets]


def short_run(world: str, preset: str) -> tuple[Any, Any]:
    """A trace and the exact answers."""
    entry = WORLDS[world]
    spec = entry.presets[preset].spec
    cut = {"repetitions": REPETITIONS} if world == "noise_floor" else {"steps": STEPS, "seeds": min(2, spec.seeds)}
    return entry.trace(replace(spec, **cut)), entry.package.reference(replace(spec, **cut))


def exhibits(world: str, trace: Any, answer: Any) -> Iterator[Exhibit]:
    """What the world's page can show of a run."""
    yield from _OF[world](trace, answer)


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
