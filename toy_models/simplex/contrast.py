"""The losses of a batch and their derivatives in the logits, in closed form, for all losses and seeds at once.

A loss is the mean over samples of log sum_j exp(f . v_j - c_j) - (f . v_own - c_own). Its derivative in f is the
candidates' mean under the softmax of their scores minus v_own. Samples at one x share f: they are counted.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from losses.simplex_integral import SHORT, integral_and_mean
from toy_models.simplex.objectives import Candidates, Objective
from toy_models.simplex.sampling import SimplexBatch
from toy_models.simplex.world import SimplexWorld


class Pick(NamedTuple):
    """Candidates (..., M, K), minus their corrections (..., M), and the sum of own corrections over samples (...)."""

    vectors: Tensor
    log_weights: Tensor
    own_corrections: Tensor


class Contrast:
    """All losses of a run on one batch after another."""

    def __init__(self, objectives: list[Objective], world: SimplexWorld, device: torch.device) -> None:
        self.objectives = objectives
        self.log_priors = [each.population(world).prior.float().log().to(device) for each in objectives]  # (K,)
        tables = [None if each.correction is None else each.correction(world).float() for each in objectives]
        self.corrections = [None if table is None else table.to(device) for table in tables]  # (G,)
        soft = [each.candidates is Candidates.TARGETS for each in objectives]
        on_simplex = [each.candidates is Candidates.SIMPLEX for each in objectives]
        kinds = list(zip(soft, on_simplex, strict=True))
        self.groups = [
            [row for row, own in enumerate(kinds) if own == kind] for kind in ((False, False), (True, False))
        ]
        self.densities = [row for row, is_density in enumerate(on_simplex) if is_density]

    def __call__(self, logits: Tensor, batch: SimplexBatch) -> tuple[Tensor, Tensor]:
        """Logits (L, S, R, K) at the batch's inputs -> losses (L, S) and d losses / d logits (L, S, R, K)."""
        samples, own = batch.row.shape[1], torch.stack([each.own(batch) for each in self.objectives])
        counts, pulls = self._at_rows(own, batch.row, logits.shape[2])
        losses, gradient = torch.empty_like(logits[:, :, 0, 0]), torch.empty_like(logits)
        for rows in filter(None, self.groups):
            picks = [self._pick(row, own[row], batch) for row in rows]
            vectors, log_weights, own_corrections = (torch.stack(parts) for parts in zip(*picks, strict=True))
            log_sums, means = softmax_mean(logits[rows], vectors, log_weights)
            pushed = (counts * log_sums).sum(dim=-1) - (logits[rows] * pulls[rows]).sum(dim=(-2, -1))
            losses[rows] = (pushed + own_corrections) / samples
            gradient[rows] = (counts[..., None] * means - pulls[rows]) / samples
        for row in self.densities:
            log_integrals, means = integral_and_mean(logits[row], rule=SHORT)  # (S, R), (S, R, K)
            drawn = (logits[row].double() * pulls[row]).sum(dim=(-2, -1))
            losses[row] = ((counts * log_integrals).sum(dim=-1) - drawn) / samples
            gradient[row] = (counts[..., None] * means - pulls[row]) / samples
        return losses, gradient

    def _at_rows(self, own: Tensor, row: Tensor, rows: int) -> tuple[Tensor, Tensor]:
        """Samples at each input (S, R), and the sum of their own vectors there (L, S, R, K)."""
        if rows == row.shape[1]:
            return torch.ones_like(row, dtype=own.dtype), own
        at = (row[:, None] == torch.arange(rows, device=row.device)[:, None]).to(own.dtype)  # (S, R, N)
        side_by_side = own.permute(1, 2, 0, 3).flatten(2)  # (S, N, L K): one product a seed
        return at.sum(dim=-1), (at @ side_by_side).unflatten(-1, (len(own), -1)).permute(2, 0, 1, 3)

    def _pick(self, loss: int, own: Tensor, batch: SimplexBatch) -> Pick:
        objective, log_prior = self.objectives[loss], self.log_priors[loss]
        if objective.candidates is Candidates.TARGETS:
            table = self.corrections[loss]
            assert table is not None
            corrections = table[batch.point]  # (S, N)
            return Pick(batch.targets, -corrections, corrections.sum(dim=-1))
        classes = torch.eye(own.shape[-1], device=own.device).expand(len(own), -1, -1)
        if objective.candidates is Candidates.CLASSES:
            return Pick(classes, own.new_zeros(own.shape[0], own.shape[-1]), own.new_zeros(len(own)))
        counts = own.sum(dim=1)  # (S, K): a class stands for all candidates of its label
        return Pick(classes, counts.log() - log_prior, counts @ log_prior)


def softmax_mean(logits: Tensor, vectors: Tensor, log_weights: Tensor) -> tuple[Tensor, Tensor]:
    """log sum_j exp(f . v_j + log_weight_j), (..., R), and the mean of v under its terms, (..., R, K).

    logits (..., R, K), vectors (..., M, K), log_weights (..., M).
    """
    flat = log_weights.flatten(0, -2)[:, None], logits.flatten(0, -3), vectors.flatten(0, -3).mT
    scores = torch.baddbmm(*flat).unflatten(0, logits.shape[:-2])  # (..., R, M)
    largest = scores.amax(dim=-1, keepdim=True)
    weights = scores.sub_(largest).exp_()
    total = weights.sum(dim=-1, keepdim=True)
    return (largest + total.log()).squeeze(-1), weights @ vectors / total
