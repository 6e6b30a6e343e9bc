"""What the pages of all toy worlds share: controls that read a spec's bounds, and the code that gives its numbers."""

from dataclasses import dataclass
from typing import Any

import streamlit as st

from losses.catalog import CATALOG
from toy_models.worlds import Spec, WorldEntry
from ui import machine
from ui.controls import Controls
from ui.folded_code import folded_code
from ui.session import session


@dataclass(frozen=True, slots=True)
class SpecControls:
    """Number controls named like the fields of a spec, with its defaults and `BOUNDS`."""

    controls: Controls
    defaults: Any

    def whole(self, label: str, field: str, help: str | None = None) -> int:
        bound = self.defaults.BOUNDS[field]
        low, high = int(bound.low), int(bound.high)
        return self.controls.integer(label, field, default=getattr(self.defaults, field), low=low, high=high, help=help)

    def real(self, label: str, field: str, *, step: float, help: str | None = None) -> float:
        bound, default = self.defaults.BOUNDS[field], getattr(self.defaults, field)
        return self.controls.real(label, field, default=default, low=bound.low, high=bound.high, step=step, help=help)


def choose_device(controls: Controls) -> str:
    """Where to run a world: what this machine has."""
    with st.spinner("Starting torch …"):
        names = machine.devices()
    return controls.choice("Device", "device", {name: name for name in names}, default="auto")


def show_loss(title: str, name: str) -> None:
    """A loss of the catalogue: its formula, and what stands above and below the bar."""
    st.markdown(f"**{title}**")
    st.latex(CATALOG[name].formula)
    st.caption(f"Above: {CATALOG[name].numerator} Below: {CATALOG[name].denominator}")


def show_code(world: WorldEntry, spec: Spec, device: str = "cpu") -> None:
    """The command, and the lines, that give the same numbers without the app."""
    command, code = session().given = (world.command(spec, device), world.code(spec, device))
    folded_code("The code that gives these numbers", (("bash", command), ("python", code)), key="world")
