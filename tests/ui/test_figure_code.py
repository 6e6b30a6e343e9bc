"""The code below a figure gives that figure: run as it is shown, it ends with the same title, text and table.

Numbers to the digits of float32: cosines of another block of the same pass differ in the last one.
"""

from collections.abc import Callable
from unittest import mock

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest
from streamlit.testing.v1 import AppTest

import ui.exhibit
from analysis.figures.exhibit import Exhibit
from analysis.maps.projection import pca, umap_map
from analysis.maps.tsne import tsne_map
from tests.ui.run_page import run_until
from ui.checkpoints.analyses import Analyses
from ui.checkpoints.code import figure_code
from ui.checkpoints.maps import map_call

CHECKPOINTS, COMPARE = "pages/2_Checkpoints.py", "pages/2_Compare.py"
SECTIONS = ["map", "similarity", "calibration", "accuracy", "curves", "tails", "geometry", "clusters", "losses"]


@pytest.fixture
def drawn(monkeypatch) -> dict[str, Exhibit]:
    """The exhibits that the page has shown last, by key."""
    found, below = {}, ui.exhibit._below

    def noted(exhibit: Exhibit, key: str) -> None:
        found[key] = exhibit
        below(exhibit, key)

    monkeypatch.setattr(ui.exhibit, "_below", noted)
    return found


def made_by(code: str) -> Exhibit:
    """What the lines leave in `exhibit`; they show its plot."""
    scope: dict[str, Exhibit] = {}
    with mock.patch.object(go.Figure, "show") as shown:
        exec(code, scope)
    shown.assert_called_once_with()
    return scope["exhibit"]


def check(drawn: dict[str, Exhibit], app: AppTest, keys: set[str]) -> None:
    """Each figure has its code, the page shows it, and it gives the figure."""
    assert not app.exception
    assert not app.error
    assert set(drawn) == keys
    blocks = [block.value for block in app.code]
    for key, exhibit in drawn.items():
        assert exhibit.code in blocks, key
        made = made_by(exhibit.code)
        assert (made.stem, made.title, made.how_to_read, made.alt) == (
            exhibit.stem,
            exhibit.title,
            exhibit.how_to_read,
            exhibit.alt,
        ), key
        pd.testing.assert_frame_equal(made.table, exhibit.table, rtol=1e-5, atol=1e-6)


PLAIN = {
    "map-test", "nearest-similarity", "class-medians", "separation", "recall-by-k", "objectives", "reliability",
    "accuracy", "accuracy-by-k", "confusion", "class-curves", "tail", "tail-quantiles", "tail-thresholds",
    "spectrum", "spread", "clusters",
}  # fmt: skip


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ({"checkpoint": "sincere", "show": SECTIONS, "map": "pca"}, PLAIN),
        (
            {
                "checkpoint": "nll", "show": SECTIONS, "map": "pca", "items": "train", "only": ["2", "7"], "class": "3",
                "calibration": "class", "bins": "10", "scheme": "equal mass", "calibrated": "4", "k": "7",
                "reading": "head", "curves": ["1", "8"], "quantile": "0.97", "geometry_items": "train", "item": "11",
            },
            PLAIN - {"map-test", "reliability"} | {"map-train", "class-errors", "class-reliability"},
        ),
        (
            {
                "checkpoint": "supcon", "show": ["calibration", "accuracy", "tails"], "calibration": "temperature",
                "reading": "probe", "anchors": "single", "quantile": "0.9", "tail_items": "train",
            },
            {"temperature", "accuracy", "accuracy-by-k", "recall-by-k", "confusion", "tail-anchors"},
        ),
        ({"checkpoint": "supcon", "show": ["tails"], "anchors": "single", "quantile": "0.9999"}, {"negative-cosines"}),
    ],
    ids=["as it opens", "a class head, everything changed", "temperature, probe, single anchors", "no tail"],
)  # fmt: skip
def test_a_shipped_checkpoint(open_page, drawn, query, keys):
    check(drawn, open_page(CHECKPOINTS, **query), keys)


def test_each_method_of_a_map_is_called_by_its_own_function():
    """UMAP is not run here: it compiles for a minute."""
    for method, make in {"PCA": pca, "UMAP": umap_map, "t-SNE": tsne_map}.items():
        call, used = map_call(method)
        with mock.patch.dict(globals(), {make.__name__: lambda embeddings, spec=None: (embeddings, spec)}):
            rows, spec = eval(call, {**{each.__name__: each for each in used}, **globals(), "embeddings": "rows"})
        assert (rows, getattr(spec, "method", "PCA")) == ("rows", method)
        assert used[0] is make


