"""Comparisons worth a look, each a link with a sentence."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import streamlit as st

from ui import links
from ui.controls import Controls
from ui.presets_menu import presets_menu

_KEY = "presets-compare"


@dataclass(frozen=True, slots=True)
class Preset:
    """What the page's link says, and what to look at there."""

    title: str
    look_at: str
    query: Mapping[str, list[str]]

    @property
    def checkpoints(self) -> set[str]:
        """What it compares, by its places in links."""
        return {name for key in ("checkpoints", "seeds", "encoders") for name in self.query.get(key, ())} - {""}


PRESETS = {
    "positives": Preset(
        "SupCon or SINCERE",
        "SINCERE keeps other positives out of its denominator. Its margin is far larger, since noise is much further"
        " away; which class an item gets is not distinguishable.",
        {"checkpoints": ["supcon", "sincere"], "show": ["table", "map", "similarity"]},
    ),
    "images": Preset(
        "SupCon or SINCERE on real images",
        "Of CIFAR-10, at two temperatures: accuracies are much the same. How far classes lie apart is a matter of loss"
        " and temperature alike: see Results. Noise is near in all: one train item in ten lies among another class.",
        {
            "checkpoints": [""],
            "encoders": [
                f"cifar10/{loss}_tau_{tau}_seed_0" for tau in ("0.1", "0.05") for loss in ("supcon", "sincere")
            ],
            "show": ["table", "similarity"],
        },
    ),
    "seeds": Preset(
        "One loss, two seeds",
        "The same command with another seed: accuracies and scores are not distinguishable, but noise is nearer under"
        " one than under the other by far more than chance over test items. A verdict is about two checkpoints; a"
        " difference of this size between two losses would say nothing about the losses.",
        {"checkpoints": ["sincere"], "seeds": ["sincere_seed_1"], "show": ["table", "map", "similarity"]},
    ),
    "over_seeds": Preset(
        "SupCon or SINCERE, over three seeds",
        "Each loss was trained three times, and an interval's unit is a training: this can be said of losses."
        " SINCERE's margin is wider by more than its seeds differ; accuracies are not told apart.",
        {
            "checkpoints": ["supcon", "sincere"],
            "seeds": ["supcon_seed_1", "supcon_seed_2", "sincere_seed_1", "sincere_seed_2"],
            "show": ["seeds"],
        },
    ),
    "calibration": Preset(
        "Soft targets and calibration",
        "Both were trained on smoothed and mixed targets. Cross-entropy learns to be under-confident on clean images;"
        " soft target InfoNCE does not.",
        {"checkpoints": ["soft_target_cross_entropy", "soft_target_infonce"], "show": ["table", "calibration"]},
    ),
    "equal": Preset(
        "Two losses that agree",
        "With equal class priors label InfoNCE asks for nearly what cross-entropy asks for.",
        {"checkpoints": ["nll", "label_infonce"], "show": ["table", "calibration"]},
    ),
    "hard": Preset(
        "Where nearest neighbours disagree",
        "Marked are the items that one of the two reads rightly and the other wrongly: few, so their accuracies are not"
        " distinguishable.",
        {"checkpoints": ["nt_xent", "weince"], "mark": ["disagree"], "show": ["table", "map", "similarity"]},
    ),
    "six": Preset(
        "Six at once",
        "Labels or views, with and without positives in the denominator: supervised classes are tight and far apart.",
        {
            "checkpoints": ["nll", "supcon", "sincere", "eps_sup_infonce", "nt_xent", "weince"],
            "reference": ["supcon"],
            "show": ["table", "map"],
        },
    ),
}


def preset_menu() -> None:
    """Choosing one opens its link on the page one is on."""
    presets_menu(PRESETS, _KEY, _open)


def what_to_look_at(controls: Controls, compared: Collection[str]) -> None:
    """The sentence of the preset that the page shows, if it shows one. compared: what it compares, by its places in
    links: of other files the sentence says nothing."""
    for preset in PRESETS.values():
        said = {name: controls.values.get(name) for name in preset.query}
        if said == dict(preset.query) and set(compared) == preset.checkpoints:
            st.markdown(f":material/bookmarks: **{preset.title}.** {preset.look_at}")
            return


def _open() -> None:
    st.query_params.from_dict({**PRESETS[st.session_state[_KEY]].query, "v": [links.VERSION]})
