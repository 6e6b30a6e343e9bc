"""What a browser hands back for a widget that nobody has touched, from the message that the server drew it with."""

from collections.abc import Callable
from typing import Any

from streamlit.proto.WidgetStates_pb2 import WidgetState


def _number(widget: Any, state: WidgetState) -> None:
    state.double_value = widget.value if widget.set_value else widget.default


def _slider(widget: Any, state: WidgetState) -> None:
    state.double_array_value.data[:] = widget.value if widget.set_value else widget.default


def _checkbox(widget: Any, state: WidgetState) -> None:
    state.bool_value = widget.value if widget.set_value else widget.default


def _text(widget: Any, state: WidgetState) -> None:
    state.string_value = widget.value if widget.set_value else widget.default


def _selectbox(widget: Any, state: WidgetState) -> None:
    state.string_value = widget.raw_value if widget.set_value else widget.options[widget.default]


def _multiselect(widget: Any, state: WidgetState) -> None:
    values = widget.raw_values if widget.set_value else [widget.options[place] for place in widget.default]
    state.string_array_value.data[:] = values


def _pills(widget: Any, state: WidgetState) -> None:
    values = widget.raw_values if widget.set_value else [widget.options[place].content for place in widget.default]
    state.string_array_value.data[:] = values


_KINDS: dict[str, Callable[[Any, WidgetState], None]] = {
    "number_input": _number,
    "slider": _slider,
    "checkbox": _checkbox,
    "text_input": _text,
    "selectbox": _selectbox,
    "multiselect": _multiselect,
    "button_group": _pills,
}


def untouched(kind: str, widget: Any) -> WidgetState | None:
    """The state of a widget of this kind of message; None for what has none, or none until it is used."""
    if kind not in _KINDS:
        return None
    state = WidgetState(id=widget.id)
    _KINDS[kind](widget, state)
    return state
