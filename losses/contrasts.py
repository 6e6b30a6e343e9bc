"""Values and forces of any record: what the catalogue says a loss contrasts, on tensors, without autograd.

Cosines (..., N, N) -> values (..., N) in nats and forces (..., N, N), row i = d loss_i / d s_ij in nats per unit of
cosine. Values of an anchor without a positive are of no meaning, its forces are 0. Logits (N, K) -> the same by sample.
"""

from collections.abc import Mapping

import torch
from torch import Tensor

from .catalog import entry_of
from .checks import check_temperature
from .columns import columns_force
from .formulas import raised, targets_by_role, weibit_coordinate
from .numerics import below_top, product, softplus
from .paired import weince_diagnostics
from .pairs import Roles, roles_by_label, roles_by_view
from .records import ENDPOINT_GAP, Choosing, Contrast
from .simplex_integral import integral_and_mean

Settings = Mapping[str, float | Tensor]
"""Parameters by name; `lam` and `beta` of a record with evidence, numbers or (..., N), among them."""


def exponents(record: Contrast, cosines: Tensor, settings: Settings) -> Tensor:
    """x = straight s / tau - curved log(1 - s) + lower log(1 + s)."""
    straight, curved = _weights(record, settings)
    if not record.has_temperature:
        return curved * weibit_coordinate(cosines) - record.lower * weibit_coordinate(-cosines)
    x = straight * (cosines / settings["temperature"])
    return x if record.is_cosine else x + curved * weibit_coordinate(cosines)


def slopes(record: Contrast, cosines: Tensor, settings: Settings) -> Tensor | float:
    """dx / ds; of the curved part 1 / (1 - s), of the lower one 1 / (1 + s), and 0 of either where s is clamped."""
    straight, curved = _weights(record, settings)
    slope = straight / settings["temperature"] if record.has_temperature else 0.0
    if record.is_cosine:
        return slope
    slope = slope + curved * _reciprocal(1 - cosines)
    return slope + record.lower * _reciprocal(1 + cosines) if record.lower else slope


def values(record: Contrast, cosines: Tensor, roles: Roles, settings: Settings) -> Tensor:
    """The loss of each anchor, (..., N)."""
    x = exponents(record, cosines, settings)
    if record.each_pair:
        return _values_of_pairs(x + record.bias_of(settings), roles)  # type: ignore[arg-type]
    if record.others_below:
        return _values_of_shares(record, x, roles, settings)
    x, margin = below_top(x, roles.noise), record.margin_of(settings)  # type: ignore[arg-type]
    log_noise = _keep(x, roles.noise).logsumexp(-1, keepdim=True)
    terms = softplus(log_noise - x + margin) - margin
    return (terms * _above(record, x, roles, settings)).sum(-1) * roles.noise.any(-1)


def forces(record: Contrast, cosines: Tensor, roles: Roles, settings: Settings) -> Tensor:
    """d loss_i / d s_ij, (..., N, N): slope_ij times how much more a candidate weighs below the bar than above it."""
    x, slope = exponents(record, cosines, settings), slopes(record, cosines, settings)
    if record.each_pair:
        logits = x + record.bias_of(settings)  # type: ignore[arg-type]
        pull = torch.sigmoid(-logits) * roles.positives
        return (torch.sigmoid(logits) * roles.noise * roles.positives.any(-1, keepdim=True) - pull) * slope
    if record.others_below:
        return _forces_of_shares(record, x, roles, settings) * roles.positives.any(-1, keepdim=True) * slope
    x = below_top(x, roles.noise)
    parts = _keep(x, roles.noise).exp_() * roles.noise
    total = parts.sum(-1, keepdim=True)  # 0 where there is no noise
    margin = record.margin_of(settings)  # type: ignore[arg-type]
    noise_share = torch.sigmoid((total.log() + margin) - x)  # of the denominator of each positive
    pull = noise_share * _above(record, x, roles, settings)
    tiny = torch.finfo(x.dtype).tiny
    return (parts * (pull.sum(-1, keepdim=True) / total.clamp_min(tiny)) - pull) * slope


def _values_of_pairs(logits: Tensor, roles: Roles) -> Tensor:
    """log(1 + e^-l) of the positive and log(1 + e^l) of each noise pair, added up."""
    pairs = softplus(-logits) * roles.positives + softplus(logits) * roles.noise
    return pairs.sum(-1)


def _values_of_shares(record: Contrast, x: Tensor, roles: Roles, settings: Settings) -> Tensor:
    """log D less the exponent of the positives, D over all that stand below each; or powers of the two."""
    below = _below(record, roles)
    if record.power is not None:
        q, log_density = record.power_of(settings)  # type: ignore[arg-type]
        log_below = _keep(x, below).logsumexp(-1) + log_density
        return raised(log_below, (x * _above(record, x, roles, settings)).sum(-1), q)
    x = below_top(x, below)
    return _keep(x, below).logsumexp(-1) - (x * _above(record, x, roles, settings)).sum(-1)


