"""Three walks through the lab, one a paper: a few stops each, every stop a link with one sentence."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache

import streamlit as st

from toy_models.worlds import WORLDS
from ui import links
from ui.compare.presets import PRESETS as COMPARISONS
from ui.frame import PAGES
from ui.losses.anatomy_presets import PRESETS as BATCHES
from ui.worlds.presets import query_of

Query = Mapping[str, str | Sequence[str]]


@dataclass(frozen=True, slots=True)
class Stop:
    """A page of `PAGES` as the link has it, what the stop is called, and what one sees there."""

    page: str
    title: str
    sentence: str
    query: Query = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Walk:
    """A paper's claim as a question, its source, and the stops in their order."""

    question: str
    source: str
    stops: tuple[Stop, ...]


@cache
def walks() -> tuple[Walk, ...]:
    """Made at first use: presets are of other rooms."""
    return (_soft_targets(), _positives(), _endpoints())


def _soft_targets() -> Walk:
    return Walk(
        "What if a label is a distribution?",
        "Soft target InfoNCE, [Hugger & Uhlmann 2024](https://arxiv.org/abs/2404.14076)",
        (
            Stop(
                "anatomy", "Who is in the loss", "The classes or the batch's targets: two denominators.", _batch("soft")
            ),
            Stop(
                "simplex_labels",
                "What it learns",
                "The mean label, or the density: each loss answers another question.",
            ),
            Stop(
                "simplex_labels",
                "With smoothed labels",
                "The same logits, read as classes and as labels that they rank.",
                _preset("simplex", "smoothing"),
            ),
            Stop("sampling", "Drawing labels instead", "Jensen's gap, and how many draws it takes to close it."),
            Stop(
                "compare",
                "On trained encoders",
                "Whose probabilities are calibrated on clean images.",
                _of("calibration"),
            ),
        ),
    )


def _positives() -> Walk:
    return Walk(
        "May a class repel itself?",
        "SINCERE, [Feeney & Hughes 2023](https://arxiv.org/abs/2309.14277)",
        (
            Stop("anatomy", "One anchor", "A positive that another positive pushes away.", _batch("close")),
            Stop("forces", "A whole batch", "Every pair's derivative: orange inside a class is a push."),
            Stop("force_curves", "When it starts", "From which cosine on, at which temperature, in which class size."),
            Stop(
                "repulsion",
                "What it does over time",
                "Four losses move the same vectors from the same start; the arrows are those of the start.",
                {"moment": "0.0", "v": links.VERSION},
            ),
            Stop("compare", "On trained encoders", "A margin that differs, accuracies that may not.", _of("positives")),
        ),
    )


def _endpoints() -> Walk:
    return Walk(
        "Does a bounded cosine need another coordinate?",
        "WEINCE, [Erol et al. 2026](https://arxiv.org/abs/2606.00262)",
        (
            Stop("noise_floor", "Winners near an endpoint", "One link's error goes on falling, the other's stops."),
            Stop("endpoint_tails", "Tails of cosines", "Random directions have an endpoint too, and exact shapes."),
            Stop("coordinate_lens", "The coordinate", "How much weight a hard negative gets through each."),
            Stop("two_views", "Training with it", "NT-Xent and WEINCE from the same start, with the evidence."),
            Stop("compare", "On trained encoders", "Where the nearest neighbours of the two disagree.", _of("hard")),
        ),
    )


def _preset(world: str, name: str) -> Query:
    return query_of(WORLDS[world].presets[name])


def _batch(name: str) -> Query:
    return BATCHES[name].query | {"v": links.VERSION}


def _of(name: str) -> Query:
    return {**COMPARISONS[name].query, "v": [links.VERSION]}


def draw_walks() -> None:
    """Side by side, numbered."""
    st.header("Three walks", anchor=False)
    grid = st.grid(len(walks()), min_column_width=240, border=True)
    for walk in walks():
        with grid.cell(), st.container(gap="xsmall"):
            st.markdown(f"**{walk.question}**")
            st.caption(walk.source)
            for number, stop in enumerate(walk.stops, start=1):
                script, asked = PAGES[stop.page].script, [(k, v) for k, vs in stop.query.items() for v in _all(vs)]
                st.page_link(script, label=f"{number}. {stop.title}", query_params=asked or None)
                st.caption(stop.sentence)


def _all(said: str | Sequence[str]) -> Sequence[str]:
    return [said] if isinstance(said, str) else said
