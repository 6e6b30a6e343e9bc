"""The k largest of every row of a matrix, exactly, at little more than the cost of looking at each entry once."""

import numpy as np

_STRANDS = 32


def top_k(block: np.ndarray, k: int, names: np.ndarray | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Names (B, k) and values (B, k) of the k largest of each row of (B, N) float32; ties by lowest name.

    `names` (N,) are distinct integers under 2**32, by default the column numbers. The columns are first thinned, by
    the largest of each group of 32; what is left over is always looked at.
    """
    width = block.shape[1]
    names = np.arange(width) if names is None else names
    if width < 3 * k * _STRANDS:
        return select(block, np.broadcast_to(names, block.shape), k)
    body = width // _STRANDS * _STRANDS
    columns, tied = candidates(group_maxima(block[:, :body], _STRANDS), k, _STRANDS)
    rest = np.broadcast_to(np.arange(body, width), (len(block), width - body))
    return pick(block, np.hstack([columns, rest]), tied, names, k)


def group_maxima(block: np.ndarray, strands: int) -> np.ndarray:
    """Largest entries (B, G) of the groups of a block (B, strands G): group g has the columns g, g + G, g + 2 G, ...

    Then a maximum is a few contiguous sweeps over the row.
    """
    largest: np.ndarray = block.reshape(len(block), strands, -1).max(axis=1)
    return largest


def candidates(maxima: np.ndarray, k: int, strands: int) -> tuple[np.ndarray, np.ndarray]:
    """Columns (B, strands k) of the k groups with the largest maxima: they hold the k largest entries of the row.

    The second, (B,) bool, marks rows where a tie between groups leaves that open.
    """
    groups = maxima.shape[1]
    best, tied = _largest(maxima, min(k, groups))
    return (best[:, None, :] + groups * np.arange(strands)[:, None]).reshape(len(maxima), -1), tied


def pick(
    block: np.ndarray, columns: np.ndarray, tied: np.ndarray, names: np.ndarray, k: int, pads: np.ndarray | None = None
) -> tuple[np.ndarray, np.ndarray]:
    """`top_k` among the given columns (B, C), for `tied` rows among all. Columns in `pads` (N,) bool do not count."""
    values = _taken(block, columns)
    if pads is not None:
        np.putmask(values, pads[columns], np.float32(-np.inf))
    inner, tied_inside = _largest(values, k)
    found = select(_taken(values, inner), names[_taken(columns, inner)], k)
    again = np.flatnonzero(tied | tied_inside)
    if len(again):
        rows = block[again]
        if pads is not None:
            rows[:, pads] = -np.inf
        for part, whole in zip(found, select(rows, np.broadcast_to(names, rows.shape), k), strict=True):
            part[again] = whole
    return found


def _largest(values: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """Columns (B, k) of the k largest of each row, in any order, and (B,) where a tie leaves open which they are: of
    such a row the columns mean nothing."""
    width = values.shape[1]
    if width > 64 * k:
        return _largest_of_many(values, k)
    # The k-th largest value first, and then who reaches it: numpy partitions values several times as fast as places.
    border = np.partition(values, width - k, axis=1)[:, width - k, None]
    reached = values >= border
    tied = np.count_nonzero(reached, axis=1) > k
    reached[tied] = np.arange(width) < k  # whoever asks looks at these rows again
    return np.flatnonzero(reached).reshape(-1, k) - width * np.arange(len(values))[:, None], tied


def _largest_of_many(values: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """The same by groups of 8: a partition costs ten times what a maximum does."""
    width = values.shape[1]
    body = width // 8 * 8
    columns, tied = candidates(group_maxima(values[:, :body], 8), k, 8)
    columns = np.hstack([columns, np.broadcast_to(np.arange(body, width), (len(values), width - body))])
    inner, tied_inside = _largest(_taken(values, columns), k)
    return _taken(columns, inner), tied | tied_inside


def _taken(values: np.ndarray, columns: np.ndarray) -> np.ndarray:
    """`np.take_along_axis` over columns (B, C) of (B, N), in less than half of its time."""
    places = columns + values.shape[1] * np.arange(len(values))[:, None]
    return np.take(values.reshape(-1), places, mode="clip")


def select(values: np.ndarray, names: np.ndarray, k: int) -> tuple[np.ndarray, np.ndarray]:
    """`top_k` on the values (B, C) themselves: value and name packed into one integer, so one partition orders both."""
    # A float's bits order like integers once the lower 31 of negative ones are flipped; + 0.0 makes -0.0 equal 0.0.
    bits = (values + np.float32(0)).view(np.int32)
    ordered = np.where(bits < 0, bits ^ np.int32(0x7FFFFFFF), bits).astype(np.int64)
    packed = (ordered << 32) | (0xFFFFFFFF - names)
    kept = packed if packed.shape[1] == k else np.partition(packed, packed.shape[1] - k, axis=1)[:, -k:]
    largest = -np.sort(-kept, axis=1)
    high = (largest >> 32).astype(np.int32)
    found = np.where(high < 0, high ^ np.int32(0x7FFFFFFF), high).view(np.float32)
    return 0xFFFFFFFF - (largest & 0xFFFFFFFF), found
