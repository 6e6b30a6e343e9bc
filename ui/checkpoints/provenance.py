"""Where a checkpoint comes from."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from ui.checkpoints import event_curves, take_along
from ui.checkpoints.analyses import Analyses
from ui.foreign_text import line, table


def section(analyses: Analyses) -> None:
    """The command that made it, and all other facts as a table."""
    st.header("Where does it come from?", anchor=False)
    provenance = dict(analyses.outputs.provenance)
    provenance.pop("log", None)
    command = provenance.pop("command", None)
    if command:
        st.caption("The command that made it")
        st.code(line(str(command)), language="bash", wrap_lines=True)
    facts = pd.DataFrame({"field": list(provenance), "value": [_words(value) for value in provenance.values()]})
    st.dataframe(table(facts), hide_index=True, height="content")
    event_curves.draw()
    take_along.draw(analyses)


def _words(value: object) -> str:
    """A fact as one line: {"a": 1, "b": 2} reads "a 1, b 2"."""
    return ", ".join(f"{name} {part}" for name, part in value.items()) if isinstance(value, Mapping) else str(value)
