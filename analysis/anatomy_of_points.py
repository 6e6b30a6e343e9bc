"""Any loss of embeddings taken apart at a point of the circle, and what the library's own functions give there."""

import numpy as np

from analysis.anatomy import Anatomy, Measured, no_terms
from analysis.anatomy_points import PointBatch, Settings
from analysis.own_loss import losses_of_anchors, own_forces, own_losses
from losses.catalog import CATALOG
from losses.errors import LabError


def point_anatomy(batch: PointBatch, loss: str, anchor: int, settings: Settings) -> Anatomy:
    """The loss of `anchor`, 0 to N-1, taken apart. LabError where the loss refuses the batch."""
    if loss not in CATALOG or CATALOG[loss].family == "class head":
        raise LabError("loss", "must be one of embeddings", repr(loss))
    if not 0 <= anchor < len(batch.classes):
        raise LabError("anchor", f"must be 0 to {len(batch.classes) - 1}", anchor)
    paired = CATALOG[loss].family == "paired views"
    positives, noise = _roles_by_view(batch, anchor) if paired else _roles_by_class(batch, anchor)
    cosines = np.clip(batch.embeddings @ batch.embeddings[anchor], -1, 1)
    exponents, slopes = _link(batch, loss, anchor, cosines, settings)
    above, below, weights = _terms(loss, positives, noise)
    return Anatomy(
        loss=loss,
        scored_by="cosine",
        anchor=batch.names[anchor],
        candidates=batch.names,
        scores=cosines,
        exponents=exponents,
        slopes=slopes,
        above=above,
        below=below,
        weights=weights,
        margin=settings.epsilon if loss == "eps_sup_infonce" and noise.any() else 0.0,
        special=_special(batch, loss, anchor, positives, noise, cosines),
    )


def library_losses(batch: PointBatch, loss: str, settings: Settings) -> np.ndarray:
    """What the library's own function gives for each point, (N,) in nats; 0 for one that takes no part."""
    import torch

    import losses

    z, labels = torch.from_numpy(batch.embeddings), torch.from_numpy(batch.labels)
    keywords = {"temperature": settings.temperature} if loss != "weibit" else {"beta": settings.beta}
    if loss == "eps_sup_infonce":
        keywords["epsilon"] = settings.epsilon
    function = getattr(losses, loss)
    if CATALOG[loss].family != "paired views":
        return function(z, labels, **keywords, reduction="none").numpy()
    stacked = _stacked(batch)
    found = np.zeros(len(labels))
    found[stacked] = function(*z[torch.from_numpy(stacked)].chunk(2), **keywords, reduction="none").numpy()
    return found


def own_anatomy(batch: PointBatch, loss: str, anchor: int, temperature: float) -> Measured:
    """A loss of the user's own at `anchor`, by autograd; a scalar is the mean of losses that are not told apart."""
    import torch

    own, names = own_losses()[loss], batch.names
    z, labels = torch.from_numpy(batch.embeddings), torch.from_numpy(batch.labels)
    values = losses_of_anchors(own, z, labels, temperature)
    return Measured(
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


def _terms(loss: str, positives: np.ndarray, noise: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """A term for each positive: it meets the noise, in all but two losses the other positives too."""
    if not positives.any():
        return no_terms(len(positives))
    above = np.eye(len(positives), dtype=bool)[positives]
    alone = loss in ("sincere", "eps_sup_infonce")
    below = above | noise if alone else np.repeat([positives | noise], len(above), axis=0)
    return above, below, np.full(len(above), 1 / len(above))


def _link(
    batch: PointBatch, loss: str, anchor: int, cosines: np.ndarray, settings: Settings
) -> tuple[np.ndarray, np.ndarray]:
    """Exponents and d exponent / d cosine, both (N,)."""
    straight, curved = 1.0, 0.0
    if loss == "weibit":
        straight, curved = 0.0, settings.beta
    elif loss == "weince":
        straight, curved = _blend(batch, anchor)
    exponents, slopes = (
        straight * cosines / settings.temperature,
        np.full(len(cosines), straight / settings.temperature),
    )
    if curved:
        coordinate, slope = _weibit(cosines)
        exponents, slopes = exponents + curved * coordinate, slopes + curved * slope
    return exponents, slopes


def _weibit(cosines: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """-log(1 - s), clamped near the endpoint, and its derivative, 0 beyond the clamp."""
    from losses.evidence import ENDPOINT_GAP

    kept = np.minimum(cosines, 1 - ENDPOINT_GAP)
    return -np.log1p(-kept), np.where(cosines <= 1 - ENDPOINT_GAP, 1 / (1 - kept), 0.0)


def _blend(batch: PointBatch, anchor: int) -> tuple[float, float]:
    """1 - lam and lam beta of the anchor, by the evidence of its own negatives."""
    import torch

    from losses.paired import weince_diagnostics

    stacked = _stacked(batch)
    found = weince_diagnostics(*torch.from_numpy(batch.embeddings[stacked]).chunk(2))
    place = np.flatnonzero(stacked == anchor)
    if not len(place):
        return 1.0, 0.0
    lam, beta = float(found.lam[place[0]]), float(found.beta[place[0]])
    return 1 - lam, lam * beta


def _stacked(batch: PointBatch) -> np.ndarray:
    """The places of all first views, then of all second."""
    views = batch.other_views
    first = np.flatnonzero(views > np.arange(len(views)))
    return np.concatenate([first, views[first]])


def _special(
    batch: PointBatch, loss: str, anchor: int, positives: np.ndarray, noise: np.ndarray, cosines: np.ndarray
) -> str:
    """What the definition says here that is not the usual, in a sentence; empty where there is nothing to say."""
    name, paired = batch.names[anchor], CATALOG[loss].family == "paired views"
    if not positives.any() and paired:
        return f"{name} is the odd one of its class and has no other view: it takes no part, and no view meets it."
    if not positives.any():
        return (
            f"{name} is alone in its class: without a positive there is no numerator, so it takes no part in the mean."
            " For the other classes it still is noise."
        )
    if not noise.any() and loss == "supcon":
        return "There is one class and so no noise: SupCon contrasts each positive with the other positives alone."
    if not noise.any():
        return (
            "There is no noise: below each positive stands it alone, its share is 1, the loss log 1 = 0, no derivative."
        )
    if np.ptp(cosines[positives | noise]) == 0:
        return (
            "All similarities are equal: every share of a denominator is one over its size. This is the chance level."
        )
    return ""
