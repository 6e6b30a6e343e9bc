"""World 3, training: two views of each sample on the sphere, under NT-Xent and WEINCE from the same start."""

from toy_models.worlds import WORLDS
from ui.controls import panel
from ui.errors import explain
from ui.frame import frame
from ui.live.run import Phase
from ui.worlds.live_panel import live_panel, live_world
from ui.worlds.presets import preset_menu, what_to_look_at
from ui.worlds.two_views_panels import choose_spec, choose_view, exact, finished, statement
from ui.worlds.world import choose_device, show_code

world = WORLDS["two_views"]
frame("two_views")
preset_menu(world)
with explain():
    with panel() as controls:
        asked = choose_spec(controls)
        view = choose_view(controls)
        device = choose_device(controls)
    spec = asked()
    what_to_look_at(world, spec)
    answer = exact(spec)
    statement(spec, answer)
    look = live_panel(live_world("two_views", spec, answer, key="live-two-views", device=device), controls.values)
    if look is not None and look.phase is Phase.ENDED and look.frames:
        finished(spec, device, answer, look.frames, view)
    show_code(world, spec, device)
