"""JPEG and PNG files to pixels, with bounds on what one may ask for."""

import io
import re
import struct
import zlib

import numpy as np
from PIL import Image

from losses.errors import LabError

ENDINGS = (".jpg", ".jpeg", ".png")
MOST_BYTES = 32 << 20
MOST_PIXELS = 4096 * 4096
# What Pillow raises for broken files, seen in its decoders.
_BROKEN = (
    OSError, SyntaxError, ValueError, EOFError, struct.error, zlib.error, IndexError, KeyError, TypeError,
    OverflowError, MemoryError,
)  # fmt: skip
# From 179 million pixels on it refuses to open, and says how many; from 90 on it warns, an error where warnings are.
_BOMB = (Image.DecompressionBombError, Image.DecompressionBombWarning)


def decode(data: bytes, *, name: str) -> np.ndarray:
    """(H, W, 3) uint8 of a whole JPEG or PNG; transparency and palettes become plain colours."""
    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as image:
            if image.width * image.height <= MOST_PIXELS:
                return np.asarray(image.convert("RGB"))
            size = f"{image.width * image.height:,} pixels large"
    except _BOMB as error:
        told = re.search(r"\d+", str(error))
        size = f"{int(told[0]):,} pixels large" if told else "many times larger"
    except _BROKEN as error:
        raise LabError(name, "must be a whole JPEG or PNG image", "broken or something else") from error
    rule = f"must have at most {MOST_PIXELS:,} pixels"
    raise LabError(name, rule, size, "Scale it down: a network is given a few hundred pixels a side.")
