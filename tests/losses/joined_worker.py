"""What each process of the distributed test runs: a small network under DistributedDataParallel, one loss at a time.

Rank 0 computes the same on the joined batch alone and compares the loss and every parameter's gradient.
`python -m torch.distributed.run --nproc-per-node=4 tests/losses/joined_worker.py` ends with status 0 if all agree.
"""

import sys
from collections.abc import Callable
from datetime import timedelta

import torch
import torch.distributed as dist
from torch import Generator, Tensor, nn
from torch.nn.functional import normalize
from torch.nn.parallel import DistributedDataParallel
from torch.testing import assert_close

import losses

CLASSES, WIDTH = 5, 6
SIZES = (7, 4, 9, 6)  # samples of each rank: uneven
PRIOR = torch.full((CLASSES,), 1 / CLASSES, dtype=torch.float64)

Loss = Callable[[Tensor, Tensor, bool], Tensor]
"""(network outputs (n, 2 WIDTH + 2), labels (n,), distributed) -> mean loss"""


def views(outputs: Tensor) -> tuple[Tensor, Tensor]:
    a, b = outputs[:, : 2 * WIDTH].chunk(2, dim=1)
    return normalize(a, dim=1), normalize(b, dim=1)


def soft(labels: Tensor) -> Tensor:
    return 0.9 * torch.eye(CLASSES, dtype=torch.float64)[labels] + 0.1 / CLASSES


def first_ones_ignored(outputs: Tensor, labels: Tensor) -> Tensor:
    """-1 for all items of the first process, here or in the joined batch."""
    return labels.masked_fill(outputs[:, -1].detach() == 1, -1)


def tau(outputs: Tensor) -> Tensor:
    """The temperature that the network learns beside its weights."""
    return outputs[0, -2].exp()


LOSSES: dict[str, Loss] = {
    "supcon": lambda x, y, joined: losses.supcon(views(x)[0], y, distributed=joined),
    "supcon, plain": lambda x, y, joined: losses.supcon(views(x)[0], y, distributed=joined, plain=True),
    "sincere": lambda x, y, joined: losses.sincere(torch.stack(views(x), 1), y, distributed=joined, chunk_size=5),
    "eps_sup_infonce": lambda x, y, joined: losses.eps_sup_infonce(views(x)[0], y, distributed=joined),
    "x_clr": lambda x, y, joined: losses.x_clr(views(x)[0], y, target_temperature=0.5, distributed=joined),
    "nt_xent": lambda x, y, joined: losses.nt_xent(*views(x), distributed=joined),
    "weibit": lambda x, y, joined: losses.weibit(*views(x), beta=2.0, distributed=joined),
    "weince": lambda x, y, joined: losses.weince(*views(x), distributed=joined, quantile=0.5, aic_margin=-5.0),
    "weince, released": lambda x, y, joined: losses.weince(
        *views(x), distributed=joined, weibull_weight=0.5, softmax_weight=0.5, softmax_top=9
    ),
    "dcl": lambda x, y, joined: losses.dcl(*views(x), distributed=joined),
    "rince": lambda x, y, joined: losses.rince(*views(x), distributed=joined),
    "temperature_free_infonce": lambda x, y, joined: losses.temperature_free_infonce(*views(x), distributed=joined),
    "siglip": lambda x, y, joined: losses.siglip(*views(x), bias=-2.0, distributed=joined, chunk_size=3),
    "siglip, learned": lambda x, y, joined: losses.siglip(
        *views(x), temperature=tau(x), bias=-tau(x), distributed=joined
    ),
    "label_infonce": lambda x, y, joined: losses.label_infonce(x[:, :CLASSES], y, PRIOR, distributed=joined),
    "supcon, int16": lambda x, y, joined: losses.supcon(views(x)[0], y.short(), distributed=joined),
    "sincere, uint16": lambda x, y, joined: losses.sincere(views(x)[0], y.to(torch.uint16), distributed=joined),
    "label_infonce, int16": lambda x, y, joined: losses.label_infonce(
        x[:, :CLASSES], y.short(), PRIOR, distributed=joined
    ),
    "supcon, ignoring": lambda x, y, joined: losses.supcon(views(x)[0], y, ignore_index=1, distributed=joined),
    "sincere, ignoring, plain": lambda x, y, joined: losses.sincere(
        views(x)[0], y, ignore_index=1, distributed=joined, plain=True
    ),
    "supcon, one process ignored": lambda x, y, joined: losses.supcon(
        views(x)[0], first_ones_ignored(x, y), ignore_index=-1, distributed=joined
    ),
    "label_infonce, one process ignored": lambda x, y, joined: losses.label_infonce(
        x[:, :CLASSES], first_ones_ignored(x, y), PRIOR, ignore_index=-1, distributed=joined
    ),
    "supcon, learned": lambda x, y, joined: losses.supcon(views(x)[0], y, temperature=tau(x), distributed=joined),
    "nt_xent, learned": lambda x, y, joined: losses.nt_xent(*views(x), temperature=tau(x), distributed=joined),
    "weince, learned": lambda x, y, joined: losses.weince(
        *views(x), temperature=tau(x), distributed=joined, quantile=0.5, aic_margin=-5.0
    ),
    "soft_target_infonce, learned": lambda x, y, joined: losses.soft_target_infonce(
        x[:, :CLASSES], soft(y), PRIOR, temperature=tau(x), distributed=joined
    ),
    "soft_target_infonce": lambda x, y, joined: losses.soft_target_infonce(
        x[:, :CLASSES], soft(y), PRIOR, distributed=joined
    ),
}


