"""JPEG and PNG files to pixels, with bounds on what one may ask for."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

from losses.errors import LabError

ENDINGS = (".jpg", ".jpeg", ".png")
MOST_BYTES = 32 << 20
MOST_PIXELS = 4096 * 4096
# What Pillow raises for broken files, seen in its decoders; a bomb warning is an error where warnings are.
_BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, IndexError, KeyError, TypeError,
    OverflowError, MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning,
)  # fmt: skip


def decode(data: bytes, *, name: str) -> np.ndarray:
    """(H, W, 3) uint8 of a whole JPEG or PNG; transparency and palettes become plain colours."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            pixels = image.width * image.height
            if pixels <= MOST_PIXELS:
                return np.asarray(image.convert("RGB"))
    except _BROKEN as error:
        raise LabError(name, "must be a whole JPEG or PNG image", "broken or something else") from error
    raise LabError(name, f"must have at most {MOST_PIXELS:,} pixels", f"{pixels:,} pixels large")
