"""Names of classes from a JSON text that lies beside arrays."""

from collections.abc import Collection
from pathlib import Path

import numpy as np

from checkpoints.arrays.listed import SAMPLE, ListedArray, LoadedArrays
from checkpoints.reading import strict_json
from checkpoints.reading.quoting import shown
from checkpoints.reading.safe_files import FileContent, read_whole
from losses.errors import LabError

_MOST_BYTES, _MOST_NAMES, _LONGEST = 4 << 20, 100_000, 1_000
_UNDER = ("id2label", "class_names", "classes", "names")


def list_names(path: Path) -> tuple[ListedArray, ...]:
    """A JSON text as one array of texts, named like the file."""
    names = _names(read_whole(path, limit=_MOST_BYTES))
    return (ListedArray(path.stem, "text", names.shape, names[:SAMPLE]),)


def load_names(path: Path, _: Collection[str]) -> LoadedArrays:
    """The same, whole."""
    content = read_whole(path, limit=_MOST_BYTES)
    return LoadedArrays({path.stem: _names(content)}, content.digest, len(content.data))


def _names(content: FileContent) -> np.ndarray:
    """Texts (K,) of a JSON list, of {"0": name} or {name: 0}, also under one of `_UNDER`: Hugging Face's config.json
    has id2label."""
    try:
        text = content.data.decode()
    except UnicodeDecodeError as error:
        raise LabError(content.name, "must be UTF-8 text", f"not so at byte {error.start}") from error
    value = strict_json.parse(text, name=content.name, brackets=10_000)
    for key in _UNDER:
        inner = value.get(key) if isinstance(value, dict) else None
        value = inner if isinstance(inner, list | dict) else value
    names = value if isinstance(value, list) else _by_number(value)
    texts = [each for each in names if isinstance(each, str) and 0 < len(each) <= _LONGEST]
    if not texts or len(texts) < len(names) or len(texts) > _MOST_NAMES:
        rule = 'must list the names of the classes, as ["cat", "dog"] or {"0": "cat", "1": "dog"}'
        raise LabError(content.name, rule, but=f"has {shown(value)}")
    return np.array(texts, np.str_)


def _by_number(value: object) -> list[object]:
    """Of a dict from numbers to names, or from names to numbers, that are 0 to K - 1."""
    if not isinstance(value, dict):
        return []
    turned = value if all(key.isdecimal() for key in value) else {str(number): name for name, number in value.items()}
    whole = [turned.get(str(number)) for number in range(len(value))]
    return [] if None in whole else whole
