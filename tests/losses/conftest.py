"""Random batches and a frozen copy of the reference values."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Generator, Tensor
from torch.nn.functional import normalize


@pytest.fixture
def generator() -> Generator:
    return Generator().manual_seed(20240607)


@pytest.fixture
def sphere(generator: Generator) -> Callable[..., Tensor]:
    """Unit rows of a given shape, float64."""

    def draw(*shape: int) -> Tensor:
        return normalize(torch.randn(*shape, generator=generator, dtype=torch.float64), dim=-1)

    return draw


@pytest.fixture
def head(generator: Generator) -> Callable[[int, int], tuple[Tensor, Tensor, Tensor, Tensor]]:
    """logits (N, K), targets (N, K), labels (N,), noise_probs (K,), float64."""

    def draw(samples: int, classes: int) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        logits, scores = torch.randn(2, samples, classes, generator=generator, dtype=torch.float64)
        targets = (2 * scores).softmax(dim=-1)
        labels = torch.randint(classes, (samples,), generator=generator)
        return logits, targets, labels, targets.mean(dim=0)

    return draw


@pytest.fixture(scope="session")
def golden() -> Callable[[str], dict[str, Tensor]]:
    """Fields of one case "LOSS/NUMBER"; inputs that cases share are stored once, under "inputs/..."."""
    with np.load(Path(__file__).parent / "golden.npz", allow_pickle=False) as archive:
        stored = {key: torch.from_numpy(np.asarray(archive[key])) for key in archive.files}

    def fields(case: str) -> dict[str, Tensor]:
        loss, number = case.split("/")
        kind = "paired" if loss.startswith("nt_xent") else "labelled" if loss in LABELLED else "head"
        prefixes = (f"inputs/{kind}-{number}/", f"{case}/")
        return {key.rsplit("/", 1)[1]: value for key, value in stored.items() if key.startswith(prefixes)}

    return fields


LABELLED = ("infonce", "supcon", "sincere", "eps_sup_infonce")
