"""Settings over their seeds: a mark a training, the mean with its interval, and what is more than chance."""

import pandas as pd
import plotly.graph_objects as go
from plotly.subplots import make_subplots

from analysis.comparison.over_seeds import OverSeeds, Setting, SettingDifference
from analysis.digits import interval
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import labels, short
from analysis.figures.theme import BLUE, GREY, layout
from analysis.statistics.bootstrap import Estimate

_DRAWN = ("margin", "target_noise_auc", "knn_accuracy", "probe_accuracy", "ece")
_LEVEL = 0.05
_SHORT_UNIT = 16  # letters


def seeds_figure(found: OverSeeds) -> Exhibit:
    """Five measures are drawn; the table has all, and all differences."""
    drawn = [found.of(key) for key in _DRAWN]
    # A unit stands below its panel's title: beside a narrow panel it would lie on its neighbour.
    heads = [f"{group[0].measure.title}<br><sub>{_broken(group[0].measure.unit)}</sub>" for group in drawn]
    plot = make_subplots(1, len(drawn), subplot_titles=heads, horizontal_spacing=0.08)
    layout(plot, x="", y="", height=440)
    plot.update_layout(margin={"t": 90})
    for column, group in enumerate(drawn, 1):
        _add(plot, column, group)
    plot.update_xaxes(type="category", title_text="setting")
    plot.update_layout(legend={"yanchor": "top", "y": -0.25})
    names = [each.name for each in drawn[0]]
    return Exhibit(
        "over-seeds",
        _title(found),
        plot,
        _how_to_read(found),
        "; ".join(f"{short(each.name)}: {_said(each)}" for each in drawn[0]) + f"; {len(names)} settings",
        pd.DataFrame([*map(_row, found.settings), *map(_difference_row, found.differences)]),
    )


def _add(plot: go.Figure, column: int, group: tuple[Setting, ...]) -> None:
    names = labels([each.name for each in group])
    points = [
        (name, value, file) for name, each in zip(names, group, strict=True) for file, value in each.values.items()
    ]
    first = column == 1
    plot.add_scatter(
        x=[name for name, _, _ in points], y=[value for _, value, _ in points], text=labels([f for *_, f in points]),
        mode="markers", marker={"color": GREY, "symbol": "circle-open", "size": 9, "line": {"width": 2}},
        name="a training", showlegend=first, hovertemplate="%{text}: %{y:.6~g}<extra></extra>", row=1, col=column,
    )  # fmt: skip
    known = [(name, each.mean) for name, each in zip(names, group, strict=True) if isinstance(each.mean, Estimate)]
    plot.add_scatter(
        x=[name for name, _ in known], y=[mean.value for _, mean in known], mode="markers",
        marker={"color": BLUE, "symbol": "diamond", "size": 11},
        error_y={
            "symmetric": False, "width": 7, "color": BLUE,
            "array": [mean.high - mean.value for _, mean in known],
            "arrayminus": [mean.value - mean.low for _, mean in known],
        },
        name="mean over seeds, 95 %", showlegend=first, hovertemplate="%{y:.6~g}<extra></extra>", row=1, col=column,
    )  # fmt: skip


def _broken(unit: str) -> str:
    """In two lines where it is long."""
    words = unit.split()
    half = (len(words) + 1) // 2
    return unit if len(unit) <= _SHORT_UNIT else f"{' '.join(words[:half])}<br>{' '.join(words[half:])}"


def _title(found: OverSeeds) -> str:
    """Which of the drawn measures differ by more than the seeds."""
    settings, tested = found.of(_DRAWN[0]), _tested(found)
    if not tested:
        return "Settings over their seeds: no difference can be tested"
    told = {each.measure.title: None for each in tested if each.p < _LEVEL and each.measure.key in _DRAWN}
    first = short(settings[0].name)
    whom = short(settings[1].name) if len(settings) == 2 else "Some setting"
    if not told:
        return f"No measure drawn differs from {first}'s by more than seeds do"
    return f"{whom} differs from {first} by more than their seeds in {', '.join(told)}"


def _tested(found: OverSeeds) -> list[SettingDifference]:
    return [each for each in found.differences if isinstance(each.difference, Estimate)]


def _how_to_read(found: OverSeeds) -> str:
    settings = found.of(_DRAWN[0])
    counts = ", ".join(f"{short(each.name)} {len(each.values)}" for each in settings)
    tested = _tested(found)
    told = [f"{each.measure.title} of {short(each.name)}" for each in tested if each.p < _LEVEL]
    verdict = "No setting differs from the first by more than its seeds do" if tested else "No difference can be tested"
    if told:
        verdict = f"More than the seeds, of {len(tested)} differences: {'; '.join(told[:8])}"
    return (
        f"A ring is a training, by the seed in its name ({counts}); a diamond is a setting's mean with Student's 95 % "
        "interval, whose unit is a training and not a test item: with two of them it is wide. Differences from the "
        f"first setting have Welch's interval, Holm-corrected over the table. {verdict}."
    )


def _said(each: Setting) -> str:
    return f"margin {interval(each.mean)}" if isinstance(each.mean, Estimate) else each.mean.reason


def _row(each: Setting) -> dict[str, object]:
    about = {"measure": each.measure.title, "setting": short(each.name), "trainings": len(each.values)}
    return about | _numbers(each.mean) | {"of each": ", ".join(f"{value:.6g}" for value in each.values.values())}


def _difference_row(each: SettingDifference) -> dict[str, object]:
    name = f"{short(each.name)} less {short(each.reference)}"
    tested = {"p, corrected": each.p} if isinstance(each.difference, Estimate) else {}
    return {"measure": each.measure.title, "setting": name} | _numbers(each.difference) | tested


def _numbers(found: object) -> dict[str, object]:
    if isinstance(found, Estimate):
        return {"mean": found.value, "low": found.low, "high": found.high}
    return {"not available": getattr(found, "reason", "")}
