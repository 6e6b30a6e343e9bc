"""World 3, training: two views of each sample on the sphere, under NT-Xent and WEINCE from the same start."""

from ui.controls import panel
from ui.errors import explain
from ui.frame import frame
from ui.live import Phase
from ui.live_panel import live_panel
from ui.two_views_panels import (
    choose_device,
    choose_spec,
    choose_view,
    code,
    exact,
    finished,
    statement,
    two_views_world,
)

frame("two_views")
with explain():
    with panel() as controls:
        asked = choose_spec(controls)
        view = choose_view(controls)
        device = choose_device(controls)
    spec = asked()
    answer = exact(spec)
    statement(spec, answer)
    look = live_panel(two_views_world(spec, device, answer), controls.values)
    if look is not None and look.phase is Phase.ENDED and look.frames:
        finished(spec, device, answer, look.frames, view)
    code(spec, device)
