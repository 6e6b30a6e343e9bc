"""Words of the field are explained on the pages that use them."""

import re

import pytest

from tests.ui.conftest import ROOT
from ui.frame import PAGES
from ui.words import WORDS

USES = {
    script: re.findall(r'"([^"]+)"', called.group(1))
    for script in (page.script for page in PAGES.values())
    if (called := re.search(r"^    words\((.*)\)$", (ROOT / script).read_text(), re.MULTILINE))
}


def test_every_word_that_a_page_explains_has_its_sentence():
    assert len(USES) >= 6
    assert {name for names in USES.values() for name in names} <= set(WORDS)
    assert all(sentence.rstrip().endswith(".") for sentence in WORDS.values())


@pytest.mark.parametrize("script", USES)
def test_they_stand_on_the_page_before_any_run(open_page, script):
    page = open_page(script)
    assert not page.exception
    shown = "\n".join(each.value for each in page.markdown)
    assert all(f"**{name}**: {WORDS[name]}" in shown for name in USES[script])


def test_the_correction_by_the_class_prior_is_explained_by_what_it_assumes():
    assert "continuous categorical" in WORDS["class prior"]
