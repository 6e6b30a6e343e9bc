"""The forces page: its default, its sources, its code, and links that ask for nonsense."""

import json

import numpy as np
import pytest

from analysis.forces.batches import BatchSpec, random_batch
from analysis.forces.groups import balance
from analysis.forces.matrix import force_matrix
from checkpoints.zoo import of_images
from tests.ui.run_page import check_opens

PAGE = "pages/3_Forces.py"


def titles(page):
    return [heading.value.replace("\\", "") for heading in page.header]


def test_it_opens_on_supcon_beside_sincere(open_page):
    page = open_page(PAGE)
    check_opens(page)
    plot = json.loads(page.get("plotly_chart")[0].proto.spec)
    assert [trace["name"] for trace in plot["data"]] == ["SupCon", "SINCERE"]
    batch = random_batch(BatchSpec())
    share = balance(force_matrix(batch.embeddings, batch.labels, "supcon", 0.1)).repelling_share
    assert titles(page)[0] == f"Same-class pairs that repel: SupCon {share:.0%}, SINCERE none"
    assert [formula.value.count("frac") for formula in page.latex] == [3, 3]


def test_the_link_sets_every_control(open_page):
    query = {"tau": "0.5", "classes": "3", "per_class": "4", "dimension": "9", "spread": "0.6", "seed": "7"}
    page = open_page(PAGE, **query, loss=["SINCERE", "ε-SupInfoNCE"])
    assert not page.exception
    assert not page.warning
    assert page.text[0].value.startswith("12 random unit vectors in 9 dimensions")
    assert titles(page)[0] == "Same-class pairs that repel: SINCERE none, ε-SupInfoNCE none"
    assert "BatchSpec(classes=3, per_class=4, dimension=9, spread=0.6, seed=7, singletons=0)" in page.code[0].value


def test_a_checkpoint_gives_the_batch(open_page):
    page = open_page(PAGE, batch="supcon", classes="10", per_class="5", seed="3")
    assert not page.exception
    assert not page.error
    assert page.text[0].value.startswith("50 test items of digits, 5 of each class")


@pytest.mark.skipif(not of_images(), reason="no encoders of real images are shipped")
@pytest.mark.parametrize("loss", ["sincere", "nt_xent", "nll"])
def test_an_encoder_of_real_images_gives_the_batch_and_its_code(open_page, loss):
    entry = next(each for each in of_images() if each.loss == loss)
    heads = {"of": "logits", "head_batch": entry.name}
    page = open_page(PAGE, **(heads if loss == "nll" else {"batch": entry.name}))
    assert not page.exception
    assert not page.error
    assert "64 test items of CIFAR-10" in page.text[0].value
    assert f"open_outputs('checkpoints/zoo/{entry.name}.npz')" in page.code[0].value


@pytest.mark.parametrize("query", [{}, {"batch": "supcon", "classes": "4", "seed": "3"}])
def test_the_code_shown_makes_the_figure(open_page, query):
    page = open_page(PAGE, **query)
    code = page.code[0].value.replace(".plot.show()", "")
    made = {}
    exec(code.replace("force_matrices(matrices", "exhibit = force_matrices(matrices"), made)
    shown = json.loads(page.get("plotly_chart")[0].proto.spec)
    np.testing.assert_allclose(made["exhibit"].plot.layout.coloraxis.cmax, shown["layout"]["coloraxis"]["cmax"])
    assert made["exhibit"].title == titles(page)[0]


@pytest.mark.parametrize(
    "query",
    [
        {"seed": "nan", "tau": "-1", "loss": "nlll", "classes": "1000000000", "spread": "nan", "v": "2"},
        {"seed": "-1", "tau": "inf", "loss": "<b>", "per_class": "1e9", "dimension": "1", "batch": "../../etc/passwd"},
        {"seed": "2.5", "tau": "0", "classes": "0", "per_class": "inf", "dimension": "99999", "spread": "-1"},
    ],
)
def test_bad_values_fall_back_each_with_a_notice(open_page, query):
    page = open_page(PAGE, **query)
    assert not page.exception
    assert not page.error
    named = {warning.value.split(" ")[0].replace("\\", "") for warning in page.warning}
    assert named == set(query)
    assert len(page.warning) == len(query)
    assert "BatchSpec(classes=8, per_class=8, dimension=16, spread=0.3, seed=0, singletons=0)" in page.code[0].value


