"""Files without train items, without labels, or with class scores alone: every page says what it can, and why not."""

import json
import re

import numpy as np
import pytest

PAGES = {"checkpoints": "pages/2_Checkpoints.py", "compare": "pages/2_Compare.py", "forces": "pages/3_Forces.py"}
SECTIONS = [
    "map",
    "similarity",
    "calibration",
    "accuracy",
    "curves",
    "tails",
    "geometry",
    "clusters",
    "losses",
    "provenance",
]
ITEMS = 90


@pytest.fixture
def folder(root_folder):
    """A root with one file a case, open on the page by path."""
    root = root_folder
    rng = np.random.default_rng(0)
    labels = np.arange(ITEMS) % 4
    rows = np.eye(6)[labels] + 0.4 * rng.normal(size=(ITEMS, 6))
    logits = 3 * np.eye(4)[labels] + rng.normal(size=(ITEMS, 4))
    np.savez(root / "alone.npz", test_embeds=rows, test_labels=labels)
    np.savez(root / "other.npz", test_embeds=rows + 0.1, test_labels=labels, logits=logits)
    np.savez(root / "unlabelled.npz", test_embeds=rows, ids=[f"i{item}" for item in range(ITEMS)])
    np.savez(root / "scores.npz", logits=logits, labels=labels)
    np.savez(root / "one.npz", test_embeds=rows[:1], test_labels=labels[:1])
    return root


def said(app) -> str:
    """All that a page says, as it is read."""
    parts = (*app.header, *app.markdown, *app.caption, *app.info, *app.warning, *app.text)
    return " ".join(part.value.replace("\\", "") for part in parts)


def test_similarities_are_within_the_items_and_say_so(open_page, folder):
    app = open_page(PAGES["checkpoints"], source="root", path="alone.npz", show=SECTIONS, map="pca")
    assert not app.exception
    assert not app.error
    text = said(app)
    assert "within the items, each left out of its own search" in text
    assert "a probe learns from a half of each class, drawn with seed 0" in text
    assert "none of them train" in text
    assert not re.search("Nearest in|near test item", text)
    assert "Nearest items" in text
    assert "Test items of" not in {each.label for each in app.selectbox}
    assert app.selectbox("items").options == ["all"]
    assert list(app.dataframe[0].value.columns) == ["id", "class", "cosine"]
    assert not re.search(r".{60}test items.{30}", text), "there is no test where there is no train"


def test_what_can_be_taken_along_is_what_there_is(open_page, folder):
    for name, there in (("scores", False), ("alone", True)):
        app = open_page(PAGES["checkpoints"], source="root", path=f"{name}.npz", show="provenance")
        assert ("embedding, label" in said(app)) is there
        assert ("projector" in said(app)) is there
        assert ("Projector's TSV pair" in [each.proto.label for each in app.get("download_button")]) is there


def test_whose_calibration_it_is_stands_at_a_glance(open_page, folder):
    for name, whose in (("scores", "ECE"), ("alone", "Probe's ECE")):
        app = open_page(PAGES["checkpoints"], source="root", path=f"{name}.npz", show="glance")
        assert any(each.value.startswith(f"**{whose} ") for each in app.markdown)
        bars = [
            bar
            for chart in app.get("plotly_chart")
            for bar in json.loads(chart.proto.spec)["data"]
            if bar["type"] == "bar"
        ]
        assert bars
        assert not any("text" in bar for bar in bars)


def test_the_seed_of_the_half_is_in_the_link(open_page, folder):
    found = []
    for seed in (0, 3):
        link = {"split_seed": str(seed)} if seed else {}
        app = open_page(PAGES["checkpoints"], source="root", path="alone.npz", show="accuracy", **link)
        assert f"drawn with seed {seed}" in said(app)
        found.append(said(app))
    assert found[0] != found[1]


@pytest.mark.parametrize("name", ["alone", "unlabelled", "scores", "one"])
def test_no_section_falls(open_page, folder, name):
    app = open_page(PAGES["checkpoints"], source="root", path=f"{name}.npz", show=SECTIONS, map="pca")
    assert not app.exception
    assert not app.error or name == "one"  # a map needs two


@pytest.mark.parametrize(
    ("name", "sentences"),
    [
        ("unlabelled", ["Nearest similarity: not available, the items have no labels"]),
        ("scores", ["Nearest similarity: not available, there are no embeddings", "Map: not available"]),
    ],
)
def test_what_is_not_there_has_a_reason(open_page, folder, name, sentences):
    app = open_page(PAGES["checkpoints"], source="root", path=f"{name}.npz", show=SECTIONS, map="pca")
    text = said(app)
    for sentence in sentences:
        assert sentence in text
