"""Arrays that can be read in two ways on the checkpoint page: what is taken is said, and the other can be chosen."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from checkpoints.inspect import inspect_file
from checkpoints.reading.array_spec import ArraySpec

PAGE = "pages/2_Checkpoints.py"
ITEMS = 120


@pytest.fixture
def folder(root_folder):
    """A root with one file a case, open on the page by path."""
    root = root_folder
    rng = np.random.default_rng(0)
    labels = np.arange(ITEMS) % 12
    rows = np.eye(12)[labels] + 0.3 * rng.normal(size=(ITEMS, 12))
    logits = 3 * np.eye(12)[labels] + rng.normal(size=(ITEMS, 12))
    weights = np.exp(logits)
    base = {"train_embeds": rows, "test_embeds": rows + 0.01}
    sides = {"train_labels": labels, "test_labels": labels}
    texts = {name: array.astype(str) for name, array in sides.items()}
    np.savez(root / "probabilities.npz", **base, **sides, preds=weights / weights.sum(axis=1, keepdims=True))
    np.savez(root / "texts.npz", **base, **texts, preds=logits)
    np.savez(root / "plain.npz", **base, **sides, logits=logits)
    np.savez(root / "below.npz", **base, **{name: array - 1 for name, array in sides.items()})
    np.savez(root / "void.npz", **base, **{name: np.where(array == 11, 255, array) for name, array in sides.items()})
    np.savez(root / "unused.npz", **base, **sides, preds=labels, extra=labels)
    np.savez(root / "copies.npz", **base | {"test_embeds": rows}, **sides)
    return root


def opened(open_page, name: str, **query) -> AppTest:
    app = open_page(PAGE, source="root", path=name, show="calibration", **query)
    assert not app.exception
    return app


def captions(app: AppTest) -> str:
    """As they are read: Markdown's signs are escaped."""
    return " ".join(caption.value.replace("\\", "") for caption in app.caption)


def box(app: AppTest, key: str):
    return next((each for each in app.selectbox if each.key == key), None)


def scores(app: AppTest) -> str:
    return next(text.value for text in app.text if text.value.startswith("NLL "))


@pytest.mark.parametrize(
    ("name", "key", "taken", "other"),
    [
        ("probabilities.npz", "scores", "probabilities", "logits"),
        ("texts.npz", "columns", "number", "text"),
    ],
)
def test_the_page_asks_and_a_link_answers(open_page, folder, name, key, taken, other):
    app = opened(open_page, name)
    assert box(app, key).value == taken
    assert "preds: taken as" in captions(app)
    numbers = inspect_file(str(folder / name))
    assert f"NLL {numbers['nll']:.3f}" in scores(app)
    box(app, key).select(other).run()
    assert not app.exception
    chosen = scores(app)
    again = inspect_file(str(folder / name), arrays=ArraySpec(**{key: other}))
    assert f"{again['nll']:.3f}" != f"{numbers['nll']:.3f}"
    assert f"NLL {again['nll']:.3f}" in chosen
    assert app.query_params[key] == other
    assert scores(opened(open_page, name, **{key: other})) == chosen


def test_nothing_is_asked_where_there_is_one_reading(open_page, folder):
    app = opened(open_page, "plain.npz")
    assert not any(box(app, key) for key in ("scores", "columns", "negative_labels", "void_labels"))


def test_labels_below_0_can_be_classes(open_page, folder):
    app = opened(open_page, "below.npz")
    assert "10 items of label -1 are unlabelled" in captions(app)
    assert any("110 train and 110 test items · 11 classes" in text.value for text in app.text)
    box(app, "negative_labels").select("classes").run()
    assert any("120 train and 120 test items · 12 classes" in text.value for text in app.text)


def test_255_can_be_a_class(open_page, folder):
    app = opened(open_page, "void.npz")
    assert "10 items of label 255 are unlabelled" in captions(app)
    box(app, "void_labels").select("classes").run()
    assert any("120 train and 120 test items · 12 classes" in text.value for text in app.text)


def test_what_was_chosen_for_one_file_does_not_hold_for_the_next(open_page, folder):
    app = opened(open_page, "probabilities.npz")
    box(app, "scores").select("logits").run()
    np.savez(folder / "probabilities2.npz", **{**np.load(folder / "probabilities.npz"), "extra": np.ones(2)})
    from ui import root

    root.watched.clear()
    app.run()
    box(app, "path").select("probabilities2.npz").run()
    assert box(app, "scores").value == "probabilities"


def test_what_is_not_used_is_named_on_the_page(open_page, folder):
    app = opened(open_page, "unused.npz")
    assert "not used: extra, no name that is known here; preds, it has one number an item" in captions(app)


def test_degenerate_data_are_warned_of_and_have_reasons(open_page, folder):
    app = open_page(PAGE, source="root", path="copies.npz", show=["similarity", "calibration", "accuracy", "geometry"])
    assert not app.exception
    assert any("120 of 120 test items have the embedding of a train item" in each.value for each in app.warning)
    assert sum("not available" in each.value for each in app.info) >= 2
    assert not any("NLL" in text.value for text in app.text)
