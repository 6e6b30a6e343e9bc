"""The training itself: every train image once an epoch, in a drawn order, nothing waited for within an epoch.

The randomness of an epoch is a function of seed and epoch alone, so a resumed run has the curve of an unbroken one;
bit by bit on a CPU, where sums have one order. Of several processes each has its share of every batch (see `joined`):
the curve is that of one, but for the last digits of sums.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import torch
from torch import Generator, Tensor, nn

from checkpoints.training.images import joined
from checkpoints.training.images.averaging import Average
from checkpoints.training.images.data import ImageSet
from checkpoints.training.images.encoders import encoder_of
from checkpoints.training.images.joined_norms import joined_norms
from checkpoints.training.images.keyed import key_of
from checkpoints.training.images.recipe import ImageRecipe
from checkpoints.training.images.schedule import learning_rate
from checkpoints.training.images.steps import DRAWING, ORDER, ImageBatch, Passing, loss_of
from losses.errors import LabError

Log = list[dict[str, float]]
"""An entry an epoch: its mean loss in nats."""


@dataclass(frozen=True, slots=True, eq=False)
class OnDevice:
    """The train side where it is trained on: images (N, 3, S, S) uint8, labels (N,), class shares (K,), the constants
    of normalising (1, 3, 1, 1)."""

    images: Tensor
    labels: Tensor
    prior: Tensor
    mean: Tensor
    std: Tensor

    @classmethod
    def of(cls, data: ImageSet, device: torch.device) -> "OnDevice":
        labels = torch.from_numpy(data.train.labels)
        prior = labels.bincount(minlength=len(data.class_names)) / len(labels)
        mean, std = (torch.tensor(each).view(1, 3, 1, 1).to(device) for each in (data.mean, data.std))
        return cls(on_device(data.train.images, device), labels.to(device), prior.to(device), mean, std)


def on_device(images: np.ndarray, device: torch.device) -> Tensor:
    """(N, S, S, 3) uint8 -> (N, 3, S, S) uint8."""
    return torch.from_numpy(images).to(device).permute(0, 3, 1, 2).contiguous()


class Trainer:
    """Model, optimiser and data of one run. `epoch` trains one and gives its mean loss. average: of the weights, None
    for a recipe without one."""

    def __init__(self, recipe: ImageRecipe, data: OnDevice, classes: int, device: torch.device) -> None:
        self.recipe, self.data, self.device = recipe, data, device
        if recipe.batch_size > len(data.labels):
            raise LabError("batch size", f"must be at most the {len(data.labels):,} train images", recipe.batch_size)
        if recipe.batch_size < 2 * (processes := joined.count()):
            raise LabError("batch size", f"must be at least 2 for each of {processes} processes", recipe.batch_size)
        self.model = encoder_of(recipe, classes, Generator().manual_seed(key_of(recipe.seed, 0) % 2**63)).to(device)
        if processes > 1:
            self.model = joined_norms(self.model)
        if recipe.channels_last:
            self.model = self.model.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.optimiser = optimiser_of(recipe, self.model)
        self.average = Average(self.model, recipe.ema) if recipe.ema else None

    @property
    def steps(self) -> int:
        """Batches an epoch, all of one size; what is left over has its turn in another epoch's order."""
        return len(self.data.labels) // self.recipe.batch_size

    def epoch(self, number: int) -> float:
        """Epoch `number`, from 0. LabError for a loss that is not finite, said once it is known."""
        recipe = self.recipe
        generator = Generator(self.device).manual_seed(key_of(recipe.seed, number, DRAWING) % 2**63)
        passing, total = Passing(self.model, self.outputs, generator), torch.zeros((), device=self.device)
        self.model.train()
        for step, rows in enumerate(self._batches(number)):
            self._set_rate(number + step / self.steps)
            data = self.data
            batch = ImageBatch(data.images[rows], data.labels[rows], rows, data.prior, number, step, recipe.batch_size)
            loss = loss_of(recipe, batch, passing)
            self.optimiser.zero_grad(set_to_none=True)
            loss.backward()
            joined.average_gradients(self.model)
            self.optimiser.step()
            if self.average is not None:
                self.average.add(self.model)
            total += loss.detach().float()
        mean = (total / self.steps).item()  # the one wait of an epoch
        if not np.isfinite(mean):
            raise LabError(
                "the training's loss", "must stay finite", f"{mean} in epoch {number + 1}", "Lower the learning rate."
            )
        return mean

    def outputs(self, pixels: Tensor) -> Tensor:
        """What the head gives, float32, of pixels in [0, 1]."""
        return self.both(pixels)[1]

    def both(self, pixels: Tensor) -> tuple[Tensor, Tensor]:
        """Features and outputs, float32."""
        pixels = (pixels - self.data.mean) / self.data.std
        if self.recipe.channels_last:
            pixels = pixels.contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device.type, torch.bfloat16, enabled=self.recipe.precision == "bf16"):
            features, outputs = self.model(pixels)
        return features.float(), outputs.float()

    def _batches(self, number: int) -> Iterator[Tensor]:
        """This process's rows of each."""
        generator = Generator().manual_seed(key_of(self.recipe.seed, number, ORDER) % 2**63)
        order = torch.randperm(len(self.data.labels), generator=generator).to(self.device)
        size, own = self.recipe.batch_size, joined.share(self.recipe.batch_size).to(self.device)
        return (order[step * size + own] for step in range(self.steps))

    def _set_rate(self, done: float) -> None:
        rate = learning_rate(self.recipe.learning_rate, done, self.recipe.epochs, self.recipe.warmup)
        for group in self.optimiser.param_groups:
            group["lr"] = rate


def optimiser_of(recipe: ImageRecipe, model: nn.Module) -> torch.optim.Optimizer:
    """SGD with Nesterov's momentum, or AdamW; norms, biases, and a transformer's positions and class token do not
    decay."""
    decays = {name: each.ndim > 1 and name not in ("pos_embed", "cls_token") for name, each in model.named_parameters()}
    groups = [
        {"params": [each for name, each in model.named_parameters() if decays[name] is held], "weight_decay": decay}
        for held, decay in ((True, recipe.weight_decay), (False, 0.0))
    ]
    if recipe.optimiser == "adamw":
        return torch.optim.AdamW(groups, recipe.learning_rate, betas=(recipe.momentum, 0.999))
    nesterov = recipe.momentum > 0
    return torch.optim.SGD(groups, recipe.learning_rate, recipe.momentum, nesterov=nesterov)


def run(trainer: Trainer, log: Log, keep: Callable[[Log], None], report: Callable[[int, float, float], None]) -> Log:
    """Train the epochs that `log` does not have. `keep` hears the log after each, `report` the epoch from 1, its loss
    and its images a second (each image once, however many views it gave)."""
    for number in range(len(log), trainer.recipe.epochs):
        start = time.perf_counter()
        loss = trainer.epoch(number)
        log.append({"loss": float(f"{loss:.6g}")})
        report(number + 1, loss, trainer.steps * trainer.recipe.batch_size / (time.perf_counter() - start))
        keep(log)
    return log


@contextmanager
def tuned() -> Iterator[None]:
    """Within the block cuDNN tries its algorithms for each shape, and float32 is not TF32: a cosine of 0.994 has three
    digits, and what is stated is to come out again elsewhere."""
    backends = torch.backends
    before = backends.cudnn.benchmark, backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32
    backends.cudnn.benchmark, backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32 = True, False, False
    try:
        yield
    finally:
        backends.cudnn.benchmark, backends.cuda.matmul.allow_tf32, backends.cudnn.allow_tf32 = before
