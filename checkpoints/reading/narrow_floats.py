"""Floats that numpy lacks, bfloat16 and the two of 8 bits, as float32: exactly, for each of them is one."""

from functools import cache

import numpy as np

NARROW = {"BF16": "<u2", "F8_E4M3": "|u1", "F8_E5M2": "|u1"}
"""Their names in safetensors, and as what their bits are read."""


def widened(bits: np.ndarray, dtype: str) -> np.ndarray:
    """Float32 of the bits of a dtype of `NARROW`.

    >>> widened(np.array([0x3F80, 0xC000], "<u2"), "BF16"), widened(np.array([0x38, 0xC0], "|u1"), "F8_E4M3")
    (array([ 1., -2.], dtype=float32), array([ 1., -2.], dtype=float32))
    """
    if dtype == "BF16":
        return (bits.astype(np.uint32) << 16).view(np.float32)
    return _table(dtype)[bits]


@cache
def _table(dtype: str) -> np.ndarray:
    """What each of the 256 bytes is."""
    every = np.arange(256, dtype=np.uint16)
    if dtype == "F8_E5M2":  # the upper half of a float16
        return (every << 8).view(np.float16).astype(np.float32)
    # E4M3FN: exponents from -6 to 8, no infinity, NaN where all seven bits are set (arXiv:2209.05433, table 1).
    exponent, fraction = (every >> 3 & 15).astype(np.int32), (every & 7) / 8
    size = np.where(exponent == 0, np.ldexp(fraction, -6), np.ldexp(1 + fraction, exponent - 7))
    size[(every & 127) == 127] = np.nan
    return np.where(every < 128, size, -size).astype(np.float32)
