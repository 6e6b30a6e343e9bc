"""World 3, tails: the largest cosines of random directions, fitted and held against their exact law."""

from ui.controls import panel
from ui.errors import explain
from ui.frame import frame
from ui.link_presets import link_presets, what_to_look_at
from ui.words import words
from ui.worlds.endpoint_presets import TAILS
from ui.worlds.endpoint_tail_panels import choose_spec, code, figures, statement

frame("endpoint_tails")
with explain():
    with panel() as controls:
        link_presets(TAILS, "endpoint_tails")
        spec = choose_spec(controls)
    what_to_look_at(TAILS, controls)
    figures(spec)
    words("endpoint", "ξ")
    statement(spec)
    code(spec)