@pytest.mark.parametrize(
    ("query", "keys"),
    [
        ({"show": ["table", "map", "similarity"]}, {"comparison", "compare-maps", "compare-histograms"}),
        (
            {
                "checkpoints": ["nll", "label_infonce"], "show": ["table", "map", "similarity", "calibration"],
                "k": "3", "mark": "disagree", "bins": "8", "smallest_margin": "0.5", "probe": "true",
            },
            {"comparison", "compare-maps", "compare-histograms", "compare-reliability"},
        ),
    ],
)  # fmt: skip
def test_a_comparison(open_page, drawn, query, keys):
    app = open_page(COMPARE, **query)
    run_until(app, lambda: "comparison" in drawn)
    check(drawn, app, keys)


@pytest.mark.parametrize("script", ["pages/3_Forces.py", "pages/3_Force_curves.py", "pages/3_Sampling.py"])
def test_the_pages_of_claims(open_page, drawn, script):
    app = open_page(script)
    check(drawn, app, set(drawn))
    assert len(drawn) > 1


@pytest.mark.parametrize("query", [{"layers": "true"}, {"of": "repulsion"}])
def test_the_page_of_dynamics(open_page, drawn, query):
    check(drawn, open_page("pages/3_Dynamics.py", **query), {"dynamics", *(["dynamics-layers"] * ("layers" in query))})


def test_forces_on_logits(open_page, drawn):
    app = open_page(
        "pages/3_Forces.py", of="logits", head_batch="nll", head_loss="soft_distribution_infonce", hard="0.5"
    )
    check(drawn, app, {"class-force-matrices", "force-groups"})


@pytest.fixture
def own_file(tmp_path, monkeypatch) -> Callable[..., Analyses]:
    """A file of arrays in the working folder, opened."""
    from checkpoints import open_outputs

    monkeypatch.chdir(tmp_path)
    rng = np.random.default_rng(0)
    labels = np.arange(60) % 6
    sides = {"train_labels": labels - 1, "test_labels": labels - 1}
    rows = {"train_embeds": rng.normal(size=(60, 8)), "test_embeds": rng.normal(size=(60, 8))}

    def opened(name: str, **readings: str) -> Analyses:
        from checkpoints.reading.array_spec import ArraySpec

        np.savez(tmp_path / name, **rows, **sides)
        return Analyses(open_outputs(name, arrays=ArraySpec(**readings)), shared=False)

    return opened


SIZE = "exhibit = type('Seen', (), {'plot': __import__('plotly').graph_objects.Figure(), 'n': len(outputs.test)})"


@pytest.mark.parametrize(
    "query",
    [
        {"loss": "supcon", "compare": "weibit"},
        {"loss": "soft_target_infonce", "compare": "nll", "seed": "4"},
    ],
    ids=["points", "heads"],
)
def test_anatomy(open_page, drawn, query):
    check(drawn, open_page("pages/3_Anatomy.py", **query), {"anatomy"})


def test_the_coordinate_lens(open_page, drawn):
    check(drawn, open_page("pages/1_Coordinate_lens.py", lam="0.25", hard="0.9"), {"coordinate-lens"})


def test_training_logs(open_page, drawn):
    page = open_page("pages/3_Dynamics.py", checkpoint=["nll", "supcon"], layers="true")
    check(drawn, page, {"dynamics", "dynamics-layers"})


@pytest.mark.parametrize(("taken", "items"), [("unlabelled", 50), ("classes", 60)])
def test_a_file_of_ones_own_opens_as_it_was_read(own_file, taken, items):
    analyses = own_file("mine.npz", negative_labels=taken)
    code = figure_code(analyses, SIZE)
    assert "# 'mine.npz' is a file of yours: give its path." in code
    assert f"arrays=ArraySpec(negative_labels='{taken}')" in code
    assert made_by(code).n == items == len(analyses.outputs.test)


def test_a_name_is_text_in_the_code_and_never_code(own_file):
    """Quotes, ends of lines and marks of direction in a file's name."""
    name = "'+exit(7)+'\"#é.npz"
    assert made_by(figure_code(own_file(name), SIZE)).n == 50
    turned = figure_code(own_file("a\u202e\n'.npz"), SIZE)
    assert turned.isascii()
    compile(turned, "turned", "exec")


def test_a_file_that_only_has_a_shipped_name_is_not_taken_for_it(own_file):
    code = figure_code(own_file("sincere.safetensors.npz"), SIZE)
    assert "checkpoints/zoo" not in code
