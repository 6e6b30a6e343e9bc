"""Compare: two to six checkpoints on the same test items, and whether their differences are more than chance."""

from ui.compare.groups import comparable
from ui.compare.panels import draw
from ui.compare.presets import preset_menu, what_to_look_at
from ui.compare.source import choose, largest_k
from ui.compare.view import choose_view
from ui.controls import panel
from ui.errors import explain
from ui.frame import frame

frame("compare")
with explain():
    with panel() as controls:
        preset_menu()
        compared = comparable(choose(controls))
        view = choose_view(controls, largest_k(compared.models))
    what_to_look_at(controls, compared.keys)
    draw(compared, view)
