"""World 2: free vectors under four losses from the same start, and what pushes a class apart."""

from ui.controls import panel
from ui.errors import explain
from ui.frame import frame
from ui.live import Phase
from ui.live_panel import live_panel
from ui.repulsion_controls import choose_device, choose_spec, choose_view
from ui.repulsion_panels import class_sizes, code, finished, repulsion_world, statement

frame("repulsion")
with explain():
    with panel() as controls:
        asked = choose_spec(controls)
        view = choose_view(controls)
        device = choose_device(controls)
    spec = asked()
    statement(spec)
    look = live_panel(repulsion_world(spec, device, view), controls.values)
    if look is not None and look.phase is Phase.ENDED and look.frames:
        finished(spec, device, look.frames, view)
        class_sizes(view)
    code(spec, device)
