"""Nearest target against nearest noise class by class, as `python -m checkpoints.inspect` gives it."""

from collections.abc import Mapping, Sequence

from analysis.accuracy.class_curves import ClassCurve
from analysis.digits import bounded, cosines, number
from analysis.neighbours.nearest import Margin, Nearest, margin
from analysis.neighbours.separation import separation_curves
from analysis.statistics.bootstrap import Unavailable
from analysis.statistics.intervals import Interval
from checkpoints.author_measures import flat
from checkpoints.reading.quoting import printable

MOST_CLASSES = 2_000  # each is looked for among all items
MOST_LISTED = 40
"""Lines of a table; JSON has all."""


def by_class(nearest: Nearest, class_names: tuple[str, ...]) -> tuple[dict[str, object], ...] | Unavailable:
    """A record a class: items, medians and margin (cosines), area under the ROC of its items' targets against their
    noises, and average precision, with 95 % intervals over items; `not_available`, the reason, where there is none.

    A class whose targets and noises are parted without a mistake has no interval of its average precision.
    """
    if len(class_names) > MOST_CLASSES:
        return Unavailable(
            f"there are {len(class_names):,} classes, and single ones are measured of at most {MOST_CLASSES:,}"
        )
    curves = separation_curves(nearest, len(class_names))
    return tuple(
        _record(name, margin(nearest, c), curve)
        for c, (name, curve) in enumerate(zip(class_names, curves, strict=True))
    )


def _record(name: str, gap: Margin | Unavailable, curve: ClassCurve | Unavailable) -> dict[str, object]:
    for each in (gap, curve):
        if isinstance(each, Unavailable):
            return {"class": name, "not_available": each.reason}
    assert isinstance(gap, Margin)
    assert isinstance(curve, ClassCurve)
    record: dict[str, object] = {"class": name, "items": gap.items, "target": gap.target, "noise": gap.noise}
    record |= flat("margin", gap.margin) | flat("auc", curve.auc) | flat("average_precision", curve.average_precision)
    return record | ({"average_precision_interval": None} if curve.separated else {})


def rows(records: Sequence[Mapping[str, object]]) -> list[tuple[str, str]]:
    """Name and text of each line of a table: the classes of smallest area first where there are many."""
    shown = sorted(records, key=_area) if len(records) > MOST_LISTED else list(records)
    lines = [(f"  {printable(str(each['class']))}", _said(each)) for each in shown[:MOST_LISTED]]
    more = len(records) - len(lines)
    return [*lines, ("  ...", f"{more:,} more, of larger AUC or not available: see --json")] if more else lines


def _area(record: Mapping[str, object]) -> float:
    return float(str(record.get("auc", "inf")))


def _said(record: Mapping[str, object]) -> str:
    if "not_available" in record:
        return f"- ({printable(str(record['not_available']))})"
    target, noise = cosines([float(str(record[name])) for name in ("target", "noise")])
    parts = [f"target {target}", f"noise {noise}"]
    parts += [
        f"{name.replace('_', ' ').replace('auc', 'AUC')} {_number(record, name)}"
        for name in ("margin", "auc", "average_precision")
    ]
    return f"{record['items']:,} items: {', '.join(parts)}"


def _number(record: Mapping[str, object], name: str) -> str:
    value, ends = float(str(record[name])), record[f"{name}_interval"]
    if not isinstance(ends, list):
        return number(value)
    shown = bounded(Interval(value, *ends))
    return f"{shown[0]} [{shown[1]}, {shown[2]}]"
