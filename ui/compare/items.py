"""The marked test items: their images, and what each model makes of them."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st

from analysis.comparison.measured import MeasuredModel
from analysis.outputs import Outputs
from ui.compare.selection import clear
from ui.foreign_text import line, plain, table
from ui.number_columns import number_columns
from ui.pictures import data_url, enlarge

_IMAGES = 24
_LISTED = 500


def item_list(outputs: Outputs, measured: Sequence[MeasuredModel], items: np.ndarray) -> None:
    """Images and a table of at most so many; nothing where nothing is marked."""
    if not len(items):
        st.caption(
            "No test items are marked: drag over a map or a histogram, or choose a rule under *Mark test items*."
        )
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.header(f"{len(items):,} marked test items", anchor=False)
        st.space("stretch")
        st.button("Clear", key="clear-marked", on_click=clear, type="tertiary")
    _images(outputs, items[:_IMAGES])
    shown = table(item_table(outputs, measured, items[:_LISTED]))
    st.dataframe(shown, hide_index=True, height=320, column_config=number_columns(shown))
    if len(items) > _IMAGES:
        st.caption(f"Images of the first {_IMAGES}, numbers of the first {min(len(items), _LISTED):,}.")


def item_table(outputs: Outputs, measured: Sequence[MeasuredModel], items: np.ndarray) -> pd.DataFrame:
    """One row an item: its class, and under each model its margin (cosine) and the class its neighbours vote for."""
    names = np.array(outputs.class_names)
    columns: dict[str, object] = {
        "item": items,
        "id": outputs.test.ids[items],
        "class": names[outputs.test.labels[items]],
    }
    for model in measured:
        known = model.comparable[items]
        columns[f"{model.name}: margin"] = np.where(known, model.margins[items], np.nan)
        columns[f"{model.name}: kNN"] = np.where(model.voted[items] < 0, "", names[model.voted[items]])
    return pd.DataFrame(columns)


def _images(outputs: Outputs, items: np.ndarray) -> None:
    images = outputs.test.images
    if images is None:
        return
    with st.container(horizontal=True, gap="xsmall"):
        for item in items:
            name = f"{outputs.class_names[outputs.test.labels[item]]} · {outputs.test.ids[item]}"
            st.image(data_url(enlarge(images[item])), caption=plain(name), width=84, alt=line(name))
