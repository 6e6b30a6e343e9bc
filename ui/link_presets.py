"""Presets of a page that are links: what the page's address says, and one sentence on what to look at."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import streamlit as st

from ui import links
from ui.controls import Controls
from ui.presets_menu import presets_menu


@dataclass(frozen=True, slots=True)
class LinkPreset:
    """`query`: what the address says of the controls that are not at their defaults, as the controls write it."""

    title: str
    look_at: str
    query: Mapping[str, list[str]] = field(default_factory=dict)


def link_presets(presets: Mapping[str, LinkPreset], page: str) -> None:
    """The menu; choosing one opens its link on the page one is on."""
    key = f"presets-{page}"
    presets_menu(presets, key, _open, presets, key)


def what_to_look_at(presets: Mapping[str, LinkPreset], controls: Controls) -> None:
    """The sentence of the preset that the page shows, if it shows one."""
    for preset in presets.values():
        if controls.changed == dict(preset.query):
            st.markdown(f":material/bookmarks: **{preset.title}.** {preset.look_at}")


def _open(presets: Mapping[str, LinkPreset], key: str) -> None:
    st.query_params.from_dict({**presets[st.session_state[key]].query, "v": [links.VERSION]})
