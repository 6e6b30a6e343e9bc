"""Checkpoints: open a trained encoder and see what it has learned."""

from ui.checkpoints.image_source import draw_about
from ui.checkpoints.main_part import MainPart
from ui.checkpoints.panels import draw
from ui.checkpoints.source import choose
from ui.checkpoints.training import draw as draw_training
from ui.checkpoints.view import IN_SECTIONS, choose_sections
from ui.checkpoints.waiting import draw_waiting
from ui.controls import panel
from ui.errors import explain
from ui.frame import frame

frame("checkpoints")
main = MainPart()
with explain(), main:
    with panel(beside=IN_SECTIONS) as controls:
        analyses = choose(controls, main)
        sections = choose_sections(controls)
    with main.place:
        if analyses is None:
            draw_waiting()
        else:
            draw_about(analyses)
            draw_training(analyses)
            draw(analyses, sections)
