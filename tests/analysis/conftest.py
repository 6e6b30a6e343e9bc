"""Small synthetic embeddings that the analysis tests share."""

import numpy as np
import pytest

from analysis.outputs import Outputs, Split


@pytest.fixture
def rng():
    return np.random.default_rng(0)


@pytest.fixture
def unit_rows(rng):
    def rows(count: int, dimensions: int) -> np.ndarray:
        drawn = rng.normal(size=(count, dimensions))
        return (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)

    return rows


@pytest.fixture
def clustered(rng):
    """Outputs of a fair model: `classes` noisy clusters on the sphere, with logits on request."""

    def outputs(classes=4, train=120, test=60, dimensions=8, spread=0.6, head=False) -> Outputs:
        centres = rng.normal(size=(classes, dimensions))

        def split(items: int) -> Split:
            labels = np.arange(items) % classes
            drawn = centres[labels] + spread * rng.normal(size=(items, dimensions))
            rows = (drawn / np.linalg.norm(drawn, axis=1, keepdims=True)).astype(np.float32)
            logits = (rows @ centres.T).astype(np.float32) if head else None
            images = rng.integers(0, 256, size=(items, 8, 8), dtype=np.uint8)
            return Split(rows, labels.astype(np.int64), logits, images)

        names = tuple(f"class {index}" for index in range(classes))
        provenance = {"digest": "0" * 64, "loss": "sincere", "data": "clusters"}
        return Outputs(split(train), split(test), names, 0.5, provenance)

    return outputs
