"""Arrays under any names on the checkpoint page: what is what is asked, proposed, kept, in the link, changeable."""

import numpy as np
import pytest

PAGE = "pages/2_Checkpoints.py"
ITEMS = 120
TITLES = ("Embeddings", "Labels", "Train embeddings", "Train labels")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A root with files of arrays whose names are not known here."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    root = tmp_path / "root"
    root.mkdir()
    monkeypatch.setattr("ui.root.root", lambda: root)
    rng = np.random.default_rng(0)
    labels = np.arange(ITEMS) % 3
    rows = np.eye(5)[labels] + 0.3 * rng.normal(size=(ITEMS, 5))
    np.savez(root / "letters.npz", A=rows, B=labels, a=rows[:60], b=labels[:60])
    return root


def box(app, title):
    return next(each for each in app.selectbox if each.label.startswith(title))


def button(app, label):
    return next(each for each in app.button if each.label == label)


def test_unknown_names_are_asked_for_and_one_button_opens(open_page, folder):
    app = open_page(PAGE, source="root", path="letters.npz", show="similarity")
    assert not app.exception
    assert [box(app, title).value for title in ("Embeddings", "Labels", "Train emb", "Train lab")] == [
        "a",
        "b",
        "A",
        "B",
    ]
    button(app, "Show the pictures").click().run()
    assert not app.exception
    assert app.query_params["roles"] == "embeddings=a,labels=b,train_embeddings=A,train_labels=B"
    assert any("120 train and 60 test items" in text.value for text in app.text)
