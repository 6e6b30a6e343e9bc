"""The parts of the force curves page: the scene, the curves, the levels, the code."""

from dataclasses import dataclass

import streamlit as st

from analysis.figures.forces.curve_levels import loss_levels
from analysis.figures.forces.curves import force_curves_figure, sentences
from analysis.forces.curves import CURVE_LOSSES, force_curves
from analysis.forces.scene import Scene
from losses.catalog import CATALOG
from losses.errors import LabError
from ui.controls import Controls
from ui.exhibit import show

_LABELS = {
    "similarity": "Similarity of the pair",
    "shortfall": "Distance from the endpoint, 1 - s",
    "temperature": "Temperature",
    "batch_size": "Batch size",
    "class_size": "Class size",
}
SHOWN = (
    *("supcon", "sincere", "eps_sup_infonce", "nt_xent", "weibit", "weince"),
    *("nll", "label_infonce", "soft_target_cross_entropy", "soft_target_infonce"),
)
"""The three papers' losses and their baselines; their relatives are chosen."""
HIGHLIGHTED = ("supcon", "sincere", "weince", "soft_target_cross_entropy", "soft_target_infonce")
_CODE = """from analysis.figures.forces.curves import force_curves_figure
from analysis.forces.curves import force_curves
from analysis.forces.scene import Scene

scene = {scene}
losses = {losses}
positive, noise = (force_curves(scene, losses, role, "{axis}") for role in ("positive", "noise"))
exhibit = force_curves_figure(positive, noise, {highlighted})
exhibit.plot.show()
"""
_LEVELS_CODE = """from analysis.figures.forces.curve_levels import loss_levels
from analysis.forces.curves import force_curves
from analysis.forces.scene import Scene

exhibit = loss_levels(force_curves({scene}, {losses}, "positive", "{axis}"), {highlighted})
exhibit.plot.show()
"""


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: losses of one scene along one axis."""

    scene: Scene
    losses: tuple[str, ...]
    axis: str
    highlighted: tuple[str, ...]

    def in_code(self, lines: str) -> str:
        return lines.format(scene=self.scene, losses=self.losses, axis=self.axis, highlighted=self.highlighted)


def choose(controls: Controls) -> View:
    """The controls in the sidebar. LabError where they ask for what there is not."""
    axis = controls.choice("Along", "axis", _LABELS, default="similarity")
    titles = {name: CATALOG[name].title for name in CURVE_LOSSES}
    scene = Scene(
        temperature=controls.number("Temperature τ", "tau", default=0.1, low=0.02, high=2.0, step=0.01),
        batch_size=controls.integer("Batch size", "batch_size", default=64, low=3, high=4096),
        class_size=controls.integer("Class size", "class_size", default=16, low=1, high=1024),
        positive=controls.number("Positives at cosine", "positive", default=0.6, low=-1.0, high=1.0, step=0.05),
        noise=controls.number("Noise at cosine", "noise", default=0.1, low=-1.0, high=1.0, step=0.05),
        softness=_share(controls, "Softness of targets", "softness", 0.2, "Weight of a target off its own class."),
        lam=_share(controls, "WEINCE's weight λ", "lam", 0.5, "Of its Weibit coordinate; carries no gradient."),
    )
    losses = controls.choices("Losses", "loss", titles, default=SHOWN)
    highlighted = controls.choices(
        "Highlighted",
        "highlight",
        titles,
        default=HIGHLIGHTED,
        help="The others are drawn in grey; none: all in colour.",
    )
    if not losses:
        raise LabError("loss", "must name at least one loss", None, "Choose SupCon, WEINCE or both.")
    return View(scene, losses, axis, tuple(name for name in highlighted if name in losses))


def _share(controls: Controls, label: str, key: str, default: float, help: str) -> float:
    return controls.number(label, key, default=default, low=0.0, high=1.0, step=0.05, help=help)


def curves(view: View) -> None:
    """The derivatives on both pairs, then the loss itself against its levels."""
    positive, noise = (force_curves(view.scene, view.losses, role, view.axis) for role in ("positive", "noise"))
    show(force_curves_figure(positive, noise, view.highlighted).given_by(view.in_code(_CODE)), key="force-curves")
    said = sentences(positive, noise)
    st.text("\n".join(said) if said else "No derivative changes sign here.")
    st.caption(
        "Soft distribution InfoNCE is not drawn: it is label InfoNCE on labels drawn from the targets, so that its"
        " derivative is random. With classes of one size, label InfoNCE is NLL. Weibit has exponent 4, ε-SupInfoNCE"
        " margin 0.25; a loss of views takes one positive for the other view and the rest of the class for noise."
    )
    show(loss_levels(positive, view.highlighted).given_by(view.in_code(_LEVELS_CODE)), key="loss-levels")
