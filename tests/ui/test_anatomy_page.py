"""The anatomy page: its numbers add up to the loss it shows, at any link, and nonsense is said in a sentence."""

import json
import re

import numpy as np
import pytest
import torch

import losses
from analysis.anatomy.heads import given_targets
from analysis.anatomy.of_points import point_anatomy
from analysis.anatomy.points import Settings
from analysis.forces import own_loss
from losses.catalog import CATALOG, unit_of
from ui import own_loss as own_option
from ui.losses import anatomy_panels
from ui.losses.anatomy_batches import HEADS, POINTS, read_heads, read_points, write_heads, write_points
from ui.losses.anatomy_presets import PRESETS

PAGE = "pages/3_Anatomy.py"
EMBEDDINGS = [name for name, entry in CATALOG.items() if entry.family != "class head"]
HEAD_LOSSES = [name for name, entry in CATALOG.items() if entry.family == "class head"]


def shown_losses(page):
    """The values at the end of the live formulas, in nats or what the loss counts in."""
    return [
        float(found) for latex in page.latex for found in re.findall(r"(-?[\d.]+) \\text\{ (?:nats|units)", latex.value)
    ]


def tables(page):
    """The tables on the page, but not those that are edited."""
    return [element.value for element in page.dataframe if "derivative" in " ".join(element.value.columns)]


def clean(page):
    assert not page.exception
    assert not page.error
    assert not page.warning
    return page


@pytest.mark.parametrize("loss", EMBEDDINGS)
def test_the_table_adds_up_to_the_loss_and_that_is_the_librarys(open_page, loss):
    page = clean(open_page(PAGE, loss=loss, compare="none", tau="0.25", anchor="4"))
    (table,), (value,) = tables(page), shown_losses(page)
    assert table[unit_of([loss])].sum() == pytest.approx(value, abs=1e-6)
    if not CATALOG[loss].contrast.depends_on_level:
        assert table["weight above"].sum() == pytest.approx(1)
        assert table["weight below"].sum() == pytest.approx(1)
    z = torch.from_numpy(POINTS.embeddings)
    if CATALOG[loss].family == "paired views":
        first, second = [0, 3, 6], [1, 4, 7]
        keywords = {"temperature": 0.25} if CATALOG[loss].contrast.has_temperature else {}
        truth = getattr(losses, loss)(z[first], z[second], **keywords, reduction="none")[1]
    else:
        labels = torch.from_numpy(POINTS.labels)
        truth = getattr(losses, loss)(z, labels, temperature=0.25, reduction="none")[3]
    assert value == pytest.approx(truth.item(), abs=1e-6)


@pytest.mark.parametrize(("gap", "said"), [(0.0, "the same"), (1e-9, "1e-09 apart")])
def test_how_far_the_librarys_loss_is_from_the_formulas(gap, said, monkeypatch):
    shown = []
    monkeypatch.setattr(anatomy_panels.st, "caption", shown.append)
    found = point_anatomy(POINTS, "sincere", 3, Settings())
    anatomy_panels._compare(found, found.value + gap)
    assert shown[0].endswith(f" nats: {said}.")


@pytest.mark.parametrize(("loss", "tau"), [("supcon", 0.1), ("nt_xent", 0.4)])
def test_derivatives_and_weights_follow_from_the_cosines_of_the_table(open_page, loss, tau):
    (table,) = tables(open_page(PAGE, loss=loss, compare="none", tau=str(tau)))
    inside = table["place"] != "out"
    exponents = np.exp(table["cosine"][inside] / tau)
    shares = exponents / exponents.sum()
    np.testing.assert_allclose(table["weight below"][inside], shares, atol=1e-12)
    above = table["place"].str.startswith("numerator")
    expected = (shares - above[inside] / above.sum()) / tau
    np.testing.assert_allclose(table["derivative"][inside], expected, atol=1e-10)
    assert not table["derivative"][~inside].any()


@pytest.mark.parametrize("loss", HEAD_LOSSES)
def test_a_heads_tables_add_up_and_the_logits_derivatives_are_autograds(open_page, loss):
    drawn = loss == "soft_distribution_infonce"
    asked = {"seed": "5"} if drawn else {}
    page = clean(open_page(PAGE, loss=loss, compare="none", tau_logits="0.5", anchor="2", **asked))
    (value,), (by_class, candidates) = shown_losses(page), tables(page)
    assert candidates["nats"].sum() == pytest.approx(value, abs=1e-6)
    logits = torch.tensor(HEADS.logits, dtype=torch.float64, requires_grad=True)
    given = torch.from_numpy(given_targets(HEADS, loss, 5))
    prior = (torch.from_numpy(HEADS.prior),) if "infonce" in loss else ()
    hard = drawn or not CATALOG[loss].choosing.soft
    function = losses.label_infonce if drawn else getattr(losses, loss)
    truth = function(logits, given.argmax(dim=1) if hard else given, *prior, temperature=0.5, reduction="none")[1]
    assert value == pytest.approx(truth.item(), abs=1e-6)
    np.testing.assert_allclose(by_class["derivative"], torch.autograd.grad(truth, logits)[0][1], atol=1e-10)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_a_link_to_what_its_sentence_says(open_page, name):
    preset = PRESETS[name]
    page = clean(open_page(PAGE, **preset.query))
    assert preset.look_at in page.markdown[0].value
    assert len(shown_losses(page)) == 2
    assert page.get("plotly_chart")


