"""Losses: every loss of the catalogue, and for one of them its pairs, gradient, chance level, cost and code."""

from losses.catalog import CATALOG
from ui.controls import panel
from ui.errors import explain
from ui.frame import frame
from ui.losses.loss_panels import (
    ALL,
    chance,
    choose,
    code,
    cost,
    formula,
    gradient,
    no_world,
    overview,
    pairs,
    parameters,
)

frame("losses")
with panel() as controls:
    view = choose(controls)
if view.loss == ALL:
    overview()
else:
    entry = CATALOG[view.loss]
    formula(entry)
    pairs(view)
    gradient(entry)
    with explain():
        chance(entry, view)
    cost(entry)
    parameters(entry)
    no_world(entry)
    code(entry)
