"""The fast path of soft target InfoNCE: logits against the batch's targets, a block of samples at a time."""

from dataclasses import dataclass

import torch
from torch import Tensor

from .exponentials import exp_up_to, without


@dataclass(frozen=True, slots=True, eq=False)
class CandidatePass:
    """targets (M, K) are the candidates, log_prior (K,) log eta, own (N,) the place of each sample's target,
    ascending.

    The prior is taken off the logits, so a block of scores is one product; its exponentials, in place, are the
    gradient's weights up to a factor a row; a second product ends it.
    """

    targets: Tensor
    log_prior: Tensor
    own: Tensor
    temperature: float | Tensor
    rows: int

    def __call__(self, logits: Tensor, weights: Tensor, *, with_gradient: bool) -> tuple[Tensor, Tensor | None]:
        """Losses (N,) of logits (N, K), and d (weights . losses) / d logits (N, K)."""
        with torch.no_grad(), torch.autocast(logits.device.type, enabled=False):
            corrected = self._corrected(logits)
            losses, totals, gathered = self._walk(corrected, with_gradient)
            if gathered is None:
                return losses, None
            weights = weights[:, None] / self.temperature
            everyone = len(logits) == len(self.targets)
            own_targets = self.targets if everyone else self.targets[self.own]
            return losses, gathered.mul_(weights / totals[:, None]).addcmul_(own_targets, weights, value=-1)

    def _corrected(self, logits: Tensor) -> Tensor:
        if isinstance(self.temperature, Tensor):
            return logits / self.temperature - self.log_prior
        return torch.add(-self.log_prior, logits, alpha=1 / self.temperature)

    def _walk(self, corrected: Tensor, with_gradient: bool) -> tuple[Tensor, Tensor, Tensor | None]:
        """Losses (N,), sums of exponentials (N,), and the sums of targets that these weigh (N, K)."""
        losses, totals = torch.empty_like(corrected[:, 0]), torch.empty_like(corrected[:, 0])
        gathered = torch.empty_like(corrected) if with_gradient else None
        buffer = corrected.new_empty(min(self.rows, len(corrected)), len(self.targets))
        exp = exp_up_to(corrected)
        for start in range(0, len(corrected), self.rows):
            part = slice(start, start + self.rows)
            scores = torch.mm(corrected[part], self.targets.mT, out=buffer[: len(corrected[part])])
            picked = scores.gather(1, self.own[part, None])
            log_sum, total, shift = exp(scores, _nothing)
            losses[part], totals[part] = (log_sum - without(shift, picked)).squeeze(1), total.squeeze(1)
            if gathered is not None:
                torch.mm(scores, self.targets, out=gathered[part])
        return losses, totals, gathered


def _nothing(scores: Tensor, value: float) -> None:
    """All candidates take part."""
