"""A world's presets as links: each is its page's own address with the values of a spec in it."""

from typing import Any

import streamlit as st

from toy_models.worlds import Spec, World, changed
from ui import links
from ui.frame import PAGES


def preset_menu(page: str, world: World) -> None:
    """A menu of links; `page` is a key of `PAGES`."""
    with st.popover("Presets", icon=":material/bookmarks:"):
        for preset in world.presets.values():
            st.page_link(PAGES[page].script, label=f"**{preset.title}**", query_params=query(preset.spec))
            st.caption(preset.look_at)


def what_to_look_at(world: World, spec: Spec) -> None:
    """The sentence of the preset that the page shows, if it shows one."""
    for preset in world.presets.values():
        if preset.spec == spec:
            st.markdown(f":material/bookmarks: **{preset.title}.** {preset.look_at}")


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
