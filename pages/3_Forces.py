"""Forces: one batch, and what each loss does to every pair, or to every logit, in it."""

from ui.controls import panel
from ui.errors import explain
from ui.frame import frame
from ui.losses.force_panels import choose, matrices
from ui.words import words

frame("forces")
with explain():
    with panel() as controls:
        view = choose(controls)
    matrices(view)
    words("repel", "push to pull")
