"""The networks stated again, tensor by tensor from a state_dict, as the papers and the authors' scripts have them."""

import torch
import torch.nn.functional as F
from torch import Tensor

State = dict[str, Tensor]


def batch_norm(state: State, name: str, x: Tensor) -> Tensor:
    shape = (1, -1, *[1] * (x.ndim - 2))
    mean, variance = state[f"{name}.running_mean"].view(shape), state[f"{name}.running_var"].view(shape)
    normal = (x - mean) / (variance + 1e-5).sqrt()
    if f"{name}.weight" not in state:
        return normal
    return normal * state[f"{name}.weight"].view(shape) + state[f"{name}.bias"].view(shape)


def resnet(state: State, images: Tensor, blocks: tuple[int, ...], shortcut: str, large: bool) -> Tensor:
    """(N, F) features; a basic block where there is no conv3, the stride in the 3x3 otherwise."""
    stride, padding = (2, 3) if large else (1, 1)
    x = F.conv2d(images, state["encoder.conv1.weight"], stride=stride, padding=padding)
    x = batch_norm(state, "encoder.bn1", x).relu()
    if large:
        x = F.max_pool2d(x, 3, stride=2, padding=1)
    for stage, count in enumerate(blocks, start=1):
        for place in range(count):
            x = block(state, f"encoder.layer{stage}.{place}", x, 2 if stage > 1 and place == 0 else 1, shortcut)
    return F.adaptive_avg_pool2d(x, 1).flatten(1)


def block(state: State, at: str, x: Tensor, stride: int, shortcut: str) -> Tensor:
    def conv(number: int, y: Tensor, step: int, padding: int) -> Tensor:
        y = F.conv2d(y, state[f"{at}.conv{number}.weight"], stride=step, padding=padding)
        return batch_norm(state, f"{at}.bn{number}", y)

    if f"{at}.conv3.weight" in state:
        y = conv(3, conv(2, conv(1, x, 1, 0).relu(), stride, 1).relu(), 1, 0)
    else:
        y = conv(2, conv(1, x, stride, 1).relu(), 1, 1)
    if f"{at}.{shortcut}.0.weight" in state:
        x = batch_norm(state, f"{at}.{shortcut}.1", F.conv2d(x, state[f"{at}.{shortcut}.0.weight"], stride=stride))
    return (x + y).relu()


def linear(state: State, name: str, x: Tensor) -> Tensor:
    return F.linear(x, state[f"{name}.weight"], state.get(f"{name}.bias"))


def mlp(state: State, name: str, x: Tensor) -> Tensor:
    return linear(state, f"{name}.2", linear(state, f"{name}.0", x).relu())


def vit_head(state: State, x: Tensor) -> Tensor:
    """One layer, or three with batch norms between."""
    if "head.weight" in state:
        return linear(state, "head", x)
    for place in (0, 3):
        x = batch_norm(state, f"head.{place + 1}", linear(state, f"head.{place}", x)).relu()
    return batch_norm(state, "head.7", linear(state, "head.6", x))


def vit(state: State, images: Tensor, heads: int) -> Tensor:
    """(N, D) mean of the patch tokens, after fc_norm: one image and one head at a time."""
    weight = state["patch_embed.proj.weight"]
    patch, width = weight.shape[-1], weight.shape[0]
    out = []
    for image in images:
        tiles = image.unfold(1, patch, patch).unfold(2, patch, patch).permute(1, 2, 0, 3, 4).flatten(2).flatten(0, 1)
        tokens = torch.cat([state["cls_token"][0], tiles @ weight.flatten(1).T + state["patch_embed.proj.bias"]])
        x = tokens + state["pos_embed"][0]
        depth = sum(name.endswith("attn.qkv.weight") for name in state)
        for at in (f"blocks.{number}" for number in range(depth)):
            x = x + attention(state, at, layer_norm(state, f"{at}.norm1", x), heads, width)
            hidden = F.gelu(linear(state, f"{at}.mlp.fc1", layer_norm(state, f"{at}.norm2", x)))
            x = x + linear(state, f"{at}.mlp.fc2", hidden)
        out.append(layer_norm(state, "fc_norm", x[1:].mean(0)))
    return torch.stack(out)


def layer_norm(state: State, name: str, x: Tensor) -> Tensor:
    centred = x - x.mean(-1, keepdim=True)
    normal = centred / (centred.square().mean(-1, keepdim=True) + 1e-6).sqrt()
    return normal * state[f"{name}.weight"] + state[f"{name}.bias"]


def attention(state: State, at: str, x: Tensor, heads: int, width: int) -> Tensor:
    queries, keys, values = linear(state, f"{at}.attn.qkv", x).split(width, dim=-1)
    size = width // heads
    seen = [
        torch.softmax(queries[:, part] @ keys[:, part].T / size**0.5, dim=-1) @ values[:, part]
        for part in (slice(head * size, (head + 1) * size) for head in range(heads))
    ]
    return linear(state, f"{at}.attn.proj", torch.cat(seen, dim=-1))
