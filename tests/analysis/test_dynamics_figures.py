"""What is drawn of a run is what was recorded; what was not is neither drawn nor made up."""

import numpy as np
import pytest

from analysis.figures.forces.dynamics import dynamics, layer_norms
from analysis.figures.forces.dynamics_worlds import repulsion_dynamics
from analysis.forces.training_log import QUANTITIES, Curves, Line
from losses.catalog import CATALOG
from toy_models.repulsion import RepulsionSpec, Trace, simulate

NAN = float("nan")


def run(loss="supcon", **values):
    curves = {"loss": np.array([3.0, 2.0, 1.0]), **{name: np.array(column) for name, column in values.items()}}
    layers = {"convolution 1": np.array([1.0, 2.0, 3.0]), "head 1": np.array([0.1, 0.1, 0.1])}
    return Curves(loss, np.arange(1, 4), curves, layers, {"loss": (Line("chance, log N", 4.0),)})


def drawn(exhibit):
    return {(trace.name, trace.yaxis): trace for trace in exhibit.plot.data if trace.name}


def test_points_are_what_was_recorded_and_gaps_are_left_out():
    exhibit = dynamics([run(repelling_share=[0.0, NAN, 0.5])], ["loss", "repelling_share"])
    traces = drawn(exhibit)
    np.testing.assert_array_equal(traces["SupCon", "y"].y, [3, 2, 1])
    np.testing.assert_array_equal(traces["SupCon", "y2"].x, [1, 3])
    np.testing.assert_array_equal(traces["SupCon", "y2"].y, [0, 0.5])
    assert exhibit.title == "Same-class pairs pushed apart, at most: SupCon 50%"
    assert exhibit.table["repelling pairs (share)"].isna().tolist() == [False, True, False]


def test_a_quantity_that_nobody_recorded_has_no_panel():
    exhibit = dynamics([run(toward_optimum=[NAN] * 3)], ["loss", "toward_optimum", "noise"])
    assert [note.text for note in exhibit.plot.layout.annotations] == ["loss (nats)"]


def test_every_run_is_in_the_legend_once():
    runs = [run(), run("sincere", noise=[1.0, 2.0, 3.0])]
    exhibit = dynamics(runs, ["loss", "noise"])
    assert [trace.name for trace in exhibit.plot.data if trace.showlegend] == ["SupCon", "SINCERE"]


def test_levels_are_drawn_once_and_said():
    exhibit = dynamics([run(), run("sincere")], ["loss"])
    levels = [trace for trace in exhibit.plot.data if list(trace.y) == [4.0, 4.0]]
    assert len(levels) == 1
    assert levels[0].line.dash == "dot"
    assert "chance, log N 4.00 (SupCon)" in exhibit.how_to_read


def test_the_layer_with_the_largest_gradient_is_named():
    exhibit = layer_norms([run()])
    assert exhibit.title.endswith("SupCon: convolution 1")
    assert len(exhibit.plot.data) == 2


def test_how_to_read_fits_the_page():
    names = [quantity.name for quantity in QUANTITIES]
    everything = {name: [0.1, 0.2, 0.3] for name in names if name != "loss"}
    exhibit = dynamics([run(loss, **everything) for loss in CATALOG], names)
    assert len(exhibit.how_to_read) < 600


def test_early_peaks_do_not_flatten_the_rest_and_are_said():
    times = np.arange(40)
    values = {"signal_to_noise": np.where(times < 2, 50.0, 0.3)}
    exhibit = dynamics([Curves("nll", times, values | {"loss": times + 1.0}, {}, {})], ["signal_to_noise"])
    assert exhibit.plot.layout.yaxis.range[1] == pytest.approx(0.9)
    assert "Above the panel of signal to noise: peaks up to 50." in exhibit.how_to_read
    assert "Above the panel" not in dynamics([run(noise=[1.0, 2.0, 3.0])], ["loss", "noise"]).how_to_read


@pytest.fixture(scope="module")
def trace():
    spec = RepulsionSpec(losses=("supcon", "sincere", "nt_xent"), steps=20, seeds=2)
    return Trace.of(spec, list(simulate(spec)))


def test_world_two_is_read_from_its_trace(trace):
    supcon, sincere, nt_xent = repulsion_dynamics(trace)
    np.testing.assert_allclose(supcon.values["loss"], trace.loss[:, 0].mean(axis=1))  # two seeds: median is mean
    np.testing.assert_array_equal(sincere.values["repelling_share"], 0)
    assert supcon.lines["loss"][0].name == "least, at the optimum"
    assert np.isfinite(sincere.values["toward_optimum"]).all()
    assert np.isnan(nt_xent.values["toward_optimum"]).all()  # 16 pairs of views have no simplex in 3 dimensions
    assert (nt_xent.values["other_view"] > 0).all()
    assert np.isnan(supcon.values["other_view"]).all()


def test_the_groups_of_the_first_seed_bound_its_gradient(trace):
    (supcon, *_) = repulsion_dynamics(trace)
    parts = supcon.values["same_class"] + supcon.values["noise"]
    assert (parts >= trace.gradient_norm[:, 0, 0] - 1e-9).all()
