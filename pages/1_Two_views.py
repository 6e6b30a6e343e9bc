"""World 3, training: two views of each sample on the sphere, under NT-Xent and WEINCE from the same start."""

from toy_models.worlds import WORLDS
from ui.controls import panel
from ui.errors import explain
from ui.frame import frame
from ui.lead import SHOW
from ui.live.run import Phase
from ui.words import words
from ui.worlds.live_panel import live_panel, live_world
from ui.worlds.presets import preset_menu, what_to_look_at
from ui.worlds.two_views_panels import choose_spec, exact, finished, statement
from ui.worlds.world import choose_device, show_code

world = WORLDS["two_views"]
frame("two_views")
with explain():
    with panel(beside=(SHOW,)) as controls:
        preset_menu(world)
        asked = choose_spec(controls)
        device = choose_device(controls)
    spec = asked()
    what_to_look_at(world, spec)
    answer = exact(spec)
    look = live_panel(live_world("two_views", spec, answer, key="live-two-views", device=device), controls.values)
    if look is not None and look.phase is Phase.ENDED and look.frames:
        finished(spec, device, answer, look.frames)
    words("λ", "ρ", "ΔAIC", "chance")
    statement(spec, answer)
    show_code(world, spec, device)
