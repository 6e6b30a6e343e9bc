"""Anatomy: one anchor of a small batch, and who is in its loss, with which weight and derivative."""

from ui.controls import panel
from ui.errors import explain
from ui.frame import frame
from ui.losses.anatomy_controls import choose, preset_menu
from ui.losses.anatomy_panels import anatomy

frame("anatomy")
with explain():
    with panel(beside=("anchor",)) as controls:
        preset_menu()
        scene = choose(controls)
    anatomy(scene)
