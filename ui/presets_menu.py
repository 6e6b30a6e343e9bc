"""The menu of a page's presets."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

import streamlit as st


class Titled(Protocol):
    """A preset; what it sets is its page's business."""

    @property
    def title(self) -> str: ...


def presets_menu(presets: Mapping[str, Titled], key: str, on_click: Callable[..., None], *args: Any) -> None:
    """What is chosen is the session's `key`; `on_click(*args)` opens it."""
    titles = {name: preset.title for name, preset in presets.items()}
    st.menu_button(
        "Presets",
        list(titles),
        format_func=titles.__getitem__,
        icon=":material/bookmarks:",
        key=key,
        on_click=on_click,
        args=args,
    )
