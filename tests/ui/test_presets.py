"""Every preset of every world is a link that makes its page show that very spec."""

import pytest

from toy_models.worlds import WORLDS
from ui.frame import PAGES
from ui.worlds.presets import query

PAGE_OF = {
    "simplex": "simplex_labels",
    "repulsion": "repulsion",
    "noise_floor": "noise_floor",
    "two_views": "two_views",
}
PRESETS = [(world.name, preset) for world in WORLDS.values() for preset in world.presets]


@pytest.mark.parametrize(("world", "preset"), PRESETS)
def test_a_preset_is_a_link(open_page, world, preset):
    chosen = WORLDS[world].presets[preset]
    page = open_page(PAGES[PAGE_OF[world]].script, **query(chosen.spec))
    assert not page.exception
    assert not page.warning
    assert any(f"**{chosen.title}.** {chosen.look_at}" in each.value for each in page.markdown)
