"""Force curves: what each loss does to one positive and to one noise pair as one thing varies."""

from ui.controls import panel
from ui.errors import explain
from ui.frame import frame
from ui.losses.force_curve_panels import choose, curves

frame("force_curves")
with explain():
    with panel() as controls:
        view = choose(controls)
    curves(view)
