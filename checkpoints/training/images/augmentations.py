"""Random views of small colour images, whole batches at a time on the images' own device.

As torchvision's RandomResizedCrop (bilinear), RandomHorizontalFlip, ColorJitter and RandomGrayscale define them, with
one difference: brightness, contrast, saturation and hue follow in this one order, where ColorJitter draws the order.
Letters: N images, S their side, D random numbers a view.
"""

import math

import torch
import torch.nn.functional as F
from torch import Tensor

from checkpoints.training.images.keyed import key_of, uniforms
from checkpoints.training.images.recipe import Views

_TRIES, _RATIOS = 10, (math.log(3 / 4), math.log(4 / 3))
DRAWS = 2 * _TRIES + 9
_HUE = 0.25  # of the other strengths: 0.1 beside 0.4
_LUMA = (0.2989, 0.587, 0.114)


def view(images: Tensor, rows: Tensor, settings: Views, seed: int, epoch: int, which: int) -> Tensor:
    """View `which` of images (N, 3, S, S) uint8, samples `rows` (N,) of their data -> the same float32 in [0, 1]."""
    return viewed(images, uniforms(key_of(seed, epoch, which), rows, DRAWS), settings)


def viewed(images: Tensor, draws: Tensor, settings: Views) -> Tensor:
    """The view of each image that its numbers (N, D) in [0, 1) stand for."""
    boxes = crop_boxes(draws[:, : 2 * _TRIES + 2], images.shape[-1], settings.crop)
    flip, gate, brightness, contrast, saturation, hue, grey = draws[:, 2 * _TRIES + 2 :].unbind(1)
    pixels = cropped(images.float() / 255, boxes, flip < settings.flip)
    if settings.jitter and settings.jittered:
        on = (gate < settings.jittered).float()
        strays = on * settings.jitter * (2 * torch.stack([brightness, contrast, saturation, hue]) - 1)
        pixels = jittered(pixels, 1 + strays[0], 1 + strays[1], 1 + strays[2], _HUE * strays[3])
    if settings.grey:
        pixels = torch.where((grey < settings.grey).view(-1, 1, 1, 1), luma(pixels), pixels)
    return pixels


def crop_boxes(draws: Tensor, side: int, least: float) -> Tensor:
    """(N, 4) whole pixels left, top, width, height; draws (N, 22): ten areas, ten ratios, and the place.

    The first of ten tries that fits into the image is taken, the whole image where none does.
    """
    area = side * side * (least + (1 - least) * draws[:, :_TRIES])
    ratio = (_RATIOS[0] + (_RATIOS[1] - _RATIOS[0]) * draws[:, _TRIES : 2 * _TRIES]).exp()
    width, height = (area * ratio).sqrt().round(), (area / ratio).sqrt().round()
    fits = (width >= 1) & (width <= side) & (height >= 1) & (height <= side)
    first = fits.to(torch.int8).argmax(dim=1, keepdim=True)
    fitting = fits.any(dim=1)
    width, height = (torch.where(fitting, each.gather(1, first).squeeze(1), float(side)) for each in (width, height))
    across, down = draws[:, 2 * _TRIES], draws[:, 2 * _TRIES + 1]
    left, top = (across * (side - width + 1)).floor(), (down * (side - height + 1)).floor()
    return torch.stack([left, top, width, height], dim=1)


def cropped(pixels: Tensor, boxes: Tensor, flip: Tensor) -> Tensor:
    """Each image's box (N, 4) scaled up to the whole size, mirrored where flip (N,) says so. No neighbour of a box
    shows in it."""
    side = pixels.shape[-1]
    left, top, width, height = boxes.unbind(1)
    x, y = _places(left, width, side), _places(top, height, side)  # (N, S)
    x = torch.where(flip[:, None], x.flip(1), x)
    grid = torch.stack([x[:, None, :].expand(-1, side, -1), y[:, :, None].expand(-1, -1, side)], dim=-1)  # (N, S, S, 2)
    return F.grid_sample(pixels, grid * (2 / (side - 1)) - 1, mode="bilinear", align_corners=True)


def _places(start: Tensor, extent: Tensor, side: int) -> Tensor:
    """(N, S) pixels of the image under the pixels of the view, along one axis."""
    steps = torch.arange(side, device=start.device) + 0.5
    inside = steps * (extent[:, None] / side) - 0.5
    return start[:, None] + torch.minimum(inside.clamp(min=0), extent[:, None] - 1)


def jittered(pixels: Tensor, brightness: Tensor, contrast: Tensor, saturation: Tensor, hue: Tensor) -> Tensor:
    """Factors (N,) around 1 for the first three, turns (N,) of the colour circle for hue; (N, 3, S, S) in [0, 1]."""
    brightness, contrast, saturation = (each.view(-1, 1, 1, 1) for each in (brightness, contrast, saturation))
    pixels = (pixels * brightness).clamp(0, 1)
    mean = luma(pixels).mean(dim=(2, 3), keepdim=True)
    pixels = (mean + contrast * (pixels - mean)).clamp(0, 1)
    grey = luma(pixels)
    return turned((grey + saturation * (pixels - grey)).clamp(0, 1), hue)


def luma(pixels: Tensor) -> Tensor:
    """Grey values (N, 1, S, S)."""
    red, green, blue = pixels.unbind(1)
    return (_LUMA[0] * red + _LUMA[1] * green + _LUMA[2] * blue)[:, None]


def turned(pixels: Tensor, turns: Tensor) -> Tensor:
    """Hue shifted by turns (N,) of the circle, saturation and value as they are (HSV)."""
    red, green, blue = pixels.unbind(1)
    top, chroma = pixels.amax(dim=1), pixels.amax(dim=1) - pixels.amin(dim=1)
    safe = torch.where(chroma > 0, chroma, 1.0)
    sixth = torch.where(
        top == red, (green - blue) / safe, torch.where(top == green, 2 + (blue - red) / safe, 4 + (red - green) / safe)
    )
    sixth = sixth + 6 * turns.view(-1, 1, 1)
    channels = []
    for start in (5, 3, 1):
        k = torch.remainder(start + sixth, 6.0)
        channels.append(top - chroma * torch.minimum(k, 4 - k).clamp(0, 1))
    return torch.stack(channels, dim=1)
