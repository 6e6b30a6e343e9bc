"""The lines that give the anatomy page's figure without the app."""

from analysis.anatomy.heads import HeadBatch
from analysis.anatomy.points import PointBatch
from analysis.forces.own_loss import own_losses
from ui.losses.anatomy_controls import Scene

_POINTS = """from analysis.anatomy.of_points import {used}
from analysis.anatomy.points import PointBatch, Settings
from analysis.figures.anatomy.circle import anatomy_circle
{added}
batch, settings = {batch}, {settings}
found = [
    {calls},
]
exhibit = anatomy_circle(found, batch, {anchor})
exhibit.plot.show()
"""
_HEADS = """from analysis.anatomy.heads import HeadBatch, head_anatomy
from analysis.figures.anatomy.bars import anatomy_bars

batch = {batch}
found = [head_anatomy(batch, loss, {anchor}, {temperature}, {seed}) for loss in {losses}]
exhibit = anatomy_bars(found)
exhibit.plot.show()
"""


def circle_code(scene: Scene, batch: PointBatch, anchor: int) -> str:
    """A loss of the user's own is added by the file and function that the app was started with."""
    own = [own_losses()[loss] for loss in scene.losses if loss in own_losses()]
    catalogued = f"point_anatomy(batch, {{}}, {anchor}, settings)"
    by_autograd = f"own_anatomy(batch, {{}}, {anchor}, settings.temperature)"
    calls = [(by_autograd if loss in own_losses() else catalogued).format(ascii(loss)) for loss in scene.losses]
    added = [f"add_own_loss({each.source!a})" for each in own]
    return _POINTS.format(
        used=", ".join(sorted({call.split("(")[0] for call in calls})),
        added="\n".join(["from analysis.forces.own_loss import add_own_loss", "", *added]) if own else "",
        batch=batch,
        settings=scene.settings,
        calls=",\n    ".join(calls),
        anchor=anchor,
    )


def bars_code(scene: Scene, batch: HeadBatch, anchor: int) -> str:
    return _HEADS.format(
        batch=batch, anchor=anchor, temperature=scene.settings.temperature, seed=scene.seed, losses=scene.losses
    )
