"""Sampling: soft distribution InfoNCE, which draws labels, against soft target InfoNCE, which does not."""

from ui.controls import panel
from ui.errors import explain
from ui.frame import frame
from ui.losses.sampling_panels import choose, figures, statement
from ui.words import words

frame("sampling")
with explain():
    with panel() as controls:
        spec = choose(controls)
    statement()
    words("class prior")
    figures(spec)
