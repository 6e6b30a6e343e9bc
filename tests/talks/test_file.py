"""A talk's file: the same bytes for the same talk, and back; what is wrong with one is a sentence."""

import json
from dataclasses import replace

import pytest

from losses.errors import LabError
from talks import keeping, reading, writing
from talks.deck import build
from talks.model import Slide, Talk
from tests.checkpoints.hostile import zipped
from tests.talks.made import figure, talk


def test_save_open_and_build_again_give_the_same_bytes(tmp_path):
    first = talk()
    path = tmp_path / "a.talk"
    writing.write(path, first)
    again = reading.read(path)
    assert again == first
    assert writing.encode(again) == path.read_bytes()
    assert build(again) == build(first)


def test_a_picture_that_two_slides_show_lies_in_the_file_once():
    names = [name for name in reading._members(writing.encode(talk()), "a") if name.startswith("figures/")]
    assert len(names) == 2


def test_editing_moves_doubles_and_deletes():
    kinds = [Slide("text", str(number)) for number in range(3)]
    made = Talk("a", tuple(kinds))
    assert [each.title for each in made.moved(0, 1).slides] == ["1", "0", "2"]
    assert [each.title for each in made.moved(0, -1).slides] == ["0", "1", "2"]
    assert [each.title for each in made.moved(2, 5).slides] == ["0", "1", "2"]
    assert [each.title for each in made.with_slide(kinds[2], 0).slides] == ["0", "2", "1", "2"]
    assert [each.title for each in made.without(1).slides] == ["0", "2"]


def test_a_file_of_a_newer_lab_is_named():
    contents = json.loads(reading._members(writing.encode(Talk()), "a")["talk.json"]) | {"version": 2}
    with pytest.raises(LabError, match=r"must be of version 1, but is 2\. It is from a newer NCE Lab\."):
        reading.decode(zipped({"talk.json": json.dumps(contents).encode()}), "a.talk")


def test_an_edited_talk_is_found_again_and_two_tabs_do_not_overwrite_each_other(tmp_path):
    name, first = keeping.keep(tmp_path, keeping.new_name(), talk(), "")
    assert keeping.find(tmp_path, name) == (talk(), first)
    _, second = keeping.keep(tmp_path, name, Talk("another tab"), first)
    other, _ = keeping.keep(tmp_path, name, replace(talk(), title="this tab"), first)
    assert other != name
    assert keeping.find(tmp_path, name) == (Talk("another tab"), second)
    assert {each.title for each in keeping.listed(tmp_path)} == {"another tab", "this tab"}


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 32, "0" * 31])
def test_no_other_file_is_named_by_a_tab(tmp_path, name):
    assert keeping.find(tmp_path, name) is None


def test_the_oldest_go(tmp_path, monkeypatch):
    monkeypatch.setattr(keeping, "MOST", 2)
    for title in "abc":
        keeping.keep(tmp_path, keeping.new_name(), Talk(title), "")
    assert len(keeping.listed(tmp_path)) == 2


def test_what_is_frozen_has_everything_beside_the_picture():
    made = figure(1)
    assert (made.title, made.how_to_read, made.alt) == (
        "Which <b>is</b> higher?",
        "Up is & remains more.",
        "A line that rises.",
    )
    assert (made.columns, made.rows[1], made.total) == (("x", "y"), (1, 1 / 3), 3)
    assert (made.link, made.command, made.code, made.date) == (
        "/Force_curves?tau=0.1&v=1",
        "python -m x",
        "1 + 1",
        "2026-01-02",
    )
    assert dict(made.versions).keys() == {"NCE Lab", "Python", "torch", "numpy", "scipy", "plotly"}
    assert "template" not in json.loads(made.plot)["layout"]
