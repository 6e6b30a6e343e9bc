"""World 3, tails: the largest cosines of random directions, fitted and held against their exact law."""

from ui.controls import panel
from ui.endpoint_tail_panels import choose_spec, code, figures, statement
from ui.errors import explain
from ui.frame import frame

frame("endpoint_tails")
with explain():
    with panel() as controls:
        spec = choose_spec(controls)
    statement(spec)
    figures(spec)
    code(spec)
