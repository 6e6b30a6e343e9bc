"""Which vision transformer a file's tensors are, and what of it they cannot say: its heads, and how it is pooled."""

import math
from typing import Literal

from checkpoints.foreign.shapes import Sizes
from checkpoints.foreign.spec import MOST_HEADS, ForeignSpec
from checkpoints.foreign.vit import HEADS, TransformerSpec
from losses.errors import LabError

_MOST_SIDE = 1024
_PAIRED_HEADS = {384: 12}  # vit_small of MoCo v3


class HeadsUnknown(LabError):
    """The `width` of a transformer does not say its number of heads."""

    width = 0

    @property
    def options(self) -> tuple[int, ...]:
        """Numbers of heads that divide it, with at least 8 numbers each."""
        return tuple(
            count for count in range(1, MOST_HEADS + 1) if self.width % count == 0 and self.width // count >= 8
        )


def transformer(sizes: Sizes, spec: ForeignSpec, *, paired: bool) -> tuple[TransformerSpec, list[str]]:
    """The encoder, and what was assumed. `paired`: whether it is one of two that are trained against each other."""
    width, _, patch, _ = sizes.of("patch_embed.proj.weight", 4)
    registers = sizes.of("reg_token", 3)[1] if "reg_token" in sizes.shapes else 0
    token = "cls_token" in sizes.shapes
    placed, side = _positions(sizes, patch, registers, token)
    depth, hidden = sizes.count("blocks.", ".attn.qkv.weight"), sizes.of("blocks.0.mlp.fc1.weight", 2)[0]
    notes: list[str] = []
    heads = _heads(sizes.file, width, spec, notes, paired=paired)
    norm, after = "norm.weight" in sizes.shapes, "fc_norm.weight" in sizes.shapes
    if not (norm or after):
        raise LabError(sizes.file, "must have the tensor norm.weight or fc_norm.weight", but="has neither")
    pooling = _pooling(spec, notes, after=after, token=token)
    return TransformerSpec(
        depth, width, patch, side, hidden, heads, pooling, norm, after, registers, token, placed,
        (sizes.has(".ls1.gamma"), sizes.has(".ls2.gamma")), sizes.has(".attn.qkv.bias"), _gated(sizes, hidden, notes),
    ), notes  # fmt: skip


def _gated(sizes: Sizes, hidden: int, notes: list[str]) -> bool:
    """Whether a block's second layer takes half of what its first gives."""
    if 2 * sizes.of("blocks.0.mlp.fc2.weight", 2)[1] != hidden:
        return False
    notes.append("assumed: the MLPs are SwiGLU, as DINOv2's; no tensor tells which function their gate has")
    return True


def _positions(sizes: Sizes, patch: int, registers: int, token: bool) -> tuple[int, int]:
    """How many tokens before the patches have a position, and the side of the images in pixels."""
    tokens = sizes.of("pos_embed", 3)[1]
    for placed in dict.fromkeys((token + registers, int(token), 0)):
        side = math.isqrt(max(tokens - placed, 0))
        if side and side**2 == tokens - placed:
            if side * patch > _MOST_SIDE:
                break
            return placed, side * patch
    rule = f"must have a token, registers and a square of patches, {_MOST_SIDE} pixels at most"
    raise LabError(f"{sizes.file}: tensor pos_embed", rule, but=f"has {tokens} tokens")


def _heads(file: str, width: int, spec: ForeignSpec, notes: list[str], *, paired: bool) -> int:
    if spec.heads is not None:
        if width % spec.heads:
            raise LabError("heads", f"must divide the transformer's width of {width}", spec.heads)
        return spec.heads
    if paired and width in _PAIRED_HEADS:
        notes.append(
            f"assumed: {_PAIRED_HEADS[width]} heads, as MoCo v3 has them at this width; --heads says otherwise"
        )
        return _PAIRED_HEADS[width]
    if width not in HEADS:
        often = f" Most transformers have 64 numbers a head: --heads {width // 64}." if width % 64 == 0 else ""
        rule = "must come with its number of heads, as its width does not tell it"
        unknown = HeadsUnknown(f"{file}: the transformer", rule, f"{width} wide", f"Give --heads.{often}")
        unknown.width = width
        raise unknown
    notes.append(f"assumed: {HEADS[width]} heads, the usual number at a width of {width}; --heads says otherwise")
    return HEADS[width]


def _pooling(spec: ForeignSpec, notes: list[str], *, after: bool, token: bool) -> Literal["mean", "token"]:
    """fc_norm comes after the mean of the patches; without it the class token is usual, where there is one."""
    if spec.pool == "token" and not token:
        raise LabError("pool", "must be mean for a transformer without a class token", "token")
    if spec.pool is not None:
        return spec.pool
    if after or not token:
        return "mean"
    notes.append("assumed: the class token is the feature; --pool mean takes the mean of the patches")
    return "token"
