"""The losses page: all of them, each of them, its chance level, its code, and links that ask for nonsense."""

import json
from importlib import import_module
from pathlib import Path

import pytest

from losses.catalog import CATALOG, FAMILIES

PAGE = "pages/4_Losses.py"


def texts(page):
    return "\n".join(element.value for element in (*page.markdown, *page.caption, *page.text, *page.latex))


def chart(page):
    return json.loads(page.get("plotly_chart")[0].proto.spec)


def test_it_opens_on_all_losses(open_page):
    page = open_page(PAGE)
    assert not page.exception
    assert not page.warning
    assert page.title[0].value == "Which pairs are in this loss?"
    assert len(page.table) == len(FAMILIES)
    rows = [row for table in page.table for row in table.value.to_dict("records")]
    assert [row["Loss"] for row in rows] == [f"[{entry.title}](?loss={name})" for name, entry in CATALOG.items()]
    assert all(row["Numerator"] and row["Denominator"] and row["Time"].startswith("O(") for row in rows)
    assert not page.get("plotly_chart")


@pytest.mark.parametrize("loss", CATALOG)
def test_a_loss_is_shown_whole(open_page, loss):
    page, entry = open_page(PAGE, loss=loss, batch_size="12"), CATALOG[loss]
    assert not page.exception
    assert not page.error
    assert not page.warning
    shown = texts(page)
    for part in (
        entry.formula,
        entry.gradient,
        entry.numerator,
        entry.denominator,
        entry.source.arxiv,
        entry.cost.words,
    ):
        assert part in shown
    assert len(page.table[0].value) == len(entry.parameters) + len(entry.choices)
    assert [block.value for block in page.code] == [source(*place.split(".")) for place in entry.code]
    assert page.code[0].value.startswith(f"def {loss}(")
    assert chart(page)["data"][-1]["type"] == "bar"


def source(home, name):
    """Of a function or class at the top of `losses/HOME.py`, by its text: what ast parses in two threads may fail."""
    lines = Path(import_module(f"losses.{home}").__file__).read_text().splitlines()
    start = next(place for place, line in enumerate(lines) if line.startswith((f"def {name}(", f"class {name}")))
    end = next((place for place in range(start + 1, len(lines)) if lines[place][:1] not in ("", " ", ")")), len(lines))
    while lines[start - 1].startswith("@"):
        start -= 1
    return "\n".join(lines[start:end]).strip()


def test_the_chance_level_is_the_batchs_and_checked(open_page):
    page = open_page(PAGE, loss="SupCon", batch_size="33", classes="3")
    assert "= 3.465736 \\text{ nats}" in page.latex[-1].value
    assert "losses.supcon on all-equal embeddings: 3.465736 nats" in page.text[0].value
    assert "33 samples in 3 classes." in page.text[0].value


def test_uneven_classes_are_said_where_they_matter(open_page):
    assert "not equal" in open_page(PAGE, loss="sincere", batch_size="11", classes="3").text[0].value
    assert "not equal" not in open_page(PAGE, loss="supcon", batch_size="11", classes="3").text[0].value


def test_a_batch_that_the_loss_refuses_costs_only_its_chance_level(open_page):
    page = open_page(PAGE, loss="sincere", batch_size="8", classes="20")
    assert not page.exception
    assert page.error[0].value.startswith("labels must repeat")
    assert page.code


def test_the_seed_draws_another_batch(open_page):
    bars = [chart(open_page(PAGE, loss="nt_xent", seed=seed))["data"][-1]["y"] for seed in ("0", "7", "7")]
    assert bars[0] != bars[1] == bars[2]


@pytest.mark.parametrize(
    "query",
    [
        {"loss": "<script>"},
        {"loss": "../../etc/passwd", "v": "2"},
        {"loss": "sincere", "batch_size": "1e99", "classes": "nan", "seed": "-1"},
        {"loss": "weince", "batch_size": "2.5", "seed": "inf"},
    ],
)
def test_bad_values_fall_back_each_with_a_notice(open_page, query):
    page = open_page(PAGE, **query)
    assert not page.exception
    assert not page.error
    named = {warning.value.split(" ")[0].replace("\\", "") for warning in page.warning}
    assert named == set(query) - ({"loss"} if query["loss"] in CATALOG else set())
