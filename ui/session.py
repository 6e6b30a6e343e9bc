"""The one object a browser session keeps on the server, behind one accessor."""

from dataclasses import dataclass, field

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_KEY = "nce_lab"


@dataclass(slots=True)
class Session:
    """What outlives a rerun beside the widgets: the place of the controls and the notices still to be shown."""

    controls: DeltaGenerator | None = None
    notices: list[str] = field(default_factory=list)


def session() -> Session:
    """This browser session's object, made on first use."""
    if _KEY not in st.session_state:
        st.session_state[_KEY] = Session()
    return st.session_state[_KEY]
