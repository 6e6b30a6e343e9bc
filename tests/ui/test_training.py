"""A folder of snapshots under the root: a slider, figures, and what is written while the page is open."""

import json

import numpy as np
import pytest
import streamlit as st

from tests.checkpoints.hostile_data import bundle
from tests.ui.run_page import run_until
from ui import root

PAGE = "pages/2_Checkpoints.py"


@pytest.fixture
def folder(monkeypatch, tmp_path):
    monkeypatch.setattr("ui.root.root", lambda: tmp_path)
    place = tmp_path / "run"
    place.mkdir()
    for epoch in (1, 2):
        write(place, epoch)
    yield place
    root.watched.clear()
    st.cache_resource.clear()


def write(folder, epoch: int) -> None:
    noise = np.random.default_rng(epoch).normal(scale=1 / epoch, size=(20, 6))
    embeddings = (np.eye(6)[np.arange(20) % 4] + noise).astype(np.float32)
    (folder / f"epoch_{epoch}.npz").write_bytes(bundle(test_embeds=embeddings))


def test_a_snapshot_that_is_written_while_the_page_is_open_appears(open_page, folder):
    app = open_page(PAGE, source="training", show="provenance")
    assert not app.exception
    assert not app.error
    assert app.select_slider("epoch").value == "2"
    assert app.query_params["training"] == "run"  # another may be the first tomorrow
    run_until(app, lambda: {"over-epochs", "map-of-epoch"} <= {each.proto.id.split("-", 2)[-1] for each in charts(app)})
    (folder / "epoch_3.npz").write_bytes(bundle()[:400])
    run_until(app, lambda: any("epoch_3" in each.value.replace("\\", "") for each in app.caption))
    write(folder, 3)
    run_until(app, lambda: app.select_slider("epoch").options == ["1", "2", "3"])
    assert app.select_slider("epoch").value == "3"
    app.select_slider("epoch").set_value("1").run()
    assert app.query_params["epoch"] == "1"
    write(folder, 4)
    run_until(app, lambda: app.select_slider("epoch").options[-1] == "4")
    assert app.select_slider("epoch").value == "1"


def charts(app):
    return app.get("plotly_chart")


def test_a_root_without_a_training_says_so(open_page, folder):
    (folder / "epoch_2.npz").unlink()
    app = open_page(PAGE, source="training")
    assert "epoch" in app.error[0].value


def test_what_is_open_is_taken_along_as_the_page_has_it(open_page, folder):
    from checkpoints.opening import open_outputs
    from ui.checkpoints.analyses import Analyses
    from ui.checkpoints.take_along import made

    outputs = open_outputs(folder / "epoch_1.npz")
    again = folder / "again.npz"
    again.write_bytes(made(Analyses(outputs, shared=False), "npz"))
    assert np.array_equal(open_outputs(again).test.embeddings, outputs.test.embeddings)
    assert made(Analyses(outputs, shared=False), "parquet")[:4] == b"PAR1"
    app = open_page(PAGE, source="training", show="provenance")
    assert [each.proto.label for each in app.get("download_button")][-3:] == [
        "Parquet",
        "NumPy .npz",
        "Projector's TSV pair",
    ]


def test_trainings_stand_beside_each_other_on_dynamics_and_new_snapshots_appear(open_page, folder):
    other = folder.parent / "other"
    other.mkdir()
    for epoch in (1, 2, 3):
        write(other, epoch)
    app = open_page("pages/3_Dynamics.py", of="series")
    assert not app.exception
    run_until(app, lambda: epochs(app) == {"run": [1, 2], "other": [1, 2, 3]})
    write(folder, 9)
    run_until(app, lambda: epochs(app) == {"run": [1, 2, 9], "other": [1, 2, 3]})
    app.pills("trainings").set_value(["other"]).run()
    assert not app.exception
    assert epochs(app) == {"margin": [1, 2, 3]}


def epochs(app) -> dict[str, list[int]]:
    """Of each training's margin, as they are drawn."""
    traces = [trace for chart in charts(app) for trace in json.loads(chart.proto.spec)["data"]]
    return {trace["name"]: trace["x"] for trace in traces if trace["name"] in ("run", "other", "margin")}
