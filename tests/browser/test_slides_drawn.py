"""Slides as Chromium draws them at 1280 x 720: text that is read from the last row, whole, and apart."""

import pytest

from talks.freezing import frozen
from talks.model import Talk
from talks.parting import parts
from talks.shipped import TITLES, shipped
from talks.slides import figure_slide
from tests.browser.decks import Deck, opened
from tests.gallery import claims, default_force_curves, exhibits, world_presets

pytestmark = pytest.mark.browser
READ = 18.0  # pixels
MARKED = 16.0  # of letters at or in marks
# Where the least text of ticks, axis titles, legends, titles and controls is smaller, and what it is there.
SMALLER = {
    "simplex-replay": 12.0,  # titles of four triangles under slider and legend
    "force-levels": 12.0,  # levels beside two panels, as many as there are losses
    "force-curves": 14.0,  # the title of the upright axis, which names RINCE's own unit
}


def check(deck: Deck, least: float = READ) -> float:
    """The slide that is shown; its smallest text that is not a mark's."""
    drawn = deck.drawn()
    assert drawn.texts
    assert deck.outside == []
    assert drawn.on_each_other() == []
    sizes = [each.size for each in drawn.texts if each.kind != "textpoint"]
    assert min(sizes, default=READ) >= least - 0.01, [each for each in drawn.texts if each.size < least]
    assert all(each.size >= min(least, MARKED) - 0.01 for each in drawn.texts)
    return min(sizes, default=READ)


@pytest.mark.parametrize("name", TITLES)
def test_every_figure_of_every_shipped_talk_is_read_from_the_last_row(browser, tmp_path, name):
    with opened(browser, tmp_path, shipped(name)) as deck:
        deck.open()
        figures = [place for place in range(deck.count) if shipped(name).slides[place].figures]
        assert deck.count == len(shipped(name).slides)
        assert figures
        for place in figures:
            deck.show(place)
            check(deck)


@pytest.mark.parametrize("world", ["simplex", "repulsion", "noise_floor", "two_views", "claims"])
def test_every_figure_of_a_page_is_read_as_a_slide(browser, tmp_path, world):
    made = list(claims() if world == "claims" else exhibits(world, dict(world_presets())[world]))
    talk = Talk("A", tuple(figure_slide(frozen(each)) for each in made))
    owners = [each.stem for each, slide in zip(made, talk.slides, strict=True) for _ in parts(slide)]
    with opened(browser, tmp_path, talk) as deck:
        deck.open()
        assert deck.count == len(owners)
        for place, stem in enumerate(owners):
            deck.show(place)
            check(deck, next((size for name, size in SMALLER.items() if stem.startswith(name)), READ))


def test_nine_panels_have_three_slides_with_text_of_18_pixels(browser, tmp_path):
    made = {each.stem: each for each in exhibits("repulsion", "four_classes")}
    talk = Talk("A", (figure_slide(frozen(made["repulsion-curves"])),))
    with opened(browser, tmp_path, talk) as deck:
        deck.open()
        assert deck.count == 3
        for place in range(3):
            deck.show(place)
            assert check(deck) == pytest.approx(READ)
            assert {"SupCon", "SINCERE", "step"} <= {each.text for each in deck.drawn().texts}


def test_lines_of_force_curves_are_named_whole_beside_both_panels_of_each_slide(browser, tmp_path):
    kinds = [
        ("SupCon", "SINCERE", "ε-SupInfoNCE", "NT-Xent", "Weibit", "WEINCE"),
        ("NLL", "Label InfoNCE", "Soft-target cross-entropy", "Soft target InfoNCE"),
    ]
    with opened(browser, tmp_path, Talk("A", (figure_slide(frozen(default_force_curves())),))) as deck:
        deck.open()
        assert deck.count == len(kinds)
        for place, names in enumerate(kinds):
            deck.show(place)
            check(deck)
            texts = [each for each in deck.drawn().texts if each.kind == "annotation"]
            for name in (name.replace(" ", "") for name in names):
                beside = [each.left for each in texts if each.text.replace(" ", "").startswith(name)]
                assert len(beside) == 2
                assert max(beside) - min(beside) > 400
            numbers = [each.text for each in texts if " at 0." in each.text]
            assert len(numbers) == (3, 2)[place]


# Names of points that a mark of the same panel covers in part.
COVERED = """() => {
  const boxes = (what) => [...document.querySelectorAll(`section.present .plot ${what}`)].map((each) =>
    ({ ...each.getBoundingClientRect().toJSON(), name: each.textContent,
       panel: each.closest(".subplot").classList[1] }));
  const marks = boxes(".points path.point").filter(({ width }) => width > 0);
  const meet = (name, mark) => mark.panel === name.panel && mark.left < name.right - 1 && mark.right > name.left + 1
    && mark.top < name.bottom - 3 && mark.bottom > name.top + 3;
  return boxes(".textpoint text").filter((name) => marks.some((mark) => meet(name, mark))).map(({ name }) => name);
}"""


def test_points_of_an_anatomy_have_their_names_beside_their_marks(browser, tmp_path):
    made = [each for each in claims() if each.stem == "anatomy-supcon-sincere"]
    with opened(browser, tmp_path, Talk("A", tuple(figure_slide(frozen(each)) for each in made[:1]))) as deck:
        deck.open()
        deck.show(0)
        assert deck.page.locator("section.present .textpoint text").count() > 10
        assert deck.page.evaluate(COVERED) == []
