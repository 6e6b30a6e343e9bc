"""Every sentence that a LabError can make: provoked by what a user has, collected, and held to what can be checked.

`python -m pytest tests/test_sentences.py -s -k whole` prints them all, to be read as who gets them would.
"""

import contextlib
import importlib
import io
import pkgutil
import re
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

from losses.errors import LabError
from tests import sentences
from tests.sentences.places import KINDS, Place, places, watched

TABLES = tuple(
    importlib.import_module(f"{sentences.__name__}.{each.name}")
    for each in pkgutil.iter_modules(sentences.__path__)
    if each.name.startswith("of_")
)
# Wording of torch, numpy and Python that says nothing to who gets it, and advice that is not ours to give.
RAW = re.compile(r"weights_only|Traceback|\[Errno|NoneType|torch\.Size|object at 0x|<class|<function|array\(|np\.\w+\(")
TWICE = re.compile(r"(?<!\.)\.\.(?![./])|(?<!\.),,|;;|(?<!\(),\.(?!\.)|\?\.| ,| \.(?![.\w])|  ")
ALONE = re.compile(r"(?<!of )(?<!most )\b1 (rows|bytes|items|images|files|tensors|others|epochs|ids|arrays)\b")
NONE = re.compile(r"\bNone\b")

# Where somebody writes None, it stands in the sentence by its name.
MEANT = re.compile(
    r"^(temperature|embeddings|labels|chunk_size|ignore_index)\b|returns None|None takes all at once|None of these"
)


def provoke(said: Callable[[Path], object], folder: Path) -> list[tuple[Place, str, str]]:
    """(place, name, sentence) of what is said; nothing else may be raised."""
    out, err = contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO())
    with watched() as seen, out, err, contextlib.suppress(LabError, SystemExit):
        said(folder)
    return seen


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Place, str, str]]:
    found = []
    for table in TABLES:
        for number, each in enumerate(table.SAID):
            found += provoke(each, tmp_path_factory.mktemp(f"said{number}"))
    return found


def test_every_place_is_provoked(said):
    """A place that nobody can reach is not needed; one that is new gets its line in a table."""
    reached = {place for place, _, _ in said}
    assert sorted(text for place, text in places().items() if place not in reached) == []


def test_a_sentence_is_made_where_it_can_be_found(said):
    """Else the places do not say what there is."""
    assert {place for place, _, _ in said} <= places().keys()


def test_all_kinds_of_the_error_are_looked_for():
    def below(kind: type) -> set[str]:
        return {kind.__name__}.union(*map(below, kind.__subclasses__()))

    assert below(LabError) <= set(KINDS)


def test_every_sentence_is_whole(said):
    sentences = sorted({sentence for _, _, sentence in said})
    print(*sentences, sep="\n")
    assert len(sentences) > 400
    wrong = {
        "more than a line": [each for each in sentences if len(each.splitlines()) != 1],
        "no full stop": [each for each in sentences if not each.endswith(".")],
        "punctuation": [each for each in sentences if TWICE.search(each)],
        "raw wording": [each for each in sentences if RAW.search(each)],
        "one of many": [each for each in sentences if ALONE.search(each)],
        "None": [each for each in sentences if NONE.search(each) and not MEANT.search(each)],
        "too long": [each for each in sentences if len(each) > 700],
    }
    assert {why: each for why, each in wrong.items() if each} == {}


def test_every_sentence_begins_with_its_thing(said):
    assert [each for _, name, each in said if not name.strip() or not each.startswith(f"{name} ")] == []


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.__name__.rsplit(".", 1)[-1])
def test_every_line_of_a_table_provokes_something(table: ModuleType):
    assert len(table.SAID) == len(set(table.SAID)) > 10
