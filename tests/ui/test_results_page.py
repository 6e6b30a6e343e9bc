"""The page on results: every shipped encoder has its line, with the numbers of its file."""

import pytest

from analysis.comparison.encoders import PUBLISHED, EncoderResult
from analysis.figures.comparison.encoders import encoders_figure, row_of
from analysis.statistics.bootstrap import Estimate
from checkpoints.inspect import inspect_file
from checkpoints.zoo import of_images, other_seeds, run_of, shipped
from checkpoints.zoo.transfer import transfer
from losses.catalog import CATALOG
from tests.ui.run_page import check_opens

PAGE = "pages/2_Results.py"


def tables(page):
    return [each.value for each in page.dataframe]


def test_digits_have_the_numbers_of_their_files(open_page):
    page = open_page(PAGE, data="digits")
    check_opens(page)
    found = next(each for each in tables(page) if "open" in each.columns)
    assert len(found) == len(shipped())
    row = found[found["open"] == "Checkpoints?checkpoint=sincere"].iloc[0]
    numbers = inspect_file("checkpoints/zoo/sincere.safetensors")
    assert row["margin (nearest)"] == pytest.approx(numbers["margin"])
    assert row["1-NN"] == pytest.approx(numbers["knn_accuracy"])
    assert [row[f"AUC (nearest){end}"] for end in ("", ", low", ", high")] == pytest.approx(
        [numbers["target_noise_auc"], *numbers["target_noise_auc_interval"]]
    )
    assert 0.9 < row["AUC (means), low"] <= row["AUC (means)"] <= row["AUC (means), high"] <= 1


def test_three_seeds_of_a_loss_have_an_interval_whose_unit_is_a_training(open_page):
    page = open_page(PAGE, data="digits", seeds="true")
    seeds = next(each for each in tables(page) if "trainings" in each.columns)
    assert seeds["setting"].tolist() == [CATALOG[entry.loss].title for entry in shipped()]
    assert seeds["trainings"].tolist() == [3] * len(shipped())
    assert len(other_seeds()) == 2 * len(shipped())
    assert {"margin (nearest)", "AUC (nearest)", "margin (means)", "AUC (means)"} <= set(seeds.columns)


@pytest.mark.skipif(not of_images(), reason="no encoders of real images are shipped")
def test_encoders_of_images_stand_beside_what_is_published(open_page):
    page = open_page(PAGE)
    check_opens(page)
    assert any("SINCERE's margin to the means of classes is" in each.value for each in (*page.header, *page.subheader))
    found = next(each for each in tables(page) if "open" in each.columns)
    assert len(found) == len(of_images())
    for (_, row), entry in zip(found.iterrows(), of_images(), strict=True):
        assert row["margin (nearest)"] == run_of(entry).stated["margin"]
        assert row["AUC (nearest)"] == run_of(entry).stated["auc"]
    moved = next(each for each in tables(page) if "probe on digits" in each.columns)
    assert len(moved) == len(of_images()) + len(transfer().beside)
    first = of_images()[0]
    assert moved["probe on digits"][0].startswith(f"{transfer().encoders[first.name].value:.3f}")
    assert moved["probe on CIFAR-10"][0].startswith(f"{run_of(first).stated['probe']:.3f}")
    assert any(PUBLISHED[0].title in each.to_string() for each in tables(page))
    by_class = next(each for each in tables(page) if "SINCERE: AUC" in each.columns)
    assert len(by_class) == 10
    cat = by_class[by_class["class"] == "cat"].iloc[0]
    assert (cat["SINCERE: margin"], cat["SINCERE: AUC"], cat["SupCon: AUC"]) == (0.964, 0.97, 0.91)
    # The medians of all classes lie among those of single ones.
    for each in PUBLISHED:
        margins = by_class[f"{each.title.partition(',')[0]}: margin"]
        assert margins.min() < each.margin < margins.max()


def trained(title: str, seed: int, margin: float, area: float) -> EncoderResult:
    estimate = Estimate(margin, margin - 0.1, margin + 0.1)
    near = (0.9, 0.4, estimate, Estimate(0.9, 0.8, 1.0), 100)
    means = (0.8, 0.3, estimate, Estimate(area, area - 0.1, area + 0.1))
    loss = title.partition(",")[0].lower()
    return EncoderResult(f"{title} {seed}", title, loss, "digits", seed, *near, *means, 0.9, area)


def test_the_title_says_what_the_loss_alone_changes():
    """Of encoders trained alike; another temperature, network or seed is no partner."""
    one, two = trained("SupCon, tau 0.1", 0, 0.2, 0.95), trained("SINCERE, tau 0.1", 0, 0.4, 0.94)
    other = [trained("SupCon, tau 0.1, ResNet-18", 0, 0.3, 0.97), trained("SINCERE, tau 0.1, ResNet-18", 0, 0.9, 0.9)]
    alone = [trained("SINCERE, tau 0.05", 0, 0.8, 0.5), trained("SINCERE, tau 0.1", 1, 0.9, 0.5)]
    title = encoders_figure([one, *alone, two], to="means").title
    assert title == (
        "Trained alike, SINCERE's margin to the means of classes is 2.0 times SupCon's;"
        " the AUC of these cosines is 0.940 against 0.950"
    )
    both = encoders_figure([one, other[0], *alone, two, other[1]], to="means")
    assert both.title == (
        "In 2 pairs trained alike SINCERE's margin to the means of classes is 2.0 to 3.0 times SupCon's;"
        " the AUC of these cosines differ by 0.0700 at most"
    )
    assert "nearest train items SINCERE's AUC is above SupCon's in 0 of 2 such pairs" in both.how_to_read
    rows = both.plot.data[-1].y
    assert [name.replace("<br>", " ").replace("\xa0", " ") for name in rows[:2]] == [
        "SupCon, tau 0.1, seed 0",
        "SINCERE, tau 0.1, seed 0",
    ]
    assert encoders_figure(alone, to="means").title.startswith("Margins to the means of classes go from")


def test_a_long_name_is_whole_in_two_lines():
    name = "WEINCE, tau 0.1, released extra terms, seed 0"
    (drawn,) = encoders_figure([trained(name.rpartition(",")[0], 0, 0.2, 0.9)], to="means").plot.data[-1].y
    assert drawn.replace("<br>", " ").replace("\xa0", " ") == name
    assert [len(line) <= 26 for line in drawn.split("<br>")] == [True, True]


@pytest.mark.parametrize("to", ["means", "nearest"])
def test_each_margin_and_area_says_its_cosines_and_those_of_the_title_come_first(to):
    estimate = Estimate(0.5, 0.4, 0.6)
    numbers = (0.9, 0.4, estimate, estimate, 100, 0.8, 0.3, estimate, estimate, 0.9, 0.7)
    encoder = EncoderResult("name", "Soft target InfoNCE, tau 0.1", "sincere", "digits", 0, *numbers)
    heads = list(row_of(encoder, to))
    first, second = (f"margin ({kind})" for kind in (to, "means" if to == "nearest" else "nearest"))
    assert heads.index(first) < heads.index(second)
    assert not {"margin", "AUC"} & set(heads)
    assert len(encoders_figure([encoder], PUBLISHED, to=to).how_to_read) < 600, "a page shows no more of it"
