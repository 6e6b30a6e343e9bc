"""Results: every shipped encoder with its numbers and intervals, beside what is published."""

from ui.checkpoints.results import choose, draw
from ui.controls import panel
from ui.errors import explain
from ui.frame import frame

frame("results")
with explain():
    with panel() as controls:
        view = choose(controls)
    draw(view)
