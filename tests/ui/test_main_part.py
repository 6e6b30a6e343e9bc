"""Pictures of one file do not stand, greyed, under the name of the next."""

import numpy as np
import pytest
import streamlit as st
from streamlit.runtime.scriptrunner import ScriptRunContext

from ui import root
from ui.checkpoints import main_part

PAGE = "pages/2_Checkpoints.py"


@pytest.fixture
def sent(monkeypatch) -> list[tuple[tuple[int, ...], str]]:
    """What goes to the browser's main part, in turn: the place, and what is put there."""
    seen, enqueue = [], ScriptRunContext.enqueue

    def noted(context: ScriptRunContext, message: object) -> None:
        delta = message.delta
        what = delta.new_element.WhichOneof("type") if delta.WhichOneof("type") == "new_element" else "block"
        path = tuple(message.metadata.delta_path)
        if path[:1] == (0,):
            seen.append((path[1:], f"{what} {delta.new_element.markdown.body}".strip()))
        enqueue(context, message)

    monkeypatch.setattr(ScriptRunContext, "enqueue", noted)
    yield seen
    root.watched.clear()
    st.cache_resource.clear()


def test_the_place_of_the_file_before_is_empty_before_the_next_is_read(open_page, root_folder, sent):
    for name in ("a", "b"):
        np.savez(root_folder / f"{name}.npz", test_embeds=np.eye(6)[np.arange(30) % 6], test_labels=np.arange(30) % 3)
    app = open_page(PAGE, source="root", path="a.npz", show="geometry")
    charts = [place for place, what in sent if what == "plotly_chart"]
    sent.clear()
    app.selectbox("path").set_value("b.npz").run()
    assert not app.exception
    words = next(at for at, (_, what) in enumerate(sent) if main_part._WORDS in what)
    emptied = [place for place, what in sent[:words] if what == "empty"]
    assert all(any(chart[: len(place)] == place for place in emptied) for chart in charts)
    assert not any(main_part._WORDS in caption.value for caption in app.caption)
    assert len(app.get("plotly_chart")) == len(charts)
    sent.clear()
    app.pills("show").set_value(["geometry"]).run()
    assert not any(main_part._WORDS in what for _, what in sent), "the same file is not looked into again"
