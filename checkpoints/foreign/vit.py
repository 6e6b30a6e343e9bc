"""A vision transformer in timm's naming, with its class token or the mean of its patches, as DINO's, MAE's and others'.

Dosovitskiy et al. 2021 (arXiv 2010.11929); layer scale of 2103.17239, registers of 2309.16588. Letters: N images, S
their side, T tokens (class token, registers, patches), D width.
"""

from dataclasses import dataclass
from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_EPS = 1e-6
# Heads cannot be seen from the tensors; these are timm's tiny, small, base, large, huge and giant.
HEADS = {192: 3, 384: 6, 768: 12, 1024: 16, 1280: 16, 1536: 24}
_LETTERS = dict(zip(HEADS, ["T", "S", "B", "L", "H", "g"], strict=True))


@dataclass(frozen=True, slots=True)
class TransformerSpec:
    """depth blocks of `width`, images of `side` in patches of `patch` pixels, hidden units of each block's MLP.

    heads of its attention. pooling: features are the "mean" of the patch tokens or the class "token". norm: all tokens
    are normalised before that; after: what was pooled is (fc_norm). registers: tokens besides; class_token: whether
    there is one; placed: how many of both have a position. scaled: layer scale of attention and MLP; biased: queries,
    keys and values are. gated: the MLP is SwiGLU (Shazeer 2020, arXiv 2002.05202), whose first half of hidden units,
    through SiLU, is the gate of the second.
    """

    depth: int
    width: int
    patch: int
    side: int
    hidden: int
    heads: int = 0
    pooling: Literal["mean", "token"] = "mean"
    norm: bool = False
    after: bool = True
    registers: int = 0
    class_token: bool = True
    placed: int = 1
    scaled: tuple[bool, bool] = (False, False)
    biased: bool = True
    gated: bool = False

    @property
    def features(self) -> int:
        return self.width

    @property
    def title(self) -> str:
        usual = {"T": 12, "S": 12, "B": 12, "L": 24, "H": 32, "g": 40}
        letter = _LETTERS.get(self.width)
        if letter is None or self.heads not in (0, HEADS[self.width]):
            name = f"a ViT {self.width} wide with {self.heads} heads and {self.depth} blocks, patches of {self.patch}"
        else:
            name = f"ViT-{letter}/{self.patch}"
            name += "" if usual[letter] == self.depth else f" with {self.depth} blocks"
        return name + (f" and {self.registers} registers" if self.registers else "")


class VisionTransformer(nn.Module):
    """(N, 3, S, S) -> features (N, D) and what its head, of the name `head_name`, makes of them."""

    def __init__(self, spec: TransformerSpec, head: nn.Module | None, head_name: str = "head") -> None:
        super().__init__()
        self.spec, self.head_name = spec, head_name
        if spec.class_token:
            self.cls_token = nn.Parameter(torch.empty(1, 1, spec.width))
        if spec.registers:
            self.reg_token = nn.Parameter(torch.empty(1, spec.registers, spec.width))
        self.pos_embed = nn.Parameter(torch.empty(1, spec.placed + (spec.side // spec.patch) ** 2, spec.width))
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, spec.width, spec.patch, spec.patch)})
        self.blocks = nn.Sequential(*(TransformerBlock(spec) for _ in range(spec.depth)))
        self.norm = nn.LayerNorm(spec.width, _EPS) if spec.norm else nn.Identity()
        self.fc_norm = nn.LayerNorm(spec.width, _EPS) if spec.after else nn.Identity()
        if head is not None:
            setattr(self, head_name, head)

    def features(self, images: Tensor) -> Tensor:
        patches = self.patch_embed["proj"](images).flatten(2).mT  # (N, patches, D)
        tokens = self.norm(self.blocks(self._placed(patches)))  # (N, T, D)
        first = tokens.shape[1] - patches.shape[1]
        pooled = tokens[:, 0] if self.spec.pooling == "token" else tokens[:, first:].mean(dim=1)
        return self.fc_norm(pooled)

    def _placed(self, patches: Tensor) -> Tensor:
        """All tokens with their positions; of those before the patches, only the first `placed` have one."""
        before = [self.cls_token] if self.spec.class_token else []
        before += [self.reg_token] if self.spec.registers else []
        placed = self.spec.placed
        known = [torch.zeros_like(patches[:1, :0]), *before]
        extra = torch.cat(known, dim=1)  # (1, class token and registers, D)
        extra = torch.cat([extra[:, :placed] + self.pos_embed[:, :placed], extra[:, placed:]], dim=1)
        return torch.cat([extra.expand(len(patches), -1, -1), patches + self.pos_embed[:, placed:]], dim=1)

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        features = self.features(images)
        head = getattr(self, self.head_name, None)
        return features, features if head is None else head(features)


class TransformerBlock(nn.Module):
    """Attention and MLP, each after its normalisation and added to what came in."""

    def __init__(self, spec: TransformerSpec) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(spec.width, _EPS), nn.LayerNorm(spec.width, _EPS)
        self.attn = Attention(spec.width, spec.heads or HEADS[spec.width], biased=spec.biased)
        self.ls1, self.ls2 = (LayerScale(spec.width) if scaled else nn.Identity() for scaled in spec.scaled)
        self.gated = spec.gated
        after = spec.hidden // 2 if spec.gated else spec.hidden
        self.mlp = nn.ModuleDict({"fc1": nn.Linear(spec.width, spec.hidden), "fc2": nn.Linear(after, spec.width)})

    def forward(self, tokens: Tensor) -> Tensor:  # (N, T, D)
        tokens = tokens + self.ls1(self.attn(self.norm1(tokens)))
        return tokens + self.ls2(self.mlp["fc2"](self._active(self.mlp["fc1"](self.norm2(tokens)))))

    def _active(self, hidden: Tensor) -> Tensor:
        if not self.gated:
            return F.gelu(hidden)
        gate, units = hidden.chunk(2, dim=-1)
        return F.silu(gate) * units


class LayerScale(nn.Module):
    """Each dimension times its own factor."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.empty(width))

    def forward(self, tokens: Tensor) -> Tensor:
        return tokens * self.gamma


class Attention(nn.Module):
    """Every token looks at every token, in `heads` parts of the width."""

    def __init__(self, width: int, heads: int, *, biased: bool = True) -> None:
        super().__init__()
        self.heads = heads
        self.qkv, self.proj = nn.Linear(width, 3 * width, bias=biased), nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        shape = (*tokens.shape[:2], 3, self.heads, -1)
        queries, keys, values = self.qkv(tokens).reshape(shape).permute(2, 0, 3, 1, 4)  # each (N, heads, T, D / heads)
        seen = F.scaled_dot_product_attention(queries, keys, values)
        return self.proj(seen.transpose(1, 2).reshape(tokens.shape))
