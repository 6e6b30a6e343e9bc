"""One JSON object that is a whole table: a list a column, a vector an id, an object an id, a table a class.

Which of these it is, its values tell; where they leave two readings, the names of the keys do.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import pairwise

Row = Mapping[str, object]
_TABLES = frozenset(["embeddings", "embeds", "features", "vectors", "X"])
_WORDS = (
    "x y z xy id ids index idx key keys name names label labels target targets class classes category split path paths"
    " file files filename filenames image images text texts train test val valid validation query gallery logits probs"
    " scores embedding embeddings embed embeds emb feature features feat vector vectors vec latent hidden mean std"
)
_COLUMNS = frozenset(_WORDS.split())
"""Names of columns and sides, which are no ids and no classes."""
_FEWEST = 3
_NUMBERED = re.compile(r"(.*?)(\d+)")
_ID, _VECTOR, _LABEL = "id", "vectors", "label"


def rows_in(value: Row) -> Iterator[Row] | None:
    """The rows of an object that is a table; None for any other object, a network's settings among them."""
    if (columns := _list_a_column(value)) is not None:
        return columns
    kinds = {type(each) for each in value.values()}
    if len(value) >= _FEWEST and kinds == {list}:
        return _vector_an_id(value) or _table_a_class(value)
    if kinds == {dict}:
        return _object_a_column(value) or _object_an_id(value)
    return _rows_inside(value)


def _list_a_column(columns: Row) -> Iterator[Row] | None:
    """With a vector an item in one of them."""
    lists = {key: value for key, value in columns.items() if isinstance(value, list) and value}
    if len(lists) < len(columns) and not _TABLES & lists.keys():
        return None
    tables = {key: value for key, value in lists.items() if isinstance(value[0], list)}
    if not tables or _are_classes(tables, columns):
        return None
    count = len(next(iter(tables.values())))
    whole = {key: value for key, value in lists.items() if len(value) == count}
    return (dict(zip(whole, cells, strict=True)) for cells in zip(*whole.values(), strict=True))


def _are_classes(tables: Row, columns: Row) -> bool:
    """Whether tables are those of classes: all is tables, as wide as each other, with names that no column has."""
    lengths = [len(value) for value in tables.values() if isinstance(value, list)]
    alone = len(tables) == len(columns) >= 2 and not _named_like_columns(columns)
    return alone and (len(set(lengths)) > 1 or len(tables) >= _FEWEST) and len(_widths(tables)) == 1


def _widths(tables: Row) -> set[int]:
    rows = (row for table in tables.values() if isinstance(table, list) for row in table)
    return {len(row) if isinstance(row, list) else 0 for row in rows}


def _table_a_class(tables: Row) -> Iterator[Row] | None:
    if not _are_classes(tables, tables):
        return None
    return ({_LABEL: key, _VECTOR: row} for key, table in tables.items() for row in _listed(table))


def _vector_an_id(vectors: Row) -> Iterator[Row] | None:
    """Lists of numbers under names that no column has. Under those of columns they are a list a column."""
    first = next(iter(vectors.values()))
    if not isinstance(first, list) or not all(isinstance(number, int | float) for number in first):
        return None
    if _named_like_columns(vectors) or _count_up(vectors, len(first)):
        lengths = {len(_listed(value)) for value in vectors.values()}
        return (dict(zip(vectors, cells, strict=True)) for cells in _transposed(vectors)) if len(lengths) == 1 else None
    return ({_ID: key, _VECTOR: value} for key, value in vectors.items())


def _object_an_id(objects: Row) -> Iterator[Row] | None:
    """{id: {"embedding": [...], "label": ...}, ...}"""
    if len(objects) < _FEWEST:
        return None
    return ({_ID: key, **value} for key, value in objects.items() if isinstance(value, dict))


def _object_a_column(columns: Row) -> Iterator[Row] | None:
    """{"embeddings": {id: [...], ...}, "labels": {id: ..., ...}}, of the same ids, as pandas writes a table."""
    if not (_named_like_columns(columns) or _count_up(columns, _FEWEST)):
        return None
    first = next(iter(columns.values()))
    ids = list(first) if isinstance(first, dict) else []
    objects = [value for value in columns.values() if isinstance(value, dict)]
    if len(ids) < _FEWEST or any(value.keys() != set(ids) for value in objects):
        return None
    cells = zip(*([value[each] for each in ids] for value in objects), strict=True)
    return ({_ID: each, **dict(zip(columns, row, strict=True))} for each, row in zip(ids, cells, strict=True))


def _rows_inside(value: Row) -> Iterator[Row] | None:
    """The only list of objects in an answer of a service: {"data": [{"embedding": [...]}, ...], "model": ...}."""
    lists = [each for each in value.values() if isinstance(each, list) and each and isinstance(each[0], dict)]
    vectors = lists and any(isinstance(each, list) for each in lists[0][0].values())
    return iter(lists[0]) if len(lists) == 1 and vectors and all(isinstance(row, dict) for row in lists[0]) else None


def _named_like_columns(names: Row) -> bool:
    return any(name.lower() in _COLUMNS for name in names)


def _count_up(names: Row, rows: int) -> bool:
    """Whether names are those of numbered columns, e0 to e63, and not of the rows below them, which would be more."""
    found = [_NUMBERED.fullmatch(name) for name in names]
    if not all(found) or rows < _FEWEST:
        return False
    numbers = [(each[1], int(each[2])) for each in found if each]
    alike = all(two == (one[0], one[1] + 1) for one, two in pairwise(numbers))
    return alike and bool(numbers[0][0]) and len(numbers) < rows


def _listed(value: object) -> list[object]:
    return value if isinstance(value, list) else []


def _transposed(columns: Row) -> Iterator[tuple[object, ...]]:
    return zip(*(_listed(value) for value in columns.values()), strict=True)