def main() -> None:
    dist.init_process_group("gloo", timeout=timedelta(seconds=30))
    rank, world = dist.get_rank(), dist.get_world_size()
    if "--die" in sys.argv and rank == 1:
        raise SystemExit("rank 1 dies before the gather")
    if "--unlike" in sys.argv:
        unlike(rank)
        return
    generator = Generator().manual_seed(5)
    sizes = SIZES[:world]
    inputs = torch.randn(sum(sizes), 8, generator=generator, dtype=torch.float64)
    inputs = torch.cat([inputs, (torch.arange(sum(sizes)) < sizes[0]).double()[:, None]], dim=1)
    labels = torch.randint(CLASSES, (sum(sizes),), generator=generator)
    own = slice(sum(sizes[:rank]), sum(sizes[: rank + 1]))
    for name, loss in LOSSES.items():
        together = gradients(loss, inputs[own], labels[own], joined=True)
        alone = gradients(loss, inputs, labels, joined=False)
        assert_close(together, alone, rtol=1e-9, atol=1e-12, msg=lambda m, name=name: f"{name} on rank {rank}: {m}")
    dist.destroy_process_group()


def unlike(rank: int) -> None:
    """Rows of another size, or of another dtype, on the second process: both say so, and none waits for ever."""
    labels = torch.arange(4) % 2
    for rows in (torch.ones(4, 8 + rank), torch.ones(4, 8, dtype=(torch.float32, torch.float64)[rank])):
        try:
            losses.supcon(rows, labels, distributed=True)
        except losses.LabError as error:
            print(error)
    dist.destroy_process_group()


def gradients(loss: Loss, inputs: Tensor, labels: Tensor, *, joined: bool) -> list[Tensor]:
    """The loss, then the gradient of every parameter, of a network that starts the same everywhere."""
    model = network()
    # Kept by name until after the backward pass, where it averages the gradients.
    wrapped = DistributedDataParallel(model) if joined else model
    value = loss(wrapped(inputs), labels, joined)
    value.backward()
    return [value.detach(), *(parameter.grad for parameter in model.parameters())]


class Network(nn.Module):
    """Outputs (n, 2 WIDTH), a learned log temperature beside each, and the input's last column, as it is."""

    def __init__(self) -> None:
        super().__init__()
        self.body = nn.Sequential(nn.Linear(8, 16), nn.Tanh(), nn.Linear(16, 2 * WIDTH))
        self.log_temperature = nn.Parameter(torch.tensor(-1.0))

    def forward(self, inputs: Tensor) -> Tensor:
        constant = self.log_temperature.expand(len(inputs), 1)
        return torch.cat([self.body(inputs[:, :8]), constant, inputs[:, 8:]], dim=1)


def network() -> nn.Module:
    model = Network().double()
    generator = Generator().manual_seed(6)
    with torch.no_grad():
        for parameter in model.body.parameters():
            parameter.copy_(torch.randn(parameter.shape, generator=generator, dtype=torch.float64) / 3)
    return model


if __name__ == "__main__":
    main()
