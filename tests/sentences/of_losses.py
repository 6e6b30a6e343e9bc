"""What the losses and their catalogue say."""

from dataclasses import replace

import torch

import losses
from losses.catalog import CATALOG, entry_of
from losses.evidence import TailEvidence
from losses.forces import nt_xent_forces, supcon_forces
from losses.hardest import HardestTerms
from losses.processes import _check_alike

Z = torch.nn.functional.normalize(torch.randn(8, 4, generator=torch.Generator().manual_seed(0)), dim=1)
Y = torch.arange(8) % 2
T = torch.full((8, 4), 0.25)
EVEN = torch.full((4,), 0.25)

SAID = (
    lambda _: losses.supcon(Z, Y, temperature=0),
    lambda _: losses.supcon(Z, Y, temperature=None),
    lambda _: losses.supcon(Z, Y, temperature=torch.tensor([0.1, 0.2])),
    lambda _: losses.supcon(Z, Y, temperature=torch.tensor(-1.0)),
    lambda _: losses.supcon(Z, Y, temperature=1e-40),
    lambda _: losses.supcon(Z, Y, temperature=10**400),
    lambda _: losses.supcon(Z, Y, temperature=torch.tensor(1e-40)),
    lambda _: losses.supcon(Z, Y, temperature=torch.tensor(1e30)),
    lambda _: losses.supcon(1e20 * Z, Y),
    lambda _: losses.eps_sup_infonce(Z, Y, epsilon=1e6),
    lambda _: losses.siglip(Z[:4], Z[4:], bias=torch.tensor(1e30)),
    lambda _: losses.supcon(Z, Y, reduction="sum"),
    lambda _: losses.supcon(Z, Y, chunk_size=0),
    lambda _: losses.supcon(Z, Y, chunk_size=8, plain=True),
    lambda _: losses.supcon(None, Y),
    lambda _: losses.supcon(Z.tolist(), Y),
    lambda _: losses.supcon(Z.to(torch.complex64), Y),
    lambda _: losses.supcon(Z.long(), Y),
    lambda _: losses.supcon(Z.to(torch.float8_e4m3fn), Y),
    lambda _: losses.supcon(Z.to_sparse(), Y),
    lambda _: losses.supcon(Z[0], Y),
    lambda _: losses.supcon(Z[:0], Y[:0]),
    lambda _: losses.nt_xent(Z[:4], Z[4:].to("meta")),
    lambda _: losses.nt_xent(Z[:4], Z),
    lambda _: losses.nt_xent(Z[:1], Z[1:2]),
    lambda _: losses.soft_target_cross_entropy(Z, Y),
    lambda _: losses.soft_target_cross_entropy(Z, T[:4]),
    lambda _: losses.soft_target_cross_entropy(Z, 2 * T),
    lambda _: losses.soft_target_cross_entropy(Z, -T),
    lambda _: losses.soft_target_infonce(Z, torch.nn.functional.one_hot(torch.arange(8) % 4, 4).float(), 0 * EVEN),
    lambda _: losses.soft_target_infonce(Z, T, EVEN[:3]),
    lambda _: losses.soft_target_infonce(Z, T, -EVEN),
    lambda _: losses.label_infonce(Z, Y, torch.tensor([0.0, 0.5, 0.5, 0.0])),
    lambda _: losses.nll(Z, Y - 1),
    lambda _: losses.nll(Z, Y * 0 - 1, ignore_index=-1),
    lambda _: losses.nll(Z, torch.nn.functional.one_hot(Y, 4).float()),
    lambda _: losses.supcon(Z, Y, ignore_index=0.5),
    lambda _: losses.supcon(Z, Y - 1),
    lambda _: losses.supcon(Z, Y.tolist()),
    lambda _: losses.supcon(Z, None),
    lambda _: losses.supcon(Z, Y.to(torch.complex64)),
    lambda _: losses.supcon(Z, Y.float()),
    lambda _: losses.supcon(Z, Y[:, None]),
    lambda _: losses.supcon(Z, torch.nn.functional.one_hot(Y, 4)),
    lambda _: losses.supcon(Z, Y[:4]),
    lambda _: losses.supcon(Z, torch.arange(8)),
    lambda _: losses.eps_sup_infonce(Z, Y, epsilon=-1),
    lambda _: losses.eps_sup_infonce(Z, Y, epsilon=torch.tensor(0.2)),
    lambda _: losses.x_clr(Z),
    lambda _: losses.x_clr(Z, Y, torch.eye(8)),
    lambda _: losses.x_clr(Z, similarities=torch.eye(7)),
    lambda _: losses.x_clr(Z, similarities=torch.eye(8) / 0),
    lambda _: losses.x_clr(Z, similarities=torch.eye(8), ignore_index=-1),
    lambda _: losses.x_clr(Z, similarities=torch.eye(8), distributed=True),
    lambda _: losses.rince(Z[:4], Z[4:], q=2.0),
    lambda _: losses.ntce(Z, Y * 0 - 1, ignore_index=-1),
    lambda _: losses.nonl(Z, Y * 0),
    lambda _: losses.rince(Z[:4], Z[4:], q=1.0, temperature=0.001),
    lambda _: losses.siglip(Z[:4], Z[4:], bias=torch.zeros(2)),
    lambda _: losses.siglip(Z[:4], Z[4:], bias=torch.tensor(torch.inf)),
    lambda _: losses.supcon(Z, Y, distributed=True),
    lambda _: _check_alike(1, [8, 32], [8, 64]),
    lambda _: losses.SigLIP(temperature=torch.nn.Parameter(torch.tensor(0.1)), learned=True),
    lambda _: supcon_forces(Z, Y, temperature=0.1),
    lambda _: nt_xent_forces(torch.eye(3), temperature=0.1),
    lambda _: TailEvidence(evidence="all"),
    lambda _: TailEvidence(beta="two"),
    lambda _: TailEvidence(min_tail_points=0),
    lambda _: TailEvidence(quantile=2),
    lambda _: HardestTerms(weibull_weight=-1),
    lambda _: HardestTerms(softmax_top=0),
    lambda _: entry_of("triplet"),
    lambda _: replace(CATALOG["nll"], family="other"),
    lambda _: CATALOG["nll"].contrast,
    lambda _: CATALOG["supcon"].choosing,
)
