"""`python -m talks build`: what it writes, and its sentences."""

import pytest

from talks import pdf, writing
from talks.__main__ import main
from talks.deck import build
from tests.talks.made import talk


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "a.talk"
    writing.write(path, talk())
    return path


def test_it_writes_the_deck_and_the_handout(file, tmp_path, capsys):
    out, notes = tmp_path / "a.html", tmp_path / "a.md"
    assert main(["build", str(file), "--out", str(out), "--handout", str(notes), "--notes"]) == 0
    assert out.read_text() == build(talk())
    assert "> say *this*" in notes.read_text()
    assert [line.split("  ")[0] for line in capsys.readouterr().out.splitlines()] == [str(out), str(notes)]


@pytest.mark.parametrize("given", ["http://localhost:9000/lab", "localhost:9000/lab/"])
def test_links_lead_to_the_lab_that_is_asked_for(file, tmp_path, given):
    out, notes = tmp_path / "a.html", tmp_path / "a.md"
    assert main(["build", str(file), "--out", str(out), "--handout", str(notes), "--address", given]) == 0
    assert out.read_text() == build(talk(), address="http://localhost:9000/lab")
    assert "runs at localhost:9000/lab: <http://localhost:9000/lab/Force_curves?" in notes.read_text()


def test_without_a_chromium_it_says_what_to_do_and_writes_nothing(file, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("CHROMIUM", str(tmp_path / "none"))
    out = tmp_path / "a.html"
    assert main(["build", str(file), "--out", str(out), "--pdf", str(tmp_path / "a.pdf")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("--pdf must have a Chromium")
    assert "?view=print" in said
    assert not out.exists()


def test_a_file_that_is_no_talk_is_one_sentence(tmp_path, capsys):
    (tmp_path / "a.talk").write_text("<html>")
    assert main(["build", str(tmp_path / "a.talk"), "--out", str(tmp_path / "a.html")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_a_browser_that_writes_nothing_is_said(tmp_path):
    with pytest.raises(Exception, match="the browser wrote no file"):
        pdf.print_deck("<html>", browser="/bin/true")
