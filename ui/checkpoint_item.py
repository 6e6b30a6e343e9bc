"""One item of a checkpoint's data: its image, its class, and the items that the encoder puts next to it."""

import math

import numpy as np
import streamlit as st

from analysis.neighbour_graph import Neighbours
from analysis.neighbours import nearest_items
from analysis.outputs import Split
from ui.checkpoint_analyses import Analyses, SplitName
from ui.errors import plain

_SIDE = 144  # pixels an image is enlarged to, in whole steps, so that its own pixels stay square


def item_panel(analyses: Analyses, split: SplitName, item: int) -> None:
    """The chosen item and its nearest neighbours in train and in test."""
    outputs, query = analyses.outputs, analyses.split(split)
    st.subheader(f"What is near {split} item {item}?", anchor=False)
    name = outputs.class_names[query.labels[item]]
    if query.images is not None:
        st.image(enlarge(query.images[item]), width=_SIDE, alt=plain(f"Item {query.ids[item]}, class {name}"))
    st.text(f"{query.ids[item]} · class {name}")
    in_train, in_test = nearest_items(outputs, query, item)
    _row("Nearest in train", outputs.train, in_train, query.labels[item], outputs.class_names)
    _row("Nearest in test", outputs.test, in_test, query.labels[item], outputs.class_names)


def enlarge(image: np.ndarray) -> np.ndarray:
    """(H, W[, C]) repeated to about `_SIDE` pixels; larger images are left as they are."""
    factor = max(1, math.ceil(_SIDE / max(image.shape[:2])))
    return image.repeat(factor, axis=0).repeat(factor, axis=1)


def _row(title: str, split: Split, found: Neighbours, label: int, class_names: tuple[str, ...]) -> None:
    """The neighbours, nearest first; one of another class says so."""
    st.caption(title)
    labels, cosines = split.labels[found.indices[0]], found.similarities[0]
    captions = [
        f"{'' if other == label else '≠ '}{class_names[other]} · {cosine:.3f}"
        for other, cosine in zip(labels, cosines, strict=True)
    ]
    if not captions:
        st.text("There is no other item.")
    elif split.images is None:
        st.text("\n".join(f"{split.ids[i]}  {text}" for i, text in zip(found.indices[0], captions, strict=True)))
    else:
        with st.container(horizontal=True, gap="xsmall"):
            for image, caption in zip(split.images[found.indices[0]], map(plain, captions), strict=True):
                st.image(enlarge(image), caption=caption, width=60, alt=caption)
