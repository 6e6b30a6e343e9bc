"""Claims: what the papers state, with verdicts that are computed from numbers, each of which can be measured again."""

from ui.claims.panels import ALL, choose, one, overview
from ui.controls import panel
from ui.errors import explain
from ui.frame import frame

frame("claims")
with panel() as controls:
    view = choose(controls)
with explain():
    if view.claim == ALL:
        overview()
    else:
        one(view)
