"""A network that others' code builds, as a plan: tried on a batch, its preparation said, its weights by name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import torch
from torch import Tensor, nn

from checkpoints.foreign.constants import Constants
from checkpoints.foreign.preparation import Preparation
from checkpoints.foreign.spec import ForeignSpec, Interpolation
from losses.errors import LabError

Shapes = Mapping[str, tuple[int, ...]]
USUAL_SIDE = 224
_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Wanted:
    """How a network wants its images, and who says so. None for a side or constants that nobody says: values then stay
    in [0, 1]. fixed: whether no other side fits. assumed: what of it nobody says, a sentence each."""

    why: str
    side: int | None = None
    channels: int = 3
    constants: Constants | None = None
    cropped: bool = False
    interpolation: Interpolation = "bilinear"
    fixed: bool = False
    assumed: tuple[str, ...] = ()

    def preparation(self, spec: ForeignSpec) -> Preparation:
        """With what `spec` says in its place. LabError where the network cannot take that."""
        if self.fixed and spec.side not in (None, self.side):
            raise LabError("side", f"must be {self.side}, the one size that this network takes", spec.side)
        if self.channels == 1 and spec.mean is not None:
            raise LabError("mean and std", "must be left out for a network of grey images")
        side = spec.side or self.side
        assumed = () if spec.mean is not None else self.assumed
        assumed += () if side else (f"nothing says how large its images are: {USUAL_SIDE} pixels are assumed",)
        asked = (spec.mean, spec.std) if spec.mean is not None and spec.std is not None else None
        said = [self.why, "as asked for"] if asked or spec.side or spec.crop or spec.interpolation else [self.why]
        return Preparation(
            side or USUAL_SIDE,
            spec.crop == "centre" if spec.crop else self.cropped,
            self.channels,
            asked or self.constants,
            ", ".join(said),
            assumed,
            spec.interpolation or self.interpolation,
        )


@dataclass(frozen=True, slots=True)
class Brought:
    """A network as a plan (see `foreign.plan.Plan`), made by `make` of the shapes of the file's tensors.

    title: one line on what it is. digest: of all that it is made by. takes_weights: whether it has any of its own to be
    filled. `outputs` numbers of class logits, 0 for features alone.
    """

    title: str
    digest: str
    make: Callable[[Shapes], Callable[..., Any]] = field(repr=False)
    wanted: Wanted
    takes_weights: bool = True
    outputs: int = 0
    notes: tuple[str, ...] = ()
    layout: str = "brought"
    encoder: None = None
    layers: tuple[()] = ()

    @property
    def role(self) -> Literal["logits", "none"]:
        return "logits" if self.outputs else "none"

    def module(self, shapes: Shapes) -> "Taken":
        """The module, in evaluation mode. LabError where the code that makes it fails."""
        try:
            made = self.make(shapes)
        except LabError:
            raise
        except Exception as error:
            raise LabError(self.title, f"failed with {in_a_line(error)}") from error
        return Taken(made, self.title).eval()


class OfLibrary(nn.Module):
    """A library's network that takes its weights in its own way. elsewhere: names that stand beside the others in a
    file, without their prefix."""

    elsewhere: tuple[str, ...] = ()

    def file_state(self) -> dict[str, Tensor]:
        """Tensors of the shapes that a file has, by the names that it has."""
        raise NotImplementedError

    def take(self, state: Mapping[str, Tensor]) -> None:
        """Those of the file, by the same names."""
        raise NotImplementedError


class Taken(nn.Module):
    """What somebody's code gives, held to its contract.

    Images (N, C, H, W) -> features (N, F) and logits (N, K), or the features twice.
    """

    def __init__(self, inner: Callable[[Tensor], Any], title: str) -> None:
        super().__init__()
        self.inner, self.title = inner, title

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        try:
            found = self.inner(images)
        except LabError:
            raise
        except Exception as error:
            size = " x ".join(map(str, images.shape))
            raise LabError(self.title, f"failed on images of {size} with {in_a_line(error)}") from error
        parts = tuple(found) if isinstance(found, tuple | list) else (found,)
        if not 1 <= len(parts) <= 2 or not all(_are_rows(part, len(images)) for part in parts):
            rule = f"must give features ({len(images)}, F), or features and logits ({len(images)}, K), as tensors"
            raise LabError(self.title, rule, but=f"gives {_in_words(found)}")
        features = parts[0]
        return features, parts[-1] if len(parts) == 2 else features

    def tried(self, prepared: Preparation) -> int:
        """How many logits it gives for each of two grey images, 0 for features alone. LabError where it fails."""
        images = torch.full((2, prepared.channels, prepared.side, prepared.side), 0.5)
        with torch.inference_mode():
            features, outputs = self(images)
        return 0 if outputs is features else outputs.shape[1]


def in_a_line(error: BaseException) -> str:
    """What somebody's code raised: some of its first line, without a full stop of its own."""
    first = next(iter(str(error).strip().splitlines()), "")[:_LONGEST].rstrip(". ")
    return f"{type(error).__name__}: {first}" if first else type(error).__name__


def _are_rows(part: Any, count: int) -> bool:
    return isinstance(part, Tensor) and part.ndim == 2 and len(part) == count and part.shape[1] > 0


def _in_words(found: Any) -> str:
    if isinstance(found, Tensor):
        return f"a tensor of shape {tuple(found.shape)}"
    if isinstance(found, tuple | list) and len(found) <= 4:
        return " and ".join(_in_words(each) for each in found) or "nothing"
    return "nothing" if found is None else f"one of the type {type(found).__name__}"
