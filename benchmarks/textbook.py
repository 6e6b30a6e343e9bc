"""Each loss as a careful reader of its paper would write it: log-sum-exp, whole matrices, autograd. Nothing tuned."""

import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, one_hot


def supcon(z: Tensor, labels: Tensor, temperature: float) -> Tensor:
    scores, positives, others = _labelled(z, labels, temperature)
    log_prob = scores - scores.masked_fill(~others, -torch.inf).logsumexp(1, keepdim=True)
    return -(positives * log_prob).sum(1).div(positives.sum(1)).mean()


def sincere(z: Tensor, labels: Tensor, temperature: float) -> Tensor:
    return eps_sup_infonce(z, labels, temperature, 0.0)


def eps_sup_infonce(z: Tensor, labels: Tensor, temperature: float, epsilon: float = 0.25) -> Tensor:
    scores, positives, others = _labelled(z, labels, temperature)
    log_noise = scores.masked_fill(positives | ~others, -torch.inf).logsumexp(1, keepdim=True)
    losses = torch.logaddexp(scores - epsilon, log_noise) - scores
    return (positives * losses).sum(1).div(positives.sum(1)).mean()


def x_clr(z: Tensor, labels: Tensor, temperature: float, target_temperature: float = 0.1) -> Tensor:
    scores, positives, _ = _labelled(z, labels, temperature)
    kept = positives.any(1)
    return _soft(scores, (labels[:, None] == labels).to(scores.dtype) / target_temperature)[kept].mean()


def x_clr_of_similarities(z: Tensor, graph: Tensor, temperature: float, target_temperature: float = 0.1) -> Tensor:
    return _soft(z @ z.T / temperature, graph / target_temperature).mean()


def nt_xent(view_a: Tensor, view_b: Tensor, temperature: float) -> Tensor:
    scores, other_view = _paired(view_a, view_b)
    return cross_entropy(scores / temperature, other_view)


def weince(view_a: Tensor, view_b: Tensor, temperature: float) -> Tensor:
    """With the defaults of the released code: tail of a tenth, margin 2, kappa 10 and 1, quantile 0.2."""
    cosines, other_view = _paired(view_a, view_b)
    anchors = torch.arange(len(cosines), device=cosines.device)
    with torch.no_grad():
        lam = _evidence(1 - cosines.index_put((anchors, other_view), cosines.new_tensor(-torch.inf)))
    curved = -torch.log(1 - cosines.clamp(max=1 - 1e-6))
    scores = (1 - lam) * cosines / temperature + lam * curved
    return cross_entropy(
        scores.masked_fill(torch.eye(len(scores), dtype=torch.bool, device=scores.device), -torch.inf), other_view
    )


def label_infonce(logits: Tensor, labels: Tensor, prior: Tensor) -> Tensor:
    return soft_target_infonce(logits, one_hot(labels, len(prior)).to(logits.dtype), prior)


def soft_target_infonce(logits: Tensor, targets: Tensor, prior: Tensor) -> Tensor:
    """One product stands for the released code's (N, N, K) repetition."""
    scores = (logits - prior.log()) @ targets.T
    return cross_entropy(scores, torch.arange(len(scores), device=scores.device))


def _soft(scores: Tensor, wanted: Tensor) -> Tensor:
    """Cross-entropy (N,) of the softmax of scores over the others against that of what is wanted."""
    itself = torch.eye(len(scores), dtype=torch.bool, device=scores.device)
    log_share = scores.masked_fill(itself, -torch.inf).log_softmax(1).masked_fill(itself, 0)
    return -(wanted.masked_fill(itself, -torch.inf).softmax(1) * log_share).sum(1)


def _labelled(z: Tensor, labels: Tensor, temperature: float) -> tuple[Tensor, Tensor, Tensor]:
    others = ~torch.eye(len(z), dtype=torch.bool, device=z.device)
    return z @ z.T / temperature, (labels[:, None] == labels) & others, others


def _paired(view_a: Tensor, view_b: Tensor) -> tuple[Tensor, Tensor]:
    z = torch.cat([view_a, view_b])
    cosines = (z @ z.T).masked_fill(torch.eye(len(z), dtype=torch.bool, device=z.device), -torch.inf)
    return cosines, torch.arange(len(z), device=z.device).roll(len(view_a))


def _evidence(shortfalls: Tensor) -> Tensor:
    """lam (2B, 1) from shortfalls (2B, 2B) that are infinite for an anchor's own pair."""
    count = len(shortfalls)
    size = max(32, round(0.1 * (count - 2)))
    tails = shortfalls.sort(dim=1).values[:, :size].clamp_min(1e-6)
    rho = tails[:, 0]
    share = torch.arange(1, size + 1, device=shortfalls.device) / (size + 1)
    dropped = max(1, size // 20)
    x, weibull = tails[:, dropped:].log(), share[dropped:].log()
    gain = _aic(x, (-weibull).log(), -1) - _aic(x, weibull, 1)
    rho0 = rho.sort().values[round(0.2 * (count - 1))]
    return (torch.sigmoid(10 * (rho0.log() - rho.log())) * torch.sigmoid(gain - 2))[:, None]


def _aic(x: Tensor, y: Tensor, sign: int) -> Tensor:
    x, y = x - x.mean(1, keepdim=True), y - y.mean()
    slope = (x * y).sum(1) / x.square().sum(1)
    error = (y - slope[:, None] * x).square().sum(1) + 1e6 * (sign * slope <= 0)
    return x.shape[1] * (error / x.shape[1]).log() + 4
