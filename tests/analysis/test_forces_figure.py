"""The data behind the force figure, its scale, its table, its formula."""

import numpy as np
import pytest

from analysis.digits import latex
from analysis.figures.forces.matrices import balance_table, force_matrices, live_formula
from analysis.figures.forces.scale import colour_limit
from analysis.forces.batches import BatchSpec, ForceBatch, random_batch
from analysis.forces.groups import balance
from analysis.forces.matrix import LABELLED, ForceMatrix, force_matrix
from analysis.forces.pair_terms import most_repelled, pair_terms


@pytest.fixture
def batch():
    return random_batch(BatchSpec(classes=3, per_class=4, dimension=6, seed=1))


@pytest.fixture
def matrices(batch):
    return [force_matrix(batch.embeddings, batch.labels, loss, 0.1) for loss in LABELLED]


def test_one_heatmap_a_loss_with_its_forces_and_no_diagonal(batch, matrices):
    plot = force_matrices(matrices, batch).plot
    assert [trace.name for trace in plot.data] == ["SupCon", "SINCERE", "ε-SupInfoNCE", "X-CLR"]
    off = ~np.eye(12, dtype=bool)
    for trace, matrix in zip(plot.data, matrices, strict=True):
        assert trace.type == "heatmap"
        assert trace.coloraxis == "coloraxis"
        np.testing.assert_array_equal(np.asarray(trace.z)[off], matrix.forces.astype(np.float32)[off])
        assert np.isnan(np.diagonal(trace.z)).all()


def test_the_colour_scale_is_shared_symmetric_and_neutral_at_zero(batch, matrices):
    axis = force_matrices(matrices, batch).plot.layout.coloraxis
    assert axis.cmin == -axis.cmax == -colour_limit([matrix.forces[matrix.same_class] for matrix in matrices])
    assert axis.colorscale[1][0] == 0.5
    assert "128,128,128" in axis.colorscale[1][1]
    same = np.concatenate([np.abs(matrix.forces[matrix.same_class]) for matrix in matrices])
    assert (same <= axis.cmax).mean() == pytest.approx(0.95, abs=0.02)


def test_a_matrix_without_forces_still_has_a_scale():
    still = ForceMatrix("sincere", 0.1, np.zeros((4, 4)), np.eye(4), np.zeros(4, dtype=int))
    assert colour_limit([still.forces[still.same_class]]) == 1.0


def test_the_axes_start_at_the_top_left_and_name_classes_at_their_blocks(batch, matrices):
    layout = force_matrices(matrices[:2], batch).plot.layout
    assert layout.yaxis.range == (11.5, -0.5)
    assert layout.xaxis.range == (-0.5, 11.5)
    assert list(layout.xaxis2.tickvals) == [1.5, 5.5, 9.5]
    assert list(layout.yaxis.ticktext) == ["0", "1", "2"]
    corners = [(shape.x0, shape.x1) for shape in layout.shapes if shape.xref == "x"]
    assert corners == [(-0.5, 3.5), (3.5, 7.5), (7.5, 11.5)]


def test_title_and_alt_say_what_repels(batch, matrices):
    exhibit = force_matrices(matrices[:2], batch)
    share = balance(matrices[0]).repelling_share
    assert share > 0.1
    assert exhibit.title == f"Same-class pairs that repel: SupCon {share:.0%}, SINCERE none"
    assert exhibit.title.split(": ")[1] in exhibit.alt
    texts = [note.text for note in exhibit.plot.layout.annotations]
    assert f"push/pull {balance(matrices[0]).push_to_pull:.2f}" in texts[0]
    assert "none repels" in texts[1]


def test_what_the_scale_cuts_is_counted(batch, matrices):
    limit = colour_limit([matrix.forces[matrix.same_class] for matrix in matrices])
    cut = sum(int((np.abs(matrix.forces) > limit).sum()) for matrix in matrices)
    assert f"; {cut} stronger cells of all matrices" in force_matrices(matrices, batch).how_to_read


def test_the_table_has_every_pair_once(batch, matrices):
    table = force_matrices(matrices, batch).table
    assert len(table) == 12 * 11
    row = table[(table["anchor"] == 5) & (table["other"] == 2)].iloc[0]
    assert (row["anchor's class"], row["other's class"]) == ("1", "0")
    assert row["cosine"] == matrices[0].cosines[5, 2]
    assert row["SINCERE"] == matrices[1].forces[5, 2]


def test_text_from_a_file_is_shown_literally(matrices):
    hostile = ForceBatch(np.zeros((12, 6)), matrices[0].labels, ("<img src=x>", "b", "c"))
    assert "<" not in force_matrices(matrices, hostile).plot.layout.xaxis.ticktext[0]


def test_the_sums_table(matrices):
    table = balance_table(matrices)
    assert table["loss"].tolist() == ["SupCon", "SINCERE", "ε-SupInfoNCE", "X-CLR"]
    assert table["share"].tolist() == [balance(matrix).repelling_share for matrix in matrices]
    assert (table["pull"] - table["push within classes"] - table["push of noise"]).abs().max() < 1e-12


def test_the_formula_carries_the_live_values(matrices):
    anchor, other = most_repelled(matrices[0])
    terms = [pair_terms(matrix, anchor, other) for matrix in matrices]
    formulas = [live_formula(found) for found in terms]
    assert rf"\frac{{{terms[0].share:.3f} - 1/3}}{{0.1}} = {terms[0].force:+.3f}" in formulas[0]
    assert formulas[0].endswith(r"\text{pushes apart}")
    assert (
        rf"-\frac{{{latex(terms[1].noise_share)}}}{{3 \cdot 0.1}} = {latex(terms[1].force, signed=True)}" in formulas[1]
    )
    assert formulas[1].endswith(r"\text{pulls together}")
