"""Any loss of embeddings taken apart at a point of the circle, and what the library's own functions give there."""

from collections.abc import Mapping

import numpy as np

from analysis.anatomy.parts import Anatomy, MeasuredAnatomy, no_terms
from analysis.anatomy.points import PointBatch, Settings
from analysis.forces.own_loss import losses_of_anchors, own_forces, own_losses
from losses.catalog import CATALOG, entry_of
from losses.errors import LabError
from losses.records import Contrast


def point_anatomy(batch: PointBatch, loss: str, anchor: int, settings: Settings) -> Anatomy:
    """The loss of `anchor`, 0 to N-1, taken apart. LabError where the loss refuses the batch."""
    record = entry_of(loss).contrast
    if not 0 <= anchor < len(batch.classes):
        raise LabError("anchor", f"must be 0 to {len(batch.classes) - 1}", anchor)
    positives, noise = (_roles_by_view if record.positives == "view" else _roles_by_class)(batch, anchor)
    if record.across:
        noise &= ~_same_side(batch, anchor)
    cosines = np.clip(batch.embeddings @ batch.embeddings[anchor], -1, 1)
    exponents, slopes = _link(batch, loss, anchor, cosines, settings)
    above, below, weights = _terms(record, positives, noise, settings.of(loss))
    power, log_density = record.power_of(settings.of(loss))
    return Anatomy(
        loss=loss,
        scored_by="cosine",
        anchor=batch.names[anchor],
        candidates=batch.names,
        scores=cosines,
        exponents=exponents + record.bias_of(settings.of(loss)),
        slopes=slopes,
        above=above,
        below=below,
        weights=weights,
        power=power,
        log_density=log_density,
        one_below=record.each_pair,
        margin=record.margin_of(settings.of(loss)) if noise.any() else 0.0,
        special=_special(batch, loss, anchor, positives, noise, cosines),
    )


def library_losses(batch: PointBatch, loss: str, settings: Settings) -> np.ndarray:
    """What the library's own function gives for each point, (N,) in nats; 0 for one that takes no part."""
    import torch

    import losses

    z, labels = torch.from_numpy(batch.embeddings), torch.from_numpy(batch.labels)
    function, keywords = getattr(losses, loss), settings.of(loss)
    if CATALOG[loss].contrast.positives == "class":
        return function(z, labels, **keywords, reduction="none").numpy()
    stacked = _stacked(batch)
    found = np.zeros(len(labels))
    found[stacked] = function(*z[torch.from_numpy(stacked)].chunk(2), **keywords, reduction="none").numpy()
    return found


def own_anatomy(batch: PointBatch, loss: str, anchor: int, temperature: float) -> MeasuredAnatomy:
    """A loss of the user's own at `anchor`, by autograd; a scalar is the mean of losses that are not told apart."""
    import torch

    own, names = own_losses()[loss], batch.names
    z, labels = torch.from_numpy(batch.embeddings), torch.from_numpy(batch.labels)
    values = losses_of_anchors(own, z, labels, temperature)
    return MeasuredAnatomy(
        loss=loss,
        scored_by="cosine",
        anchor=names[anchor],
        candidates=names,
        scores=np.clip(batch.embeddings @ batch.embeddings[anchor], -1, 1),
        forces=own_forces(own, z, labels, temperature)[anchor].numpy(),
        value=float(values if values.ndim == 0 else values[anchor]),
        special=""
        if values.ndim
        else "The function gives one number for the batch: the value is its mean, and the"
        " derivative of a pair goes by halves to its two anchors.",
    )


def _roles_by_class(batch: PointBatch, anchor: int) -> tuple[np.ndarray, np.ndarray]:
    """positives, noise: (N,) bool."""
    same = batch.labels == batch.labels[anchor]
    return same & (np.arange(len(same)) != anchor), ~same


def _roles_by_view(batch: PointBatch, anchor: int) -> tuple[np.ndarray, np.ndarray]:
    views = batch.other_views
    places = np.arange(len(views))
    positives = places == views[anchor]
    return positives, (views >= 0) & ~positives & (places != anchor) & (views[anchor] >= 0)


