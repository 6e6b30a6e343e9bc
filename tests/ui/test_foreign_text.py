"""The door for text that is not ours: literal, inert, and every number still a number."""

import io
import re
from html import unescape

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import pytest

from analysis.figures.exhibit import Exhibit
from analysis.figures.labels import label, labels
from checkpoints.listing import is_text
from tests.foreign_names import NAMES
from ui import root
from ui.export import csv
from ui.foreign_text import line, plain, table


def unescaped(markdown: str) -> str:
    """What a reader sees of Markdown in which every mark is escaped."""
    return re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", markdown).replace("\u2060", "")


@pytest.mark.parametrize("name", NAMES)
def test_a_name_reads_as_it_is(name):
    assert unescaped(plain(name)) == line(name).strip()
    assert unescape(label(name)) == line(name)[:39] + "…" if len(line(name)) > 40 else line(name)


@pytest.mark.parametrize("letter", ["\u202e", "\u200b", "\x00", "\n", "\x1b", "\ud800", "\u2028"])
def test_nothing_that_turns_breaks_or_cannot_be_encoded_passes(letter):
    for shown in (line(f"a{letter}b"), plain(f"a{letter}b"), label(f"a{letter}b")):
        assert shown.encode()
        assert letter not in shown


def test_a_label_is_no_template_and_no_tag():
    assert label('<a href="x">%{y}&lt;') == '&lt;a href="x"&gt;%&#123;y}&amp;lt;'


def test_two_names_that_read_the_same_are_told_apart():
    assert len(set(labels(["x" * 50 + "1", "x" * 50 + "2", "y"]))) == 3


RAN = ["=1+1", "+1+1", "-1+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1", " =1+1", "\n@x", "\uff1d1", "=HYPERLINK(1)"]
"""What a spreadsheet would run."""


@pytest.mark.parametrize("cell", RAN)
def test_no_text_of_a_csv_is_a_formula(cell):
    frame = pd.DataFrame({cell: [cell, "cat"], "n": [1.5, -2.5]})
    exhibit = Exhibit(stem="a", title="a", plot=go.Figure(), how_to_read="a", alt="a", table=frame)
    read = pd.read_csv(io.StringIO(csv(exhibit)), dtype={"n": float})
    assert read.iloc[:, 0].tolist() == ["'" + line(cell), "cat"]
    assert read.columns.tolist() == ["'" + line(cell), "n"]
    assert read["n"].tolist() == [1.5, -2.5]
    assert table(frame).iloc[0, 0] == "\u2060" + line(cell)


def test_numbers_stay_numbers_to_the_last_digit():
    numbers = np.random.default_rng(0).standard_normal(50)
    frame = pd.DataFrame(
        {"f": numbers, "i": np.arange(50) - 25, "b": numbers > 0, "text": [f"{x:+.3f}" for x in numbers]}
    )
    exhibit = Exhibit(stem="a", title="a", plot=go.Figure(), how_to_read="a", alt="a", table=frame)
    assert csv(exhibit) == frame.to_csv(index=False)
    pd.testing.assert_frame_equal(table(frame), frame)


def test_what_is_missing_stays_missing():
    frame = pd.DataFrame({"reason": ["none", None, np.nan], "x": [1.0, np.nan, 2.0]})
    assert table(frame).isna().equals(frame.isna())


def test_paths_in_a_sentence_are_relative_to_the_root(monkeypatch, tmp_path):
    monkeypatch.setattr(root, "root", lambda: tmp_path)
    assert root.relative(f"'{tmp_path}/runs/a.npz' must be readable by you.") == "'runs/a.npz' must be readable by you."
    quoted = tmp_path / "it's"
    monkeypatch.setattr(root, "root", lambda: quoted)
    assert root.relative(f"{str(quoted / 'a.npz')!r} is none") == '"a.npz" is none'
    monkeypatch.setattr(root, "root", lambda: None)
    assert root.relative("/x/y") == "/x/y"
    monkeypatch.setattr(root, "root", lambda: tmp_path.__class__("/"))
    assert root.relative("/x/y") == "/x/y"


def test_what_is_utf8_is_told_from_what_is_not():
    assert is_text("café 🙂")
    assert not is_text(b"caf\xe9".decode(errors="surrogateescape"))
