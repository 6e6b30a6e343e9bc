"""Settings over their seeds, as the compare command prints them."""

from analysis.comparison.over_seeds import OverSeeds
from analysis.digits import bounded
from analysis.statistics.bootstrap import Estimate, Unavailable
from checkpoints.reading.quoting import printable


def as_table(found: OverSeeds) -> str:
    """A block a measure: a line a setting, and a line a difference from the first."""
    lines = ["95 % intervals whose unit is a training (Student, Welch); p Holm-corrected over all differences"]
    for key in dict.fromkeys(each.measure.key for each in found.settings):
        settings = found.of(key)
        lines += ["", f"{settings[0].measure.title} ({settings[0].measure.unit})"]
        lines += [f"  {printable(each.name):<34} n {len(each.values)}  {_cells(each.mean)}" for each in settings]
        for each in (each for each in found.differences if each.measure.key == key):
            p = f"   p {each.p:.2g}" if isinstance(each.difference, Estimate) else ""
            said = f"{printable(each.name)} less {printable(each.reference)}"
            lines.append(f"  {said:<39}  {_cells(each.difference, signed=True)}{p}")
    return "\n".join(lines)


def as_json(found: OverSeeds) -> dict[str, object]:
    """Plain values: null where there is no number, with the reason."""
    settings = [
        {"measure": each.measure.key, "setting": each.name, "values": dict(each.values)} | _numbers(each.mean)
        for each in found.settings
    ]
    differences = [
        {"measure": each.measure.key, "setting": each.name, "reference": each.reference}
        | _numbers(each.difference)
        | {"p": each.p if isinstance(each.difference, Estimate) else None}
        for each in found.differences
    ]
    return {"settings": settings, "differences": differences}


def _cells(found: Estimate | Unavailable, *, signed: bool = False) -> str:
    if isinstance(found, Unavailable):
        return f"not available: {printable(found.reason)}"
    value, low, high = bounded(found, signed=signed)
    return f"{value} [{low}, {high}]"


def _numbers(found: Estimate | Unavailable) -> dict[str, object]:
    if isinstance(found, Unavailable):
        return {"value": None, "low": None, "high": None, "unavailable": found.reason}
    return {"value": found.value, "low": found.low, "high": found.high, "unavailable": None}
