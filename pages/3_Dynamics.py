"""Dynamics: what the gradient did while checkpoints were trained, shipped ones and your own, or in a toy run."""

from ui.controls import panel
from ui.errors import explain
from ui.frame import frame
from ui.losses.dynamics_panels import choose, figures
from ui.words import words

frame("dynamics")
with explain():
    with panel() as controls:
        view = choose(controls)
    figures(view)
    words("chance", "push to pull")
