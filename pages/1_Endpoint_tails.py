"""World 3, tails: the largest cosines of random directions, fitted and held against their exact law."""

from ui.controls import panel
from ui.errors import explain
from ui.frame import frame
from ui.words import words
from ui.worlds.endpoint_tail_panels import choose_spec, code, figures, statement

frame("endpoint_tails")
with explain():
    with panel() as controls:
        spec = choose_spec(controls)
    statement(spec)
    words("endpoint", "ξ")
    figures(spec)
    code(spec)
