"""World 1: labels are points of the simplex, and every loss trains beside the exact answer."""

from toy_models.worlds import WORLDS
from ui.controls import panel
from ui.errors import explain
from ui.frame import frame
from ui.lead import SHOW
from ui.live.run import Phase
from ui.words import words
from ui.worlds.live_panel import live_panel, live_world
from ui.worlds.presets import preset_menu, what_to_look_at
from ui.worlds.simplex_controls import choose_spec, choose_view
from ui.worlds.simplex_panels import exact, finished
from ui.worlds.simplex_statement import statement
from ui.worlds.world import choose_device, show_code

world = WORLDS["simplex"]
frame("simplex_labels")
with explain():
    with panel(beside=(SHOW,)) as controls:
        preset_menu(world)
        asked = choose_spec(controls)
        view = choose_view(controls, asked.keywords["labels"])
        device = choose_device(controls)
    spec = asked()
    what_to_look_at(world, spec)
    answer = exact(spec)
    look = live_panel(live_world("simplex", spec, answer, key="live-curves", device=device), controls.values)
    if look is not None and look.phase is Phase.ENDED and look.frames:
        finished(spec, device, answer, look.frames, view)
    words("class prior", "exact noise")
    statement(spec, answer)
    show_code(world, spec, device)