def _forces_of_shares(record: Contrast, x: Tensor, roles: Roles, settings: Settings) -> Tensor:
    """Shares of what stands below, less those of the positives, by x; each times its power."""
    below = _below(record, roles)
    weight = _keep(x, below).softmax(-1)
    if record.power is None:
        return weight * below - _above(record, x, roles, settings)
    q, log_density = record.power_of(settings)  # type: ignore[arg-type]
    powers = ((_keep(x, below).logsumexp(-1, keepdim=True) + log_density) * q).exp()
    return weight * below * powers - _above(record, x, roles, settings) * (x * q).exp()


def _below(record: Contrast, roles: Roles) -> Tensor:
    """Who stands below each positive where all of an anchor's have the same below them."""
    return roles.positives | roles.noise if record.own_below else roles.noise


def forces_of(loss: str, embeddings: Tensor, labels: Tensor, settings: Settings) -> Tensor:
    """Forces (N, N) of any loss of embeddings in the catalogue; `settings` not given are its defaults.

    embeddings (N, D) unit rows with labels (N,); to a loss of views they are two stacked views, whatever the labels.
    """
    entry, cosines = entry_of(loss), product(embeddings, embeddings.mT).clamp(-1, 1)
    record = entry.contrast
    if record.has_temperature:
        check_temperature(settings.get("temperature", entry.defaults["temperature"]))
    by_class = record.positives == "class"
    roles = roles_by_label(labels) if by_class else roles_by_view(len(embeddings), embeddings.device, record.across)
    return forces(record, cosines, roles, entry.defaults | _evidence(record, embeddings) | dict(settings))


def head_scores(record: Choosing, logits: Tensor, given: Tensor, prior: Tensor, temperature: float) -> Tensor:
    """The scores of each sample's candidates: (N, K) of classes, or (N, N) of what the batch is given, (N, K).

    Not of all points of the simplex, which are too many.
    """
    if record.candidates == "classes":
        return logits / temperature
    log_prior = torch.where(prior > 0, prior, 1).log()  # 0 log 0 = 0
    return (logits / temperature) @ given.mT - given @ log_prior


def head_forces(record: Choosing, logits: Tensor, given: Tensor, prior: Tensor, temperature: float) -> Tensor:
    """d (sum of losses) / d f, (N, K): what the candidates below are by class, less what is given, over tau."""
    if record.by_column:
        return columns_force(logits / temperature, given.argmax(-1), record.own_class_below) / temperature
    if record.is_density:
        return (integral_and_mean(logits / temperature)[1].to(logits.dtype) - given) / temperature
    shares = head_scores(record, logits, given, prior, temperature).softmax(-1)
    below = shares if record.candidates == "classes" else shares @ given
    return (below - given) / temperature


def _evidence(record: Contrast, stacked: Tensor) -> dict[str, Tensor]:
    """lam and beta (N,) of two stacked views (N, D), for a record that asks for them."""
    if not record.evidence:
        return {}
    found = weince_diagnostics(*stacked.chunk(2))
    return {"lam": found.lam, "beta": found.beta}


def _weights(record: Contrast, settings: Settings) -> tuple[float | Tensor, float | Tensor]:
    if not record.evidence:
        return record.weights(settings)  # type: ignore[arg-type]
    lam, beta = (_by_anchor(settings[name]) for name in ("lam", "beta"))
    return 1 - lam, lam * beta


def _reciprocal(shortfall: Tensor) -> Tensor:
    """1 / d, and 0 where d is clamped."""
    return torch.where(shortfall >= ENDPOINT_GAP, 1 / shortfall.clamp_min(ENDPOINT_GAP), 0)


def _by_anchor(value: float | Tensor) -> float | Tensor:
    """(..., N) -> (..., N, 1), a column beside the cosines; a number stays one."""
    return value[..., None] if isinstance(value, Tensor) else value


def _keep(scores: Tensor, kept: Tensor) -> Tensor:
    """The others so low that they count nothing; not -inf, which a row that keeps nothing would turn into NaN."""
    return scores.masked_fill(~kept, torch.finfo(scores.dtype).min / 2)


def _above(record: Contrast, scores: Tensor, roles: Roles, settings: Settings) -> Tensor:
    """(N, N) weights above the bar: 1/|P| on positives, or targets on all others."""
    if not record.is_soft:
        return roles.positives.to(scores.dtype) / roles.positive_count.clamp_min(1)[:, None]
    return targets_by_role(scores, roles, record.noise_target(settings))  # type: ignore[arg-type]
