"""The data behind the force figures: matrices of logits, sums, large matrices as pictures, curves and levels."""

import base64
import struct
import zlib

import numpy as np
import pytest

from analysis.figures.forces.curve_levels import loss_levels
from analysis.figures.forces.curves import force_curves_figure, sentences, visible_range
from analysis.figures.forces.groups import force_groups
from analysis.figures.forces.image import force_image, palette
from analysis.figures.forces.matrices import force_matrices
from analysis.figures.forces.of_classes import class_force_matrices
from analysis.forces.batches import BatchSpec, random_batch
from analysis.forces.curves import CURVE_LOSSES, force_curves
from analysis.forces.groups import group_sums
from analysis.forces.head_batches import HeadBatchSpec, random_head_batch
from analysis.forces.matrix import force_matrix
from analysis.forces.of_classes import class_force_matrix, class_groups
from analysis.forces.scene import AXES, Scene


def decoded(source):
    """(N, N) palette indices of an 8-bit PNG without filters."""
    body = base64.b64decode(source.removeprefix("data:image/png;base64,"))
    width, height = struct.unpack(">II", body[16:24])
    start = body.index(b"IDAT")
    (size,) = struct.unpack(">I", body[start - 4 : start])
    rows = np.frombuffer(zlib.decompress(body[start + 4 : start + 4 + size]), np.uint8).reshape(height, width + 1)
    assert not rows[:, 0].any()
    return rows[:, 1:]


def test_a_picture_has_every_force_in_its_colour():
    forces = np.array([[np.nan, -2.0, 0.0], [2.0, np.nan, 1.0], [9.0, -9.0, np.nan]])
    index = decoded(force_image(forces, 2.0))
    assert index.tolist() == [[0, 1, 128], [255, 0, 191], [255, 1, 0]]
    assert palette()[0].tolist() == [0x00, 0x72, 0xB2, 255]
    assert palette()[127].tolist() == [128, 128, 128, 26]
    assert palette()[254].tolist() == [0xD5, 0x5E, 0x00, 255]


def test_a_large_matrix_is_a_picture_with_a_colour_bar():
    batch = random_batch(BatchSpec(classes=10, per_class=20))
    matrix = force_matrix(batch.embeddings, batch.labels, "supcon", 0.1)
    exhibit = force_matrices([matrix], batch)
    image, bar = exhibit.plot.data
    limit = exhibit.plot.layout.coloraxis.cmax
    shown = (decoded(image.source).astype(float) - 128) / 127 * limit
    off = ~np.eye(200, dtype=bool)
    np.testing.assert_allclose(shown[off], np.clip(matrix.forces, -limit, limit)[off], atol=limit / 250)
    assert bar.marker.coloraxis == "coloraxis"
    assert "200 x 200 cells are a picture" in exhibit.how_to_read
    assert len(exhibit.plot.to_json()) < 100_000
    assert len(exhibit.table) == 200 * 199


@pytest.fixture
def matrices():
    batch = random_head_batch(HeadBatchSpec(classes=4, per_class=3))
    return [class_force_matrix(batch, loss, 1.0) for loss in ("nll", "soft_target_infonce")]


def test_a_matrix_of_logits_has_its_forces_and_all_of_its_cells(matrices):
    exhibit = class_force_matrices(matrices, ("a", "b", "<c>", "d"))
    for trace, matrix in zip(exhibit.plot.data, matrices, strict=True):
        np.testing.assert_array_equal(trace.z, matrix.forces.astype(np.float32))
    assert "<" not in "".join(exhibit.plot.layout.xaxis.ticktext)
    row = exhibit.table[(exhibit.table["sample"] == 5) & (exhibit.table["class"] == "d")].iloc[0]
    assert row["Soft target InfoNCE"] == matrices[1].forces[5, 3]
    assert row["target of NLL"] == 0.0
    assert exhibit.title.startswith("Logits that descent raises: NLL 25%")


def test_sums_are_bars_to_both_sides(matrices):
    sums = {one.loss: group_sums(one.forces, class_groups(one, 0.9)) for one in matrices}
    exhibit = force_groups(sums, "Hard.")
    pull, push = exhibit.plot.data[:2]
    assert list(pull.x) == [-one.pull for one in sums["nll"]]
    assert list(push.x) == [one.push for one in sums["nll"]]
    assert len(exhibit.table) == 6
    assert (exhibit.table["net"] == exhibit.table["push"] - exhibit.table["pull"]).all()


@pytest.mark.parametrize("axis", AXES)
def test_curves_and_levels_show_what_was_computed(axis):
    positive, noise = (force_curves(Scene(), tuple(CURVE_LOSSES), role, axis) for role in ("positive", "noise"))
    plot = force_curves_figure(positive, noise).plot
    traces = [trace for trace in plot.data if trace.name == "SupCon"]
    for trace, shown in zip(traces, (positive, noise), strict=True):
        force = shown.curves[0].force
        np.testing.assert_array_equal(trace.y, np.abs(force) if axis == "shortfall" else force)
    told = sum(note.text.count(" at ") for note in plot.layout.annotations)
    assert told == len(positive.marks) + len(noise.marks) == len(sentences(positive, noise))
    rings = [trace for trace in plot.data if trace.mode == "markers"]
    signs = [mark.at for shown in (positive, noise) for mark in shown.marks if mark.kind == "sign"]
    assert sorted(trace.x[0] for trace in rings) == ([] if axis == "shortfall" else sorted(signs))
    levels = loss_levels(positive)
    shown = {trace.name: trace.y for trace in levels.plot.data}
    np.testing.assert_array_equal(shown["SupCon, chance level"], positive.curves[0].chance)
    np.testing.assert_array_equal(shown["SINCERE, floor"], positive.curves[1].floor)
    assert len(levels.table) == len(CURVE_LOSSES) * len(positive.values)


def test_the_title_says_who_pushes_a_positive_and_where():
    def titled(*losses, axis="similarity"):
        shown = [force_curves(Scene(), losses, role, axis) for role in ("positive", "noise")]
        return force_curves_figure(*shown).title

    assert titled("sincere", "nt_xent") == "No loss shown pushes the positive away here"
    assert titled("sincere", "supcon") == "The positive is pushed away by SupCon from cosine 0.602 on"
    assert titled("supcon", axis="shortfall").endswith("SupCon up to distance 0.398")
    assert titled("supcon", "soft_target_cross_entropy", "x_clr").endswith(
        "by SupCon and X-CLR from cosine 0.602 on; by Soft-target cross-entropy from cosine 0.348 on"
    )
    curves = force_curves(Scene(), ("soft_target_cross_entropy",), "positive", "batch_size")
    last = curves.values[curves.curves[0].force > 0][-1]  # sizes are whole: the last that pushes
    assert titled("soft_target_cross_entropy", axis="batch_size").endswith(f"up to batch size {last:g}")
    assert titled("soft_target_cross_entropy", axis="class_size").endswith("everywhere")


def test_losses_with_an_endpoint_do_not_flatten_the_others():
    curves = force_curves(Scene(), ("supcon", "weibit"), "noise", "similarity").curves
    assert visible_range(curves)[1] < 2 * curves[0].force.max() < curves[1].force.max()
