"""Talk: slides in order, frozen figures among them, and the deck that they become."""

import streamlit as st

from ui.errors import explain
from ui.frame import frame
from ui.talks.editing import add_menu, fields, preview, slide_list, tools
from ui.talks.files import actions, open_another, open_asked, refusal, title_field
from ui.talks.held import held
from ui.talks.refreshing import refresh
from ui.talks.statement import statement

frame("talk")
with explain():
    open_asked()
with explain():
    refusal()
    if not held().talk.slides:
        statement()
    title_field()
    actions()
    order, edited = st.columns([1, 2])
    with order:
        slide_list()
        add_menu()
        open_another()
    if held().slide is not None:
        with edited:
            preview()
            tools()
            fields()
            refresh()