def _same_side(batch: PointBatch, anchor: int) -> np.ndarray:
    """(N,) bool: the first views, where the anchor is one, or the second."""
    views = batch.other_views
    first = views > np.arange(len(views))
    return first == first[anchor]


def _terms(
    record: Contrast, positives: np.ndarray, noise: np.ndarray, settings: Mapping[str, float]
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A term for each positive: it meets the noise, and where the record says so the other positives and itself too.
    Or a term for each pair, without anyone else; or one for all others, weighted by how near they are to be."""
    if not positives.any():
        return no_terms(len(positives))
    each = np.eye(len(positives), dtype=bool)
    if record.each_pair:
        pairs = each[positives | noise]
        return pairs & positives, pairs, np.ones(len(pairs))
    if record.is_soft:
        others = positives | noise
        weights = np.where(positives, 1.0, record.noise_target(settings))[others]
        return each[others], np.repeat([others], len(weights), axis=0), weights / weights.sum()
    above = each[positives]
    if not record.own_below:
        return above, noise[None], np.ones(1)
    below = np.repeat([positives | noise], len(above), axis=0) if record.others_below else above | noise
    return above, below, np.full(len(above), 1 / len(above))


def _link(
    batch: PointBatch, loss: str, anchor: int, cosines: np.ndarray, settings: Settings
) -> tuple[np.ndarray, np.ndarray]:
    """Exponents and d exponent / d cosine, both (N,)."""
    from torch import from_numpy

    from losses import contrasts

    record, own = CATALOG[loss].contrast, settings.of(loss)
    evidence = _evidence(batch, anchor) if record.evidence else {}
    row, given = from_numpy(cosines), own | evidence
    slopes = contrasts.slopes(record, row, given)
    return contrasts.exponents(record, row, given).numpy(), np.broadcast_to(np.asarray(slopes), cosines.shape)


def _evidence(batch: PointBatch, anchor: int) -> dict[str, float]:
    """lam and beta of the anchor, by the evidence of its own negatives; lam 0 for one without another view."""
    import torch

    from losses.paired import weince_diagnostics

    stacked = _stacked(batch)
    found = weince_diagnostics(*torch.from_numpy(batch.embeddings[stacked]).chunk(2))
    place = np.flatnonzero(stacked == anchor)
    if not len(place):
        return {"lam": 0.0, "beta": 1.0}
    return {"lam": float(found.lam[place[0]]), "beta": float(found.beta[place[0]])}


def _stacked(batch: PointBatch) -> np.ndarray:
    """The places of all first views, then of all second."""
    views = batch.other_views
    first = np.flatnonzero(views > np.arange(len(views)))
    return np.concatenate([first, views[first]])


def _special(
    batch: PointBatch, loss: str, anchor: int, positives: np.ndarray, noise: np.ndarray, cosines: np.ndarray
) -> str:
    """What the definition says here that is not the usual, in a sentence; empty where there is nothing to say."""
    name, record = batch.names[anchor], CATALOG[loss].contrast
    paired = record.positives == "view"
    if not positives.any() and paired:
        return f"{name} is the odd one of its class and has no other view: it takes no part, and no view meets it."
    if not positives.any():
        return (
            f"{name} is alone in its class: without a positive there is no numerator, so it takes no part in the mean."
            " For the other classes it still is noise."
        )
    if not noise.any() and record.others_below:
        title = CATALOG[loss].title
        return f"There is one class and so no noise: {title} contrasts each positive with the other positives alone."
    if not noise.any():
        return (
            "There is no noise: below each positive stands it alone, its share is 1, the loss log 1 = 0, no derivative."
        )
    if np.ptp(cosines[positives | noise]) == 0 and not record.depends_on_level:
        return (
            "All similarities are equal: every share of a denominator is one over its size. This is the chance level."
        )
    return ""
