"""A world's presets as links: each is its page's own address with the values of a spec in it."""

from typing import Any

import streamlit as st

from toy_models.presets import Preset
from toy_models.worlds import Spec, WorldEntry, changed
from ui import links
from ui.lead import SHOW
from ui.presets_menu import presets_menu


def preset_menu(world: WorldEntry) -> None:
    """Choosing one opens its link on the page one is on."""
    key = f"presets-{world.name}"
    presets_menu(world.presets, key, _open, world, key)


def _open(world: WorldEntry, key: str) -> None:
    st.query_params.from_dict(query_of(world.presets[st.session_state[key]]))


def what_to_look_at(world: WorldEntry, spec: Spec) -> None:
    """The sentence of the preset that the page shows, if it shows one."""
    for preset in world.presets.values():
        if preset.spec == spec:
            st.markdown(f":material/bookmarks: **{preset.title}.** {preset.look_at}")


def query_of(preset: Preset[Any]) -> dict[str, list[str]]:
    """The same of a preset, with the figure that it is about."""
    return query(preset.spec) | ({SHOW: [preset.show]} if preset.show else {})


def query(spec: Spec) -> dict[str, list[str]]:
    """What a link says so that the page's controls make this spec: a control has the name of its field."""
    return {name: _said(value) for name, value in changed(spec)} | {"v": [links.VERSION]}


def _said(value: Any) -> list[str]:
    """A value as the controls write it."""
    if isinstance(value, tuple):
        return [_said(each)[0] for each in value] or [""]
    if isinstance(value, bool):
        return [str(value).lower()]
    return [f"{value:.12g}" if isinstance(value, float) else str(value)]
