"""Plain arrays into a torch module and out of it: every name, shape and dtype must agree."""

from collections.abc import Mapping

import numpy as np
import torch
from torch import Tensor, nn

from checkpoints.reading.quoting import shown
from losses.errors import LabError


def load_weights(model: nn.Module, arrays: Mapping[str, np.ndarray]) -> None:
    """Give `model` the weights in `arrays`, strictly. The model may be without memory (on the meta device)."""
    tensors = checked_tensors(arrays, dict(model.state_dict()))
    model.load_state_dict(tensors, strict=True, assign=True)


def weights_of(model: nn.Module) -> dict[str, np.ndarray]:
    return {name: tensor.detach().numpy() for name, tensor in model.state_dict().items()}


def checked_tensors(arrays: Mapping[str, np.ndarray], expected: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """`arrays` as tensors, where they are just those expected by name, shape and dtype (all float32 here)."""
    for name in sorted(arrays.keys() ^ expected.keys()):
        rule, found = (
            ("must be there", "missing") if name in expected else ("must be one of the encoder's", "none of them")
        )
        raise LabError(f"tensor {shown(name)}", rule, found)
    for name, like in expected.items():
        if arrays[name].shape != tuple(like.shape) or arrays[name].dtype != np.float32:
            raise LabError(
                f"tensor {shown(name)}",
                f"must be float32 of shape {tuple(like.shape)}",
                f"{arrays[name].dtype} of shape {arrays[name].shape}",
            )
    return {name: torch.from_numpy(arrays[name]) for name in expected}
