"""One item of a checkpoint's data: its image, its class, and the items that the encoder puts next to it."""

import pandas as pd
import streamlit as st

from analysis.digits import cosine, cosines
from analysis.neighbours.graph import Neighbours
from analysis.neighbours.vote import Nearby, nearest_items, nearest_sides
from analysis.outputs import Outputs, Split
from analysis.statistics.bootstrap import Unavailable
from ui.checkpoints.analyses import Analyses, SplitName
from ui.checkpoints.view import said
from ui.foreign_text import line, plain, table
from ui.pictures import SIDE, data_url, enlarge


def item_panel(analyses: Analyses, split: SplitName, item: int) -> None:
    """The chosen item, its nearest target and noise, and its nearest neighbours in train and in test."""
    outputs, query = analyses.outputs, analyses.split(split)
    whose = said(split, outputs)
    st.header(f"What is near {whose}{' ' if whose else ''}item {item}?", anchor=False)
    name = outputs.class_names[query.labels[item]]
    own, *beside = st.columns(3)
    with own:
        _picture(query, item, f"{query.ids[item]} · class {name}")
    target, noise = nearest_sides(outputs, query, item)
    for column, title, found in zip(beside, ("Nearest target", "Nearest noise"), (target, noise), strict=True):
        with column:
            _side(title, outputs, found)
    in_train, in_test = nearest_items(outputs, query, item)
    if not outputs.within:
        _row("Nearest in train", outputs.train, in_train, query.labels[item], outputs.class_names)
    _row(
        "Nearest items" if outputs.within else "Nearest in test",
        outputs.test,
        in_test,
        query.labels[item],
        outputs.class_names,
    )


def _picture(split: Split, item: int, text: str) -> None:
    if split.images is not None:
        st.image(data_url(enlarge(split.images[item])), width=SIDE, alt=line(text))
    st.caption(plain(text))


def _side(title: str, outputs: Outputs, found: Nearby | Unavailable) -> None:
    """The nearest train item of the same class, or of any other."""
    if isinstance(found, Unavailable):
        st.caption(plain(f"{title}: not available, {found.reason}."))
        return
    searched, side = outputs.searched, "" if outputs.within else "train "
    name = outputs.class_names[searched.labels[found.item]]
    text = f"{title}, cosine {cosine(found.similarity)}: {side}{searched.ids[found.item]} · class {name}"
    _picture(searched, found.item, text)


def _row(title: str, split: Split, found: Neighbours, label: int, class_names: tuple[str, ...]) -> None:
    """The neighbours, nearest first; one of another class says so."""
    st.caption(title)
    labels = split.labels[found.indices[0]]
    classes = [f"{'' if other == label else '≠ '}{class_names[other]}" for other in labels]
    near = cosines(found.similarities[0])
    captions = [f"{one} · {by}" for one, by in zip(classes, near, strict=True)]
    if not captions:
        st.text("There is no other item.")
    elif split.images is None:
        ids = [str(split.ids[row]) for row in found.indices[0]]
        st.dataframe(table(pd.DataFrame({"id": ids, "class": classes, "cosine": near})), hide_index=True)
    else:
        with st.container(horizontal=True, gap="xsmall"):
            for image, caption in zip(split.images[found.indices[0]], captions, strict=True):
                st.image(data_url(enlarge(image)), caption=plain(caption), width=60, alt=line(caption))
