"""Compare: two to six checkpoints on the same test items, and whether their differences are more than chance."""

import streamlit as st

from ui.compare.groups import comparable, show_reference, take_reference
from ui.compare.panels import draw
from ui.compare.presets import preset_menu, what_to_look_at
from ui.compare.questions import draw_questions, in_page_words
from ui.compare.source import choose, largest_k
from ui.compare.view import choose_view
from ui.controls import panel
from ui.errors import explain
from ui.frame import frame

frame("compare")
questions = st.container()
with explain(), in_page_words():
    with panel() as controls:
        preset_menu()
        take_reference(controls)
        compared = comparable(choose(controls))
        view = choose_view(controls, largest_k(compared.models))
    show_reference(compared)
    what_to_look_at(controls, compared.keys)
    draw(compared, view)
with questions, explain():
    draw_questions()
