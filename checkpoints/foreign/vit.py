"""A vision transformer in timm's naming, pooled over its patches, as MAE's and soft target InfoNCE's authors use it.

Dosovitskiy et al. 2021 (arXiv 2010.11929). Letters: N images, S their side, T patches and one class token, D width.
"""

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

_EPS = 1e-6
# Heads cannot be seen from the tensors; these are timm's tiny, small, base, large and huge.
HEADS = {192: 3, 384: 6, 768: 12, 1024: 16, 1280: 16}


@dataclass(frozen=True, slots=True)
class TransformerSpec:
    """depth blocks of `width`, images of `side` in patches of `patch` pixels, hidden units of each block's MLP."""

    depth: int
    width: int
    patch: int
    side: int
    hidden: int

    @property
    def features(self) -> int:
        return self.width

    @property
    def title(self) -> str:
        letter = dict(zip(HEADS, ["T", "S", "B", "L", "H"], strict=True))[self.width]
        usual = {"T": 12, "S": 12, "B": 12, "L": 24, "H": 32}[letter] == self.depth
        return f"ViT-{letter}/{self.patch}" + ("" if usual else f" with {self.depth} blocks")


class VisionTransformer(nn.Module):
    """(N, 3, S, S) -> (N, D), after `fc_norm` on the mean of the patch tokens; `head` is applied by the caller."""

    def __init__(self, spec: TransformerSpec, head: nn.Module) -> None:
        super().__init__()
        tokens = 1 + (spec.side // spec.patch) ** 2
        self.cls_token = nn.Parameter(torch.empty(1, 1, spec.width))
        self.pos_embed = nn.Parameter(torch.empty(1, tokens, spec.width))
        self.patch_embed = nn.ModuleDict({"proj": nn.Conv2d(3, spec.width, spec.patch, spec.patch)})
        self.blocks = nn.Sequential(*(TransformerBlock(spec) for _ in range(spec.depth)))
        self.fc_norm = nn.LayerNorm(spec.width, _EPS)
        self.head = head

    def features(self, images: Tensor) -> Tensor:
        patches = self.patch_embed["proj"](images).flatten(2).mT  # (N, T - 1, D)
        tokens = torch.cat([self.cls_token.expand(len(images), -1, -1), patches], dim=1) + self.pos_embed
        return self.fc_norm(self.blocks(tokens)[:, 1:].mean(dim=1))

    def forward(self, images: Tensor) -> tuple[Tensor, Tensor]:
        features = self.features(images)
        return features, self.head(features)


class TransformerBlock(nn.Module):
    """Attention and MLP, each after its normalisation and added to what came in."""

    def __init__(self, spec: TransformerSpec) -> None:
        super().__init__()
        self.norm1, self.norm2 = nn.LayerNorm(spec.width, _EPS), nn.LayerNorm(spec.width, _EPS)
        self.attn = Attention(spec.width, HEADS[spec.width])
        layers = {"fc1": nn.Linear(spec.width, spec.hidden), "fc2": nn.Linear(spec.hidden, spec.width)}
        self.mlp = nn.ModuleDict(layers)

    def forward(self, tokens: Tensor) -> Tensor:  # (N, T, D)
        tokens = tokens + self.attn(self.norm1(tokens))
        return tokens + self.mlp["fc2"](F.gelu(self.mlp["fc1"](self.norm2(tokens))))


class Attention(nn.Module):
    """Every token looks at every token, in `heads` parts of the width."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.qkv, self.proj = nn.Linear(width, 3 * width), nn.Linear(width, width)

    def forward(self, tokens: Tensor) -> Tensor:
        shape = (*tokens.shape[:2], 3, self.heads, -1)
        queries, keys, values = self.qkv(tokens).reshape(shape).permute(2, 0, 3, 1, 4)  # each (N, heads, T, D / heads)
        seen = F.scaled_dot_product_attention(queries, keys, values)
        return self.proj(seen.transpose(1, 2).reshape(tokens.shape))
