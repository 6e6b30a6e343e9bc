"""The controls of the anatomy page: losses, batch and anchor."""

from dataclasses import dataclass

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from analysis.anatomy.heads import HeadBatch
from analysis.anatomy.points import PointBatch, Settings
from analysis.forces.own_loss import own_losses
from losses.catalog import CATALOG
from ui import links
from ui.controls import Controls, part
from ui.foreign_text import plain
from ui.linked_table import linked_table, replace
from ui.losses.anatomy_batches import HEADS, POINTS, heads_form, moved, points_form
from ui.losses.anatomy_presets import PRESETS
from ui.presets_menu import presets_menu

NONE = "none"
_PRESETS = "presets-anatomy"


@dataclass(frozen=True, slots=True)
class Scene:
    """One or two losses on one batch."""

    losses: tuple[str, ...]
    batch: PointBatch | HeadBatch
    settings: Settings
    seed: int = 0


def preset_menu() -> None:
    """Choosing one opens its link on this page."""
    presets_menu(PRESETS, _PRESETS, _open_preset)


def _open_preset() -> None:
    query = PRESETS[st.session_state[_PRESETS]].query
    st.query_params.from_dict({**query, "v": links.VERSION})


def what_to_look_at(scene: Scene, anchor: int) -> None:
    """The sentence of the preset that the page shows, if it shows one."""
    for preset in PRESETS.values():
        if (preset.losses, preset.batch, preset.anchor) == (scene.losses, scene.batch, anchor):
            st.markdown(f":material/bookmarks: **{preset.title}.** {preset.look_at}")


def choose(controls: Controls) -> Scene:
    """The controls in the sidebar; a second loss is one that takes the same batch."""
    titles = {name: entry.title for name, entry in CATALOG.items()}
    titles |= {name: own.title for name, own in own_losses().items()}
    loss = controls.choice("Loss", "loss", titles, default="supcon")
    alike = {name: shown for name, shown in titles.items() if _is_head(name) == _is_head(loss)}
    other = controls.choice("Beside it", "compare", {NONE: "None"} | alike, default=_partner(loss))
    chosen = tuple(dict.fromkeys(name for name in (loss, other) if name != NONE))
    return _choose_sample(controls, chosen) if _is_head(loss) else _choose_point(controls, chosen)


def _choose_point(controls: Controls, losses: tuple[str, ...]) -> Scene:
    temperature = controls.number("Temperature τ", "tau", default=0.1, low=0.02, high=2.0, step=0.01)
    epsilon, beta = Settings().epsilon, Settings().beta
    has = {name for loss in losses if loss in CATALOG for name in CATALOG[loss].defaults}
    if "epsilon" in has:
        epsilon = controls.number("Margin ε", "epsilon", default=epsilon, low=0.0, high=2.0, step=0.05)
    if "beta" in has:
        beta = controls.number("Exponent β", "beta", default=beta, low=0.5, high=16.0, step=0.5)
    st.caption("Points: a class and an angle each. Add a row below, or mark rows on the left to delete them.")
    batch = linked_table(controls, "points", points_form(), default=POINTS, alt="The points: class and angle")
    return Scene(losses, batch, Settings(temperature, epsilon, beta))


def _choose_sample(controls: Controls, losses: tuple[str, ...]) -> Scene:
    temperature = controls.number("Temperature τ", "tau_logits", default=1.0, low=0.05, high=10.0, step=0.05)
    seed = 0
    if any(CATALOG[loss].choosing.drawn for loss in losses):
        seed = controls.integer("Seed of the drawn labels", "seed", default=0, low=0, high=2**31 - 1)
    st.caption("Samples: logits, and targets that sum to 1 in each row. A loss of labels takes the largest target.")
    batch = linked_table(controls, "samples", heads_form(), default=HEADS, alt="The samples: logits and targets")
    return Scene(losses, batch, Settings(temperature), seed)


def choose_anchor(scene: Scene) -> int:
    """The anchor, 0 to N-1, beside the picture that follows it; a point's angle on a slider, which moves it."""
    left, right = st.columns([1, 3], gap="medium", vertical_alignment="bottom")
    with part("anchor") as controls:
        if isinstance(scene.batch, HeadBatch):
            count = len(scene.batch.logits)
            return _row(controls, left, "Sample, row of the table", count)
        anchor = _row(controls, left, "Anchor, row of the table", len(scene.batch.classes))
        with right:
            _slide(controls, scene.batch, anchor)
        return anchor


def _row(controls: Controls, place: DeltaGenerator, label: str, count: int) -> int:
    with place:
        return controls.integer(label, "anchor", default=1, low=1, high=count) - 1


def _slide(controls: Controls, batch: PointBatch, anchor: int) -> None:
    """The anchor's angle on a slider: it moves the point in the table, which stands outside of this fragment."""
    key, moved_key = f"angle-{anchor}", "angle-moved"
    if st.session_state.pop(moved_key, False):
        st.rerun()
    st.session_state[key] = float(batch.degrees[anchor])

    def move() -> None:
        replace(controls, "points", moved(batch, anchor, st.session_state[key]))
        st.session_state[moved_key] = True

    st.slider(f"Angle of {plain(batch.names[anchor])}", -360.0, 360.0, step=1.0, format="%g°", key=key, on_change=move)


def _is_head(loss: str) -> bool:
    return loss in CATALOG and CATALOG[loss].family == "class head"


def _partner(loss: str) -> str:
    """What a loss is most often compared with."""
    usual = ("soft_target_infonce", "soft_target_cross_entropy") if _is_head(loss) else ("sincere", "supcon")
    return next(name for name in usual if name != loss)
