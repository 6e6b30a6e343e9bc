"""Checkpoints: open a trained encoder and see what it has learned."""

from ui.checkpoint_panels import draw
from ui.checkpoint_source import choose
from ui.checkpoint_view import choose_view
from ui.controls import panel
from ui.errors import explain
from ui.frame import frame

frame("checkpoints")
with explain():
    with panel() as controls:
        analyses = choose(controls)
        view = choose_view(controls, analyses)
    draw(analyses, view)
