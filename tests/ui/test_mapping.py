"""Arrays under any names on the checkpoint page: what is what is asked, proposed, kept, in the link, changeable."""

import io
import pickle
from dataclasses import dataclass

import numpy as np
import pytest

from ui.checkpoints import offer
from ui.checkpoints.opened import Opened

PAGE = "pages/2_Checkpoints.py"
ITEMS = 120
TITLES = ("Embeddings", "Labels", "Train embeddings", "Train labels")


@pytest.fixture
def folder(root_folder):
    """A root with files of arrays whose names are not known here."""
    root = root_folder
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


def saved(array) -> bytes:
    np.save(made := io.BytesIO(), array)
    return made.getvalue()


@dataclass
class Upload:
    """As Streamlit's, as far as a set is told by it."""

    file_id: str
    name: str
    content: bytes

    def getbuffer(self) -> memoryview:
        return memoryview(self.content)


def test_files_that_come_in_one_after_the_other_are_not_one_set(monkeypatch):
    own = Opened()
    monkeypatch.setattr(offer, "opened", lambda: own)
    one, two, three, four = (Upload(str(number), f"{number}.npy", saved(np.eye(2))) for number in range(4))

    def sets(*files):
        return [[file.name for file in given.files] for given in offer._given("own", files, together=True)]

    assert sets(one) == [["0.npy"]]
    assert sets(one, two) == [["0.npy"], ["1.npy"]]
    assert sets(one, two, three, four) == [["0.npy"], ["1.npy"], ["2.npy", "3.npy"]]
    assert sets(two, four) == [["1.npy"], ["3.npy"]], "a set that one was taken out of is none"
    assert sets(one, four) == [["3.npy"], ["0.npy"]], "what comes in last stands last"


def test_what_is_refused_is_said_until_something_else_comes_in(open_page):
    app = open_page(PAGE, show="similarity")
    app.file_uploader("own-file").upload("page.npz", b"<html>").run()
    assert "page.npz must be" in app.error[0].value
    app.run()
    assert "page.npz must be" in app.error[0].value
    app.file_uploader("own-file").upload("mine.npy", saved(np.random.default_rng(0).normal(size=(ITEMS, 5)))).run()
    assert not app.exception
    assert not app.error


def test_several_files_at_once_are_one_set(open_page):
    def npy(array):
        np.save(made := io.BytesIO(), array)
        return made.getvalue()

    app = open_page(PAGE, show="similarity")
    labels = np.arange(ITEMS) % 3
    rows = np.eye(5)[labels] + 0.3 * np.random.default_rng(0).normal(size=(ITEMS, 5))
    given = app.file_uploader("own-file")
    given.upload("y.npy", npy(labels)).upload("X.npy", npy(rows)).upload("names.json", b'["cat", "dog", "eel"]').run()
    assert not app.exception
    assert [box(app, title).value for title in (*TITLES[:2], "Names of the classes")] == ["X", "y", "names"]
    button(app, "Show the pictures").click().run()
    assert any("120 items" in text.value for text in app.text)
    (held,) = app.session_state["nce_lab_opened"].files.values()
    assert held.name == "X.npy + names.json + y.npy"


def test_the_choice_is_kept_in_the_link_and_can_be_changed(open_page, folder):
    app = open_page(PAGE, source="root", path="letters.npz", show="similarity", roles="embeddings=A,labels=B")
    assert any("120 items" in text.value for text in app.text)
    button(app, "Change what is what").click().run()
    assert [box(app, title).value for title in TITLES] == ["A", "B", "", ""]
    box(app, "Embeddings").select("a")
    button(app, "Show the pictures").click().run()
    assert any("B must have a row for each of 60 rows of a" in error.value.replace("\\", "") for error in app.error)
    box(app, "Labels").select("b")
    button(app, "Show the pictures").click().run()
    assert app.query_params["roles"] == "embeddings=a,labels=b" or app.query_params["roles"] == [
        "embeddings=a,labels=b"
    ]


def test_a_link_with_other_names_is_told(open_page, folder):
    app = open_page(PAGE, source="root", path="letters.npz", show="similarity", roles="embeddings=Q")
    assert any("must have the array 'Q'" in warning.value.replace("\\", "") for warning in app.warning)
    assert button(app, "Show the pictures")


def test_compare_leads_to_the_page_that_asks(open_page):
    rows, labels = np.random.default_rng(0).normal(size=(ITEMS, 5)), np.arange(ITEMS) % 3
    np.savez(made := io.BytesIO(), A=rows, B=labels)
    app = open_page("pages/2_Compare.py", show="table")
    app.file_uploader("own-files").upload("mine.npz", made.getvalue()).run()
    assert not app.exception
    (link,) = [each for each in app.get("page_link") if "mine.npz" in each.proto.label.replace("\\", "")]
    assert link.proto.page == "Checkpoints"


def test_labels_that_are_objects_are_told_how_to_be_saved(open_page):
    rows = np.random.default_rng(0).normal(size=(ITEMS, 5))
    np.savez(made := io.BytesIO(), A=rows, B=np.array(["a", "b"] * (ITEMS // 2), object))
    app = open_page(PAGE, show="similarity")
    app.file_uploader("own-file").upload("mine.npz", made.getvalue()).run()
    assert not app.exception
    assert any("labels.astype" in each.value and each.value.startswith("B holds") for each in app.warning)


@pytest.mark.parametrize("protocol", [0, 4])
def test_a_plain_pickle_is_asked_for_like_an_npz(open_page, protocol):
    labels = np.arange(ITEMS) % 3
    rows = (np.eye(5)[labels] + 0.3 * np.random.default_rng(0).normal(size=(ITEMS, 5))).astype(np.float32)
    app = open_page(PAGE, show="similarity")
    content = pickle.dumps({"A": rows, "B": [["cat", "dog", "eel"][label] for label in labels]}, protocol)
    app.file_uploader("own-file").upload("features.pkl", content).run()
    assert [box(app, title).value for title in TITLES[:2]] == ["A", "B"]
    button(app, "Show the pictures").click().run()
    assert not app.exception
    assert not app.error
