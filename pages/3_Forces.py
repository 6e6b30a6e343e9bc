"""Forces: one batch, and what each loss does to every pair, or to every logit, in it."""

from ui.controls import panel
from ui.errors import explain
from ui.frame import frame
from ui.link_presets import link_presets, what_to_look_at
from ui.losses.force_panels import choose, matrices
from ui.losses.force_presets import PRESETS
from ui.words import words

frame("forces")
with explain():
    with panel() as controls:
        link_presets(PRESETS, "forces")
        view = choose(controls)
    what_to_look_at(PRESETS, controls)
    matrices(view)
    words("repel", "push to pull")
