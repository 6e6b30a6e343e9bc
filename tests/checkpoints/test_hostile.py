"""The corpus: every file that harms, breaks or misleads is opened as data or refused in one sentence, in bounds."""

import json
import pickle
from pathlib import Path

import pytest

from tests.checkpoints import hostile, hostile_code

NAMES = [case.name for case in hostile.corpus(Path("marker"))]
MOST_SECONDS = 10.0
MOST_KILOBYTES, MOST_TIMES_SIZE = 128 << 10, 40


@pytest.fixture(scope="module")
def cases(tmp_path_factory):
    marker = tmp_path_factory.mktemp("marker") / "marker"
    return marker, {case.name: case for case in hostile.corpus(marker)}


@pytest.mark.parametrize("name", NAMES)
def test_a_hostile_file_is_data_or_one_sentence(name, cases, confined_reader, tmp_path):
    marker, by_name = cases
    case = by_name[name]
    path = case.write(tmp_path)
    found = confined_reader(path, case.reader)
    assert not marker.exists()
    assert not found.trouble, found.trouble
    if case.sentence is not None:
        assert (found.code, case.sentence in found.err) == (2, True), found.err
        assert len(found.err.strip().splitlines()) == 1
        assert "weights_only" not in found.err
    else:
        assert found.code == 0, found.err
        assert case.shows in found.out
        json.loads(found.out or "{}", parse_constant=pytest.fail)
    size = path.stat().st_size if path.is_file() and name != "device.pth" else 0
    assert found.seconds < MOST_SECONDS
    assert found.kilobytes < MOST_KILOBYTES + MOST_TIMES_SIZE * size / 1024


def test_the_corpus_is_large_and_no_name_stands_twice():
    assert len(NAMES) == len(set(NAMES)) >= 120


def test_the_corpus_would_notice_a_call(tmp_path):
    marker = tmp_path / "marker"
    pickle.loads(pickle.dumps(hostile_code.Runs(exec, f"open({str(marker)!r}, 'w').close()")))
    assert marker.exists()


def test_a_child_that_dies_is_told_apart(tmp_path, confined_reader):
    gone = confined_reader(tmp_path, "ends_itself")
    assert (gone.code, gone.trouble) == (None, "killed by SIGSEGV")
    assert confined_reader(tmp_path / "a\0b").code == 2
