"""World 3, the noise floor: winners near an endpoint, estimated through the Weibit link and through a softmax."""

from ui.controls import panel
from ui.errors import explain
from ui.frame import frame
from ui.live import Phase
from ui.live_panel import live_panel
from ui.noise_floor_panels import choose_spec, choose_view, code, exact, finished, noise_floor_world, statement

frame("noise_floor")
with explain():
    with panel() as controls:
        asked = choose_spec(controls)
        view = choose_view(controls)
    spec = asked()
    answer = exact(spec)
    statement(spec, answer)
    look = live_panel(noise_floor_world(spec, answer), controls.values)
    if look is not None and look.phase is Phase.ENDED and look.frames:
        finished(spec, answer, look.frames, view)
    code(spec)