def test_the_presets_sentences_are_true(open_page):
    close, views, soft = (
        tables(open_page(PAGE, **PRESETS[name].query))[0] for name in ("close", "views", "equal targets")
    )
    assert close["SupCon: derivative"][1] > 0 > close["SINCERE: derivative"][1]
    assert list(views["NT-Xent: place"])[:4] == ["out", "numerator, denominator 1/1", "out", "denominator 1/1"]
    assert np.abs(soft["Soft target InfoNCE: derivative"]).max() < 1e-12 < np.abs(soft.iloc[:, 5]).max()


@pytest.mark.parametrize(
    ("name", "sentence"), [("singleton", "alone in its class"), ("one class", "no noise"), ("equal", "chance")]
)
def test_the_edges_say_why(open_page, name, sentence):
    page = open_page(PAGE, **PRESETS[name].query)
    assert any(sentence in info.value for info in page.info)
    plot = json.loads(page.get("plotly_chart")[0].proto.spec)
    assert sum(len(trace.get("customdata", [])) > 0 for trace in plot["data"]) >= 2


def test_the_slider_moves_the_anchor_in_the_table_and_the_link(open_page):
    page = open_page(PAGE, anchor="3")
    page.slider("angle-2").set_value(70.0).run()
    assert read_points(page.query_params["points"]).degrees[2] == 70
    (edited,) = (element.value for element in page.dataframe if "angle" in element.value.columns)
    assert edited["angle"][2] == 70
    assert tables(page)[0]["cosine"][0] == pytest.approx(np.cos(np.deg2rad(70)))


def test_the_anchor_stays_among_fewer_points(open_page):
    page = open_page(PAGE, anchor="8")
    page.query_params["points"] = "A:0 A:40 B:90"
    assert not page.run().exception
    assert page.number_input("anchor").value == 1


def test_batches_survive_their_links():
    assert read_points(write_points(POINTS)) == POINTS
    assert read_heads(write_heads(HEADS)) == HEADS


@pytest.mark.parametrize(
    "query",
    [
        {"points": "A:0", "loss": "x", "anchor": "0", "tau": "0"},
        {"points": "A:0 B:nan", "compare": "nll", "anchor": "nan", "tau": "-1"},
        {"points": "A:0 B:x", "anchor": "9"},
        {"points": "AA:0 B:1", "v": "9"},
        {"points": " ".join(["A:1"] * 65)},
        {"loss": "nll", "samples": "1 2|0.5 0.6/1 2|1 0"},
        {"loss": "nll", "samples": "1 2|0.5 0.5/1|1 0"},
        {"loss": "nll", "samples": "<script>", "tau_logits": "inf"},
        {"loss": "nll", "samples": "1 nan|0.5 0.5/1 2|1 0"},
    ],
)
def test_bad_values_fall_back_each_with_a_notice(open_page, query):
    page = open_page(PAGE, **query)
    assert not page.exception
    assert not page.error
    known = {name for name in query if name != "seed" and not (name == "loss" and query[name] in CATALOG)}
    assert len(page.warning) == len(known)
    assert tables(page)


def test_a_batch_that_a_loss_refuses_is_shown_and_its_sentence_said(open_page):
    page = open_page(PAGE, loss="supcon", compare="none", points="A:0 B:50 C:90")
    assert not page.exception
    assert page.error[0].value.startswith("labels must repeat")
    assert "alone in its class" in page.info[0].value
    assert set(tables(page)[0]["place"]) == {"out"}
    assert page.get("plotly_chart")


@pytest.fixture
def command_line(monkeypatch, tmp_path):
    """`command_line("--loss", ...)`: as if the app had been started with these arguments."""
    monkeypatch.setattr(own_loss, "_ADDED", {})
    (tmp_path / "mine.py").write_text(
        "def pull(embeddings, labels, *, temperature):\n"
        "    same = (labels[:, None] == labels).double()\n"
        "    return -(embeddings @ embeddings.T * same).sum(dim=1) / temperature\n"
    )

    def started(*arguments):
        monkeypatch.setattr("sys.argv", ["app.py", *(part.format(folder=tmp_path) for part in arguments)])
        own_option.refusals.cache_clear()

    yield started
    own_option.refusals.cache_clear()


@pytest.mark.parametrize("arguments", [("--loss", "{folder}/mine.py:pull"), ("--loss={folder}/mine.py:pull",)])
def test_an_own_loss_stands_beside_the_others(open_page, command_line, arguments):
    command_line(*arguments)
    page = clean(open_page(PAGE, loss="supcon", compare="pull", tau="0.5"))
    table = tables(page)[0]
    assert list(table["pull (own): derivative"]) == [0, -2, -2, 0, 0, 0, 0, 0]
    forces = clean(open_page("pages/3_Forces.py", loss=["supcon", "pull"]))
    plot = json.loads(forces.get("plotly_chart")[0].proto.spec)
    assert [trace["name"] for trace in plot["data"] if trace["type"] == "heatmap"] == ["SupCon", "pull (own)"]


@pytest.mark.parametrize("arguments", [("--loss",), ("--loss", "nowhere.py:f"), ("--loss", "{folder}/mine.py:absent")])
def test_an_own_loss_that_does_not_fit_is_said_on_every_page_and_the_app_runs(open_page, command_line, arguments):
    command_line(*arguments)
    for script in (PAGE, "app.py"):
        page = open_page(script)
        assert not page.exception
        assert [error.value.startswith("\\-\\-loss") for error in page.error] == [True]
    assert not own_loss.own_losses()
