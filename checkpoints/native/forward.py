"""Images through a trained model, in chunks and without gradients.

Letters: N images, S their side, D dimensions, K classes.
"""

import numpy as np
import torch
from torch import Tensor

from checkpoints.native.small_conv import SmallConv
from losses.errors import LabError

_CHUNK = 512


def as_tensor(images: np.ndarray) -> Tensor:
    """(N, S, S) uint8 -> (N, 1, S, S) float32 in [0, 1]."""
    return torch.from_numpy(images.astype(np.float32)).unsqueeze(1) / 255


@torch.inference_mode()
def forward(model: SmallConv, images: np.ndarray) -> tuple[np.ndarray, np.ndarray | None]:
    """Unit embeddings (N, D) float32 and logits (N, K), or None where the model has no class head.

    Embeddings are the projection head's output, as its loss saw them; of a model with a class head they are the
    encoder's features at unit length. LabError where a row has no direction or the logits are not finite.
    """
    features, outputs = [], []
    for chunk in as_tensor(images).split(_CHUNK):
        hidden = model.features(chunk)
        features.append(hidden)
        outputs.append(model.head(hidden))
    head = torch.cat(outputs).numpy()
    if model.projects:
        return unit_rows(head), None
    if not np.isfinite(head).all():
        raise LabError("logits", "must be finite", "not so in some rows", "The weights are out of range.")
    return unit_rows(torch.cat(features).numpy()), head


@torch.inference_mode()
def encoder_features(model: SmallConv, images: np.ndarray) -> np.ndarray | None:
    """(N, F) float32 at unit length of a model whose embeddings are a projection of them; None for others."""
    if not model.projects:
        return None
    return scaled_rows(torch.cat([model.features(chunk) for chunk in as_tensor(images).split(_CHUNK)]).numpy())


def scaled_rows(rows: np.ndarray) -> np.ndarray:
    """As `unit_rows`, but rows of zeros stay zero: a probe can take them. LabError where a number is not finite."""
    if not np.isfinite(rows).all():
        raise LabError("features", "must be finite", "not so in some rows", "The weights are out of range.")
    largest = np.abs(rows).max(axis=1, keepdims=True).astype(np.float64)
    scaled = rows / np.where(largest > 0, largest, 1)
    norms = np.linalg.norm(scaled, axis=1, keepdims=True)
    return (scaled / np.where(norms > 0, norms, 1)).astype(np.float32)


def unit_rows(rows: np.ndarray) -> np.ndarray:
    """Rows at unit length, float32; in float64 after dividing by the largest entry, so that 1e25 does not overflow."""
    if not np.isfinite(rows).all():
        raise LabError("embeddings", "must be finite", "not so in some rows", "The weights are out of range.")
    largest = np.abs(rows).max(axis=1, keepdims=True).astype(np.float64)
    if not largest.all():
        found = f"zero in {int((largest == 0).sum())} of {len(rows)} rows"
        raise LabError("embeddings", "must have a direction", found, "The model has collapsed on them.")
    scaled = rows / largest
    return (scaled / np.linalg.norm(scaled, axis=1, keepdims=True)).astype(np.float32)
