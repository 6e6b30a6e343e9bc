"""The menu of a page's presets."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import streamlit as st


class Titled(Protocol):
    """A preset; what it sets is its page's business."""

    @property
    def title(self) -> str: ...
    @property
    def look_at(self) -> str: ...


def presets_menu(presets: Mapping[str, Titled], key: str, on_click: Callable[..., None], *args: Any) -> None:
    """Each with its sentence. What is chosen is the session's `key`; `on_click(*args)` opens it."""
    said = {name: f"**{preset.title}.** {preset.look_at}" for name, preset in presets.items()}
    st.menu_button(
        "Presets",
        list(said),
        format_func=said.__getitem__,
        icon=":material/bookmarks:",
        key=key,
        on_click=on_click,
        args=args,
    )
