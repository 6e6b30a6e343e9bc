"""The section on single classes against the rest."""

from analysis.accuracy.class_curves import class_curves
from analysis.accuracy.probe import class_probabilities
from analysis.figures.accuracy.class_curves import MOST_SHOWN, class_curve_figure, hardest_classes
from analysis.statistics.bootstrap import Unavailable
from ui.checkpoints.analyses import Analyses
from ui.checkpoints.code import figure_code
from ui.checkpoints.unavailable import not_available
from ui.checkpoints.view import CURVES, class_options
from ui.controls import part
from ui.exhibit import show

_CODE = """
known = class_probabilities(outputs)
found = class_curves(known.probabilities, known.labels)
exhibit = class_curve_figure(found, {shown}, outputs.class_names, known.source)
"""


def section(analyses: Analyses) -> None:
    """Curves of the hardest classes, or of those that are chosen; intervals of all in the table."""
    known, names = analyses.probabilities, analyses.outputs.class_names
    if isinstance(known, Unavailable):
        not_available("ROC and precision-recall", known)
        return
    with part(*CURVES) as controls:
        hardest = f"the {min(MOST_SHOWN, len(names))} classes of lowest average precision"
        chosen = controls.several("Curves of", "curves", class_options(names), empty=hardest)
    found = analyses.once("class curves", lambda: class_curves(known.probabilities, known.labels))
    shown = tuple(map(int, chosen)) or hardest_classes(found)
    code = figure_code(analyses, _CODE.format(shown=shown), class_probabilities, class_curves, class_curve_figure)
    show(class_curve_figure(found, shown, names, known.source).given_by(code), key="class-curves")
    for label in shown:
        if isinstance(reason := found[label], Unavailable):
            not_available(f"Class {names[label]}", reason)
