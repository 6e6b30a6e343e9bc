"""World 3, the noise floor: winners near an endpoint, estimated through the Weibit link and through a softmax."""

from toy_models.worlds import WORLDS
from ui.controls import panel
from ui.errors import explain
from ui.frame import frame
from ui.lead import SHOW
from ui.live.run import Phase
from ui.worlds.live_panel import live_panel, live_world
from ui.worlds.noise_floor_panels import choose_spec, exact, finished, statement
from ui.worlds.presets import preset_menu, what_to_look_at
from ui.worlds.world import show_code

world = WORLDS["noise_floor"]
frame("noise_floor")
with explain():
    with panel(beside=(SHOW,)) as controls:
        preset_menu(world)
        asked = choose_spec(controls)
    spec = asked()
    what_to_look_at(world, spec)
    answer = exact(spec)
    look = live_panel(live_world("noise_floor", spec, answer, key="live-noise-floor"), controls.values)
    if look is not None and look.phase is Phase.ENDED and look.frames:
        finished(spec, answer, look.frames)
    statement(spec, answer)
    show_code(world, spec)
