"""World 1's titles: what the figure shows, in the numbers that it shows."""

import numpy as np

from analysis.digits import number
from toy_models.simplex import LOSSES, Reference, Trace


def of_answers(trace: Trace) -> str:
    """How far from the truth the losses end, median over seeds: the farthest, and the nearest two."""
    return _apart(trace, np.median(trace.kl_density[-1], axis=1), "from the true density")


def of_moment(trace: Trace, where: str, divergences: np.ndarray) -> str:
    """The same at one position, of the divergences (L,) that are drawn there."""
    return f"At {where}: {_apart(trace, divergences, 'from the truth')}"


def of_curves(trace: Trace, answer: Reference) -> str:
    """How much of what labels say of x the losses come to know, median over seeds."""
    known = np.median(trace.information_bound[-1], axis=1)
    said = np.where(np.isfinite(known), known, np.nan)  # a density says nothing of labels that are points
    if np.isnan(said).all():
        return f"A label says {number(answer.mutual_information)} nats of x, and the loss has no bound of it"
    most, least = int(np.nanargmax(said)), int(np.nanargmin(said))
    there = f"Of {number(answer.mutual_information)} nats that a label says of x, {_name(trace, most)} knows"
    if most == least:
        return f"{there} {number(known[most])} in the end"
    return f"{there} {number(known[most])} in the end, {_name(trace, least)} {number(known[least])}"


def _apart(trace: Trace, away: np.ndarray, whence: str) -> str:
    """`away` (L,) nats; the farthest first."""
    order = [int(place) for place in np.argsort(-away, kind="stable")]
    named = [order[0], *[place for place in order[-2:] if place != order[0]]]
    first, *others = (f"{_name(trace, place)} {{}}{number(away[place])}" for place in named)
    return ", ".join([first.format("is ") + f" nats {whence}", *(each.format("") for each in others)])


def _name(trace: Trace, place: int) -> str:
    return LOSSES[trace.spec.losses[place]].replace(", ", " with ")
