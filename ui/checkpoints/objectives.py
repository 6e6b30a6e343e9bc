"""The section on losses: what every loss that can be applied says of the test items."""

from analysis.figures.objectives.of_outputs import objectives_figure
from analysis.objectives.of_outputs import objectives
from analysis.statistics.bootstrap import Estimate, Unavailable
from ui.checkpoints.analyses import Analyses
from ui.checkpoints.code import figure_code
from ui.checkpoints.unavailable import not_available
from ui.exhibit import show

_CODE = "exhibit = objectives_figure(objectives(outputs), len(outputs.test))"


def section(analyses: Analyses) -> None:
    """One figure, or why no loss can be applied."""
    found = analyses.once("objectives", lambda: objectives(analyses.outputs))
    if any(isinstance(each.loss, Estimate) for each in found):
        code = figure_code(analyses, _CODE, objectives, objectives_figure)
        show(objectives_figure(found, len(analyses.outputs.test)).given_by(code), key="objectives")
        return
    reasons = dict.fromkeys(each.loss.reason for each in found if isinstance(each.loss, Unavailable))
    for reason in reasons:
        not_available("Losses", Unavailable(reason))