def test_no_loss_at_all_is_said_in_one_sentence(open_page):
    page = open_page(PAGE, loss="")
    assert not page.exception
    assert len(page.error) == 1
    assert page.error[0].value.startswith("loss must name at least one loss")


def test_more_than_the_checkpoint_has_is_said_in_one_sentence(open_page):
    page = open_page(PAGE, batch="supcon", classes="12")
    assert not page.exception
    assert page.error[0].value.startswith("classes must be at most 10")


def test_logits_of_a_class_head(open_page):
    page = open_page(PAGE, of="logits", head_loss=["nll", "soft_distribution_infonce"], seed="4")
    assert not page.exception
    assert not page.error
    assert page.text[0].value.startswith("Random logits of 64 samples for 8 classes")
    assert "one draw of labels from the targets, seed 4" in page.info[0].value
    plot = json.loads(page.get("plotly_chart")[0].proto.spec)
    assert [trace["name"] for trace in plot["data"]] == ["NLL", "Soft distribution InfoNCE"]


@pytest.mark.parametrize("query", [{"of": "logits"}, {"of": "logits", "head_batch": "nll", "classes": "4"}])
def test_the_code_of_a_class_head_makes_the_figure(open_page, query):
    page = open_page(PAGE, **query)
    assert not page.error
    made = {}
    code = page.code[0].value.replace(".plot.show()", "")
    exec(code.replace("class_force_matrices(matrices", "exhibit = class_force_matrices(matrices"), made)
    assert made["exhibit"].title == titles(page)[0]


def test_a_moment_of_a_toy_world(open_page):
    page = open_page(PAGE, batch="toy", toy_loss="sincere", classes="3", per_class="5", step="7")
    assert not page.exception
    assert not page.error
    assert page.text[0].value.startswith("15 unit vectors in 3 dimensions, moved for ")
    made = {}
    code = page.code[0].value.replace(".plot.show()", "")
    exec(code.replace("force_matrices(matrices", "exhibit = force_matrices(matrices"), made)
    assert made["exhibit"].title == titles(page)[0]


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"classes": "1"}, "A single class has no noise. SINCERE and ε-SupInfoNCE contrast"),
        ({"singletons": "3"}, "3 of the classes have one sample. It has no positive"),
        ({"per_class": "5", "loss": "nt_xent"}, "8 samples have no second view"),
    ],
)
def test_what_the_definition_says_of_an_odd_batch(open_page, query, sentence):
    page = open_page(PAGE, **query)
    assert not page.exception
    assert not page.error
    assert page.info[0].value.startswith(sentence)
    assert page.get("plotly_chart")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ({"per_class": "1"}, "labels must repeat"),
        ({"classes": "16", "per_class": "64"}, "classes times per class must be at most 512"),
        ({"batch": "toy", "per_class": "64"}, "classes x per"),
        ({"classes": "2", "per_class": "2", "loss": "weince"}, "pairs must number at least 3"),
        ({"loss": ["supcon", "sincere", "nt_xent", "weibit", "weince"]}, "loss must name at most 4"),
    ],
)
def test_what_cannot_be_drawn_is_said_in_one_sentence(open_page, query, sentence):
    page = open_page(PAGE, **query)
    assert not page.exception
    assert [error.value.replace("\\", "").startswith(sentence) for error in page.error] == [True]


def test_groups_follow_the_quantile(open_page):
    page = open_page(PAGE, hard="0.5")
    assert any("from the 50% quantile" in caption.value.replace("\\", "") for caption in page.caption)
