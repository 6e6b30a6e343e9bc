"""Checkpoints without train items, without labels or with class scores alone on Compare and Gradient forces."""

import numpy as np
import pytest

from checkpoints.compare import main
from tests.ui.run_page import run_until

PAGE, FORCES = "pages/2_Compare.py", "pages/3_Forces.py"
ITEMS = 80


@pytest.fixture
def folder(root_folder):
    """A root with pairs of files, open on the page by path."""
    root = root_folder
    rng = np.random.default_rng(0)
    labels = np.arange(ITEMS) % 4
    for name, noise in (("one", 0.3), ("two", 0.6)):
        rows = np.eye(6)[labels] + noise * rng.normal(size=(ITEMS, 6))
        logits = np.eye(4)[labels] / noise + rng.normal(size=(ITEMS, 4))
        np.savez(root / f"alone_{name}.npz", test_embeds=rows, test_labels=labels)
        np.savez(root / f"bare_{name}.npz", test_embeds=rows)
        np.savez(root / f"scores_{name}.npz", logits=logits, labels=labels)
    np.savez(root / "both.npz", test_embeds=rows, test_labels=labels, train_embeds=rows, train_labels=labels)
    return root


@pytest.mark.parametrize(("kind", "numbers"), [("alone", 13), ("bare", 2), ("scores", 4)])
def test_two_of_a_kind_are_compared_in_what_they_have(open_page, folder, kind, numbers):
    shown = ["table", "map", "similarity", "calibration"]
    paths = [f"{kind}_one.npz", f"{kind}_two.npz"]
    app = open_page(PAGE, checkpoints="", paths=paths, show=shown, map="pca", mark="wrong")
    run_until(app, lambda: not any(button.key == "stop-comparison" for button in app.button))
    assert not app.exception
    assert [error.value for error in app.error] == (
        ["A map needs embeddings, but there are none."] if kind == "scores" else []
    )
    assert f"of {numbers} differences" in app.header[0].value
    assert any("the same in both checkpoints" in text.value for text in app.text)


def test_a_file_without_train_items_is_not_compared_with_one_that_has(folder, capsys):
    assert main([str(folder / "both.npz"), str(folder / "alone_two.npz")]) == 2
    said = capsys.readouterr().err
    assert "alone_two.npz must have train items where both.npz has them, but has none." in said
    assert "Leave out one kind: compare those without train items, or those with them." in said


def test_the_command_compares_within_the_items(folder, capsys):
    assert main([str(folder / f"alone_{name}.npz") for name in ("one", "two")]) == 0
    table = capsys.readouterr().out
    for measure in ("AUC (pairs of target and noise in order", "R@5 (share of items"):
        assert measure in table
    assert "no train items" in table


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        ("bare", "labels must be there: the items of this checkpoint have none"),
        ("scores", "embeddings must be there: this checkpoint has class scores alone"),
    ],
)
def test_forces_of_what_is_not_there_are_refused(folder, kind, sentence):
    from analysis.forces.batches import split_batch
    from checkpoints.opening import open_outputs
    from losses.errors import LabError

    outputs = open_outputs(folder / f"{kind}_one.npz")
    with pytest.raises(LabError, match=sentence):
        split_batch(outputs.test, outputs.class_names, classes=1, per_class=4, seed=0)
