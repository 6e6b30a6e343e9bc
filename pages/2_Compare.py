"""Compare: two to six checkpoints on the same test items, and whether their differences are more than chance."""

from ui.compare_groups import comparable
from ui.compare_panels import draw
from ui.compare_presets import preset_menu, what_to_look_at
from ui.compare_source import choose, largest_k
from ui.compare_view import choose_view
from ui.controls import panel
from ui.errors import explain
from ui.frame import frame

frame("compare")
with explain():
    with panel() as controls:
        preset_menu()
        compared = comparable(choose(controls))
        view = choose_view(controls, largest_k(compared.models))
    what_to_look_at(controls)
    draw(compared, view)
