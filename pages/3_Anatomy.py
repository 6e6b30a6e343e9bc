"""Anatomy: one anchor of a small batch, and who is in its loss, with which weight and derivative."""

from ui.anatomy_controls import choose, preset_menu, what_to_look_at
from ui.anatomy_panels import anatomy
from ui.controls import panel
from ui.errors import explain
from ui.frame import frame

frame("anatomy")
preset_menu()
with explain():
    with panel() as controls:
        view = choose(controls)
    what_to_look_at(view)
    anatomy(view)
