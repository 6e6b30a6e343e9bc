"""What talks, their files and their commands say."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from talks import bounds, freezing, pdf, reading, writing
from talks.__main__ import main
from talks.figure_rules import read_figure
from talks.model import Slide, Talk
from talks.shipped import shipped
from talks.shipped.__main__ import main as make_shipped
from tests.checkpoints.hostile import zipped
from tests.talks.made import exhibit, figure, talk

Said = Callable[[Path], object]
WHOLE = writing.encode(talk())


def _contents() -> dict[str, Any]:
    return json.loads(reading._members(WHOLE, "a")["talk.json"])


def _plots() -> dict[str, bytes]:
    members = reading._members(WHOLE, "a")
    return {name: data for name, data in members.items() if name != "talk.json"}


def of_members(**members: bytes) -> Said:
    return lambda _: reading.decode(zipped({name.replace("__", "."): data for name, data in members.items()}), "a.talk")


def changed(change: Callable[[dict[str, Any]], object]) -> Said:
    """A talk with something else in its talk.json."""

    def said(_: Path) -> object:
        contents = _contents()
        change(contents)
        return reading.decode(zipped({"talk.json": json.dumps(contents).encode(), **_plots()}), "a.talk")

    return said


def of_figure(**changes: object) -> Said:
    """A talk with another figure on its fourth slide."""
    return changed(lambda contents: contents["slides"][3]["figures"][0].update(changes))


def of_plot(data: bytes) -> Said:
    """The first picture of a talk, spoilt under its name."""
    return lambda _: reading.decode(
        zipped({"talk.json": json.dumps(_contents()).encode(), **dict.fromkeys(_plots(), data)}), "a.talk"
    )


def plot(text: str) -> Said:
    return lambda _: read_figure(text, name="figure")


def bounded(module: object, name: str, value: object, said: Said) -> Said:
    def patched(folder: Path) -> object:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(module, name, value)
            return said(folder)

    return patched


def without_browser(folder: Path) -> object:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CHROMIUM", str(folder / "none"))
        writing.write(folder / "a.talk", talk())
        return main(["build", str(folder / "a.talk"), "--out", str(folder / "a.html"), "--pdf", str(folder / "a.pdf")])


TRACE = '{"data":[{"type":"scatter"%s}],"layout":{%s}}'
SAID: tuple[Said, ...] = (
    lambda _: Slide("poem", "a"),
    lambda _: Slide("figure", "a"),
    lambda _: Slide("claim", "a", verdict="perhaps"),
    lambda _: Talk("a", (Slide("text", "b"),) * 201),
    bounded(bounds, "FILE_BYTES", 100, lambda _: writing.encode(talk())),
    bounded(bounds, "FIGURE_BYTES", 100, lambda _: freezing.frozen(exhibit())),
    bounded(bounds, "FIGURE_BYTES", 100, lambda _: reading.decode(WHOLE, "a.talk")),
    lambda _: reading.decode(b"<html>", "a.talk"),
    bounded(bounds, "FILE_BYTES", 100, lambda _: reading.decode(bytes(200), "a.talk")),
    of_members(other__json=b"{}"),
    of_members(talk__json=b"\xff"),
    of_members(talk__json=b"[]"),
    lambda _: reading.title_of(zipped({"talk.json": b"[]"}), "a.talk"),
    bounded(bounds, "FILE_BYTES", 2000, lambda _: reading._members(zipped({"talk.json": bytes(3000)}), "a.talk")),
    lambda _: reading.decode(zipped({"talk.json": b"{}"}, method=12), "a.talk"),
    changed(lambda contents: contents.update(format="other")),
    changed(lambda contents: contents.update(version=2)),
    changed(lambda contents: contents["slides"][0].update(text="a\x00")),
    of_figure(plot="0" * 32),
    of_plot(b"{}"),
    of_figure(link="http://a.example"),
    of_figure(rows=[[1]]),
    of_figure(rows=[[1, {}]]),
    plot("[]"),
    plot('{"data":{},"layout":{}}'),
    plot('{"data":[]}'),
    plot('{"data":[{"type":"scattermap"}],"layout":{}}'),
    plot(TRACE % ("", '"images":[]')),
    plot(TRACE % (',"text":"http://a.example"', "")),
    without_browser,
    lambda _: shipped("sonnet"),
    lambda _: make_shipped(["sonnet"]),
    lambda _: pdf.print_deck("<html>", browser="/bin/true"),
    lambda _: pdf.print_deck("<html>", browser="/no/such/browser"),
    lambda _: replace(figure(), title="a") and Slide("pair", "a", figures=(figure(),)),
)
