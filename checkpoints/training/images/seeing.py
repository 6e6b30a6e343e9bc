"""What the encoder gives for a side of the data."""

import torch
import torch.nn.functional as F

from checkpoints.training.images import joined
from checkpoints.training.images.data import Pixels
from checkpoints.training.images.evaluation import Seen
from checkpoints.training.images.loop import Trainer, on_device

_ROWS = 1000


@torch.no_grad()
def seen(trainer: Trainer, side: Pixels) -> Seen:
    """A side through the model as it is, batch norms by their running statistics, in float32; of several processes each
    sees its part, and all have the whole."""
    trainer.model.eval()
    ends = [len(side) * number // joined.count() for number in (joined.rank(), joined.rank() + 1)]
    images, found = on_device(side.images[slice(*ends)], trainer.device), []
    for start in range(0, max(len(images), 1), _ROWS):
        pixels = (images[start : start + _ROWS].float() / 255 - trainer.data.mean) / trainer.data.std
        if trainer.recipe.channels_last:
            pixels = pixels.contiguous(memory_format=torch.channels_last)
        found.append(trainer.model(pixels))
    features, outputs = (joined.parts_joined(torch.cat(each)) for each in zip(*found, strict=True))
    labels = torch.from_numpy(side.labels).to(trainer.device)
    if trainer.recipe.head == "classes":
        return Seen(F.normalize(features, dim=1), features, outputs, labels)
    return Seen(F.normalize(outputs, dim=1), features, None, labels)


def rows_of(side: Seen, rows: "torch.Tensor | object") -> Seen:
    """Some of the items."""
    taken = torch.as_tensor(rows, device=side.labels.device)
    logits = None if side.logits is None else side.logits[taken]
    return Seen(side.embeddings[taken], side.features[taken], logits, side.labels[taken])


def without_images(side: Pixels, rows: "torch.Tensor | object") -> Pixels:
    """Labels and ids of some of the items."""
    return Pixels(side.images[:0], side.labels[rows], side.ids[rows])  # type: ignore[index]
