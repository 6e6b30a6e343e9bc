"""Nearest target against nearest noise, class by class: ROC and precision-recall, with every class in the table."""

from collections.abc import Sequence

from analysis.accuracy.class_curves import ClassCurve
from analysis.accuracy.curve_band import curve_band
from analysis.digits import interval
from analysis.figures.accuracy.class_curves import (
    MOST_SHOWN,
    Curves,
    band_said,
    curve_plot,
    curve_summary,
    curve_table,
)
from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import reasons, short
from analysis.figures.neighbours.nearest import WITHIN
from analysis.statistics.bootstrap import Unavailable


def closest_rivals(curves: Curves, most: int = MOST_SHOWN) -> tuple[int, ...]:
    """The classes of smallest area, smallest first."""
    known = [curve for curve in curves if isinstance(curve, ClassCurve)]
    return tuple(c.label for c in sorted(known, key=lambda c: (c.auc.value, c.label))[:most])


def separation_figure(
    curves: Curves, shown: Sequence[int], class_names: tuple[str, ...], *, within: bool = False
) -> Exhibit:
    """Curves of the classes `shown`; the table has all. `within`: there are no train items."""
    drawn = [found for c in shown if isinstance(found := curves[c], ClassCurve)]
    behind = curve_band(curves)
    return Exhibit(
        stem="target-against-noise",
        title=_title(curves, class_names, within),
        plot=curve_plot(drawn, class_names, behind),
        how_to_read=_how_to_read(curves, len(drawn), class_names) + band_said(behind),
        alt="; ".join(curve_summary(curve, class_names) for curve in drawn),
        table=curve_table(curves, class_names),
    )


def _title(curves: Curves, class_names: tuple[str, ...], within: bool) -> str:
    asked = "Does one threshold part targets from noise" + (WITHIN if within else "") + "?"
    lowest = [curve for c in closest_rivals(curves, 1) if isinstance(curve := curves[c], ClassCurve)]
    if not lowest:
        return asked
    return f"{asked} Hardest: {short(class_names[lowest[0].label])}, AUC {interval(lowest[0].auc)}"


def _how_to_read(curves: Curves, drawn: int, class_names: tuple[str, ...]) -> str:
    known = [curve for curve in curves if isinstance(curve, ClassCurve)]
    both = zip(class_names, curves, strict=True)
    missing = reasons((name, found.reason) for name, found in both if isinstance(found, Unavailable))
    return (
        f"{drawn} of {len(known)} classes are drawn, all are in the table. Positives are the cosines of a class's items"
        " to the nearest item of their class (target), negatives those to the nearest of any other (noise): as many, so"
        " chance gives an AUC and an average precision of 0.5. The false positive rate is the share of noise above a"
        f" threshold. Intervals are 95 % over items, each with its target and its noise.{missing}"
    )
