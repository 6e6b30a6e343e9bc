"""The fast path of soft target InfoNCE: logits against the batch's targets, a block of samples at a time."""

from dataclasses import dataclass

import torch
from torch import Tensor


@dataclass(frozen=True, slots=True, eq=False)
class CandidateSweep:
    """targets (M, K) are the candidates, log_prior (M,) their sum_k w_jk log eta_k, own (N,) each sample's target.

    A block of scores is one product; its softmax, in place, is the gradient's weights; a second product ends it.
    """

    targets: Tensor
    log_prior: Tensor
    own: Tensor
    temperature: float
    rows: int

    def __call__(self, logits: Tensor, weights: Tensor, *, with_gradient: bool) -> tuple[Tensor, Tensor | None]:
        """Losses (N,) of logits (N, K), and d (weights . losses) / d logits (N, K)."""
        losses, gradient = torch.empty_like(logits[:, 0]), torch.empty_like(logits) if with_gradient else None
        with torch.no_grad(), torch.autocast(logits.device.type, enabled=False):
            buffer = logits.new_empty(min(self.rows, len(logits)), len(self.targets))
            for start in range(0, len(logits), self.rows):
                part = slice(start, min(start + self.rows, len(logits)))
                scores = self._scores(logits[part], buffer)
                losses[part], shares = self._contrast(scores, self.own[part, None], weights[part, None])
                if gradient is not None:
                    gradient[part] = self._gradient(shares, self.own[part], weights[part, None])
        return losses, gradient

    def _scores(self, logits: Tensor, buffer: Tensor) -> Tensor:
        scaled = logits / self.temperature
        return torch.addmm(self.log_prior, scaled, self.targets.mT, beta=-1, out=buffer[: len(logits)])

    @staticmethod
    def _contrast(scores: Tensor, own: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        """Losses (n,), and in the scores' place the weighted softmax over candidates (n, M)."""
        picked = scores.gather(1, own)
        largest = scores.amax(dim=1, keepdim=True)
        total = scores.sub_(largest).exp_().sum(dim=1, keepdim=True)
        return (largest + total.log() - picked).squeeze(1), scores.mul_(weights / total)

    def _gradient(self, shares: Tensor, own: Tensor, weights: Tensor) -> Tensor:
        return (shares @ self.targets - weights * self.targets[own]) / self.temperature
