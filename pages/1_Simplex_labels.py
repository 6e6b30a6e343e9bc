"""World 1: labels are points of the simplex, and every loss trains beside the exact answer."""

from ui.controls import panel
from ui.errors import explain
from ui.frame import frame
from ui.live import Phase
from ui.live_panel import live_panel
from ui.simplex_controls import choose_device, choose_spec, choose_view
from ui.simplex_panels import code, exact, finished, simplex_world
from ui.simplex_statement import statement

frame("simplex_labels")
with explain():
    with panel() as controls:
        asked = choose_spec(controls)
        view = choose_view(controls, asked.keywords["labels"])
        device = choose_device(controls)
    spec = asked()
    answer = exact(spec)
    statement(spec, answer)
    look = live_panel(simplex_world(spec, device, answer), controls.values)
    if look is not None and look.phase is Phase.ENDED and look.frames:
        finished(spec, device, answer, look.frames, view)
    code(spec, device)
