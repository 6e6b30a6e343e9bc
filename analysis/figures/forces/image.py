"""A large matrix of forces as a picture: a browser has a PNG of 512 x 512 several times sooner than its numbers."""

import base64
import struct
import zlib

import numpy as np

from analysis.figures.theme import SIGNED

_LEVELS = 255
"""Of the signed colour scale; index 0 of the palette is nothing, for the diagonal."""


def force_image(forces: np.ndarray, limit: float) -> str:
    """(N, N) -> the data URI of an N x N PNG in the signed palette, -limit to limit; NaN is left transparent."""
    share = (np.clip(np.nan_to_num(forces) / limit, -1, 1) + 1) / 2
    index = np.where(np.isnan(forces), 0, 1 + np.round(share * (_LEVELS - 1))).astype(np.uint8)
    rows = np.pad(index, ((0, 0), (1, 0)))  # each row of a PNG begins with its filter: none
    height, width = index.shape
    colours = np.concatenate([np.zeros((1, 4), dtype=np.uint8), palette()])
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
        (b"PLTE", colours[:, :3].tobytes()),
        (b"tRNS", colours[:, 3].tobytes()),
        (b"IDAT", zlib.compress(rows.tobytes(), 1)),
        (b"IEND", b""),
    )
    png = b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(name, body) for name, body in parts)
    return "data:image/png;base64," + base64.b64encode(png).decode()


def palette() -> np.ndarray:
    """The theme's signed colour scale in `_LEVELS` even steps, (255, 4) uint8 red, green, blue, alpha."""
    stops = np.array([_rgba(str(colour)) for _, colour in SIGNED])
    places = [float(str(place)) for place, _ in SIGNED]
    levels = np.linspace(0, 1, _LEVELS)
    return np.stack([np.round(np.interp(levels, places, stops[:, channel])) for channel in range(4)], 1).astype(
        np.uint8
    )


def _rgba(colour: str) -> tuple[float, ...]:
    """From "#rrggbb" or "rgba(r,g,b,alpha)", all 0 to 255."""
    if colour.startswith("#"):
        return (*(int(colour[i : i + 2], 16) for i in (1, 3, 5)), 255)
    *channels, alpha = (float(part) for part in colour.removeprefix("rgba(").removesuffix(")").split(","))
    return (*channels, 255 * alpha)


def _chunk(name: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
