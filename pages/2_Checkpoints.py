"""Checkpoints: open a trained encoder and see what it has learned."""

from ui.checkpoint_panels import draw
from ui.checkpoint_source import choose
from ui.checkpoint_view import IN_SECTIONS, choose_sections
from ui.controls import panel
from ui.errors import explain
from ui.frame import frame
from ui.image_source import draw_about, draw_waiting

frame("checkpoints")
with explain():
    with panel(beside=IN_SECTIONS) as controls:
        analyses = choose(controls)
        sections = choose_sections(controls)
    if analyses is None:
        draw_waiting()
    else:
        draw_about(analyses)
        draw(analyses, sections)
