"""Every preset of every world is a link that makes its page show that very spec."""

import pytest

from toy_models.worlds import WORLDS
from ui.frame import PAGES
from ui.losses.force_presets import PRESETS as FORCES
from ui.worlds.endpoint_presets import LENSES, TAILS
from ui.worlds.presets import query

PAGE_OF = {
    "simplex": "simplex_labels",
    "repulsion": "repulsion",
    "noise_floor": "noise_floor",
    "two_views": "two_views",
}
LINK_PRESETS = {
    "pages/1_Endpoint_tails.py": TAILS,
    "pages/1_Coordinate_lens.py": LENSES,
    "pages/3_Forces.py": FORCES,
}
PRESETS = [(world.name, preset) for world in WORLDS.values() for preset in world.presets]


@pytest.mark.parametrize(("world", "preset"), PRESETS)
def test_a_preset_is_a_link(open_page, world, preset):
    chosen = WORLDS[world].presets[preset]
    page = open_page(PAGES[PAGE_OF[world]].script, **query(chosen.spec))
    assert not page.exception
    assert not page.warning
    assert any(f"**{chosen.title}.** {chosen.look_at}" in each.value for each in page.markdown)


LINKED = [(script, name) for script, presets in LINK_PRESETS.items() for name in presets]


@pytest.mark.parametrize(("script", "name"), LINKED)
def test_a_link_of_a_page_without_a_run_is_a_preset_too(open_page, script, name):
    chosen = LINK_PRESETS[script][name]
    page = open_page(script, **{key: list(said) for key, said in chosen.query.items()})
    assert not page.exception
    assert not page.error
    assert not page.warning
    said = [each.value for each in page.markdown if ":material/bookmarks:" in each.value]
    assert said == [f":material/bookmarks: **{chosen.title}.** {chosen.look_at}"]
