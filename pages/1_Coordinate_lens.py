"""World 3, the coordinate lens: the weight that each coordinate gives a hard negative."""

from ui.controls import panel
from ui.errors import explain
from ui.frame import frame
from ui.link_presets import link_presets, what_to_look_at
from ui.words import words
from ui.worlds.coordinate_lens_panels import choose_lens, lens
from ui.worlds.endpoint_presets import LENSES

frame("coordinate_lens")
with explain():
    with panel() as controls:
        link_presets(LENSES, "coordinate_lens")
        view = choose_lens(controls)
    what_to_look_at(LENSES, controls)
    lens(view)
    words("λ")
