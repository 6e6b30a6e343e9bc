"""World 2: free vectors under four losses from the same start, and what pushes a class apart."""

from toy_models.worlds import WORLDS
from ui.controls import panel
from ui.errors import explain
from ui.frame import frame
from ui.lead import SHOW
from ui.live.run import Phase
from ui.words import words
from ui.worlds.live_panel import live_panel, live_world
from ui.worlds.presets import preset_menu, what_to_look_at
from ui.worlds.repulsion_controls import choose_spec, choose_view
from ui.worlds.repulsion_panels import finished, statement
from ui.worlds.world import choose_device, show_code

world = WORLDS["repulsion"]
frame("repulsion")
with explain():
    with panel(beside=(SHOW,)) as controls:
        preset_menu(world)
        asked = choose_spec(controls)
        view = choose_view(controls)
        device = choose_device(controls)
    spec = asked()
    what_to_look_at(world, spec)
    look = live_panel(
        live_world("repulsion", spec, view.turn, key="live-vectors", device=device, starts=True), controls.values
    )
    if look is not None and look.phase is Phase.ENDED and look.frames:
        finished(spec, device, look.frames, view)
    words("repel", "push to pull", "margin")
    statement(spec)
    show_code(world, spec, device)
