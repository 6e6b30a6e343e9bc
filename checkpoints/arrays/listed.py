"""What is in a file of arrays, told without reading it: names, shapes, dtypes, first values."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from checkpoints.reading.quoting import shown
from losses.errors import LabError, plural

HEAD = 64 << 10
"""Bytes of each array that a listing looks at."""
SAMPLE = 4_096
"""First values of each array that a listing keeps, to guess from; few of them are shown."""
_SHOWN = 4
_LONGEST = 60


@dataclass(frozen=True, slots=True, eq=False)
class ListedArray:
    """One array: its name in the file, dtype in words, shape, its first values as they lie there, flat.

    refused: what it holds instead of plain numbers or texts, "" where those are what it holds.
    """

    name: str
    dtype: str
    shape: tuple[int, ...]
    sample: np.ndarray = field(default_factory=lambda: np.empty(0))
    refused: str = ""

    @property
    def are_texts(self) -> bool:
        return self.dtype == "text"

    @property
    def are_numbers(self) -> bool:
        return not self.refused and not self.are_texts

    @property
    def rows(self) -> np.ndarray:
        """The first whole rows of a table (n, K), as float64; n may be 0."""
        columns = self.shape[1]
        whole = len(self.sample) // max(1, columns)
        with np.errstate(invalid="ignore"):  # a signalling NaN becomes a quiet one
            return self.sample[: whole * columns].reshape(whole, columns).astype(np.float64)

    @property
    def first(self) -> str:
        """The first values in words."""
        if self.refused:
            return self.refused
        values = [_value(each) for each in self.sample[:_SHOWN].tolist()]
        more = ["..."] if len(self.sample) > _SHOWN else []
        return ", ".join([*values, *more])

    @property
    def what(self) -> str:
        """Shape and dtype as a sentence has them."""
        return f"{self.dtype} {self.shape}".replace(",)", ")")


@dataclass(frozen=True, slots=True, eq=False)
class ArrayListing:
    """The arrays of a file or folder, in the file's order. form: what the file is, with its article; though_named: that
    its name says something else, see `reading.ending`."""

    file: str
    form: str
    arrays: tuple[ListedArray, ...]
    though_named: str = ""

    @property
    def whole_form(self) -> str:
        """What the file is, and what its name says it is where that is something else."""
        return f"{self.form}{self.though_named}"

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(each.name for each in self.arrays)

    def find(self, name: str) -> ListedArray:
        """By its name, or by its number as "#1". LabError where there is none."""
        for number, each in enumerate(self.arrays, 1):
            if name in (each.name, f"#{number}"):
                return each
        raise LabError(self.file, f"must have the array {shown(name)} to be read so", but=f"has {self.in_words()}")

    def in_words(self) -> str:
        """Each array with its shape, the first dozen of them."""
        told = [f"{shown_name(each.name)} {each.what}" for each in self.arrays[:12]]
        more = [f"{plural(len(self.arrays) - 12, 'array')} more"] if len(self.arrays) > 12 else []
        return ", ".join([*told, *more]) or "no arrays"

    def called(self, name: str) -> str:
        """An array as an option and a link call it: its name, or its number where that has other letters."""
        return name if _plain(name) else f"#{self.names.index(name) + 1}"


@dataclass(frozen=True, slots=True, eq=False)
class LoadedArrays:
    """Arrays of a file that were asked for, by name, with the sha256 and the bytes of the file."""

    arrays: Mapping[str, np.ndarray]
    digest: str
    size: int


def dtype_in_words(dtype: np.dtype) -> str:
    """ "text" for both kinds of texts, else numpy's name."""
    return "text" if dtype.kind in "US" else dtype.name


def shown_name(name: str) -> str:
    """A name in a sentence: as it is where it is plain, else quoted."""
    return name if _plain(name) else shown(name, _LONGEST)


def _plain(name: str) -> bool:
    """Whether a shell, a link and a sentence all take it as it is."""
    letters = all(letter.isalnum() or letter in "_-./" for letter in name)
    return bool(name) and name.isascii() and letters and len(name) <= _LONGEST


def _value(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, bytes):
        return shown(value.decode("utf-8", "replace"), 24)
    return shown(value, 24) if isinstance(value, str) else str(value)
