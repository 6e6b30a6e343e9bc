"""Each figure of each preset of the worlds, and of the pages on claims, says its answer to who cannot see it."""

from tests.analysis.exhibits import check_answers
from tests.gallery import claims, exhibits, world_presets


def test_alternative_texts_give_the_numbers_of_the_titles():
    for world, preset in world_presets():
        for exhibit in exhibits(world, preset):
            check_answers(exhibit)
    for exhibit in claims():
        check_answers(exhibit)
