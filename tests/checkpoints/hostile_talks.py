"""Files that pass for talks: bombs, code in figures, links that lead away, JSON that is none."""

import hashlib
import json
import zipfile
from typing import Any

from tests.checkpoints.hostile import Hostile, zipped


def cases() -> list[Hostile]:
    return [
        Hostile(f"{name}.talk", data, why, reader="talk") for name, (data, why) in {**_files(), **_figures()}.items()
    ] + [
        Hostile(
            "markup.talk", _talk(title="<script>alert(1)</script>", text="<img src=x onerror=alert(1)>"), reader="talk"
        )
    ]


def _files() -> dict[str, tuple[Any, str]]:
    """What is wrong with the archive, or with the text in it."""
    deep = b"[" * 100_000 + b"]" * 100_000
    return {
        "page": (b"<!DOCTYPE html>", "does not begin like one"),
        "cut_off": (_talk()[:-30], "a broken zip archive"),
        "no_talk": (zipped({"other.json": b"{}"}), "has no talk.json"),
        "bomb": (zipped({"talk.json": bytes(100 << 20)}, zipfile.ZIP_DEFLATED), "must unpack to at most"),
        "deep": (zipped({"talk.json": deep}), "nested hundreds deep"),
        "brackets": (zipped({"talk.json": b"[" + b"[]," * 300_000 + b"[]]"}), "must have at most 200,000 brackets"),
        "members": (zipped({str(number): b"" for number in range(500)}), "must have 1 to 401 members"),
        "latin": (zipped({"talk.json": '{"title":"caf\xe9"}'.encode("latin-1")}), "must be text in UTF-8"),
        "nan": (_talk(version=float("nan")), "must not have NaN"),
        "newer": (_talk(version=2), "It is from a newer NCE Lab"),
        "unknown_field": (_talk(run="os.system('x')"), "must have no unknown field"),
        "control": (_talk(title="a\x1b[31m"), "must be printable text"),
        "slides": (_talk(slides=[{}] * 201), "must be a list of at most 200 items"),
        "pickle": (zipped({"talk.json": b"\x80\x04cos\nsystem\n(S'x'\ntR."}), "must be text in UTF-8"),
    }


def _figures() -> dict[str, tuple[bytes, str]]:
    """What is wrong with a picture, or with where it leads."""
    loads, addresses = "must have nothing that a browser loads", "must have no addresses in it"
    elsewhere = {"data": [{"type": "image", "source": "http://a.example/b.png"}], "layout": {}}
    button = {"method": "relayout", "args": [{"images[0].source": "x"}]}
    return {
        "tiles": (_of_plot({"data": [{"type": "scattermapbox"}], "layout": {}}), "draws from its numbers alone"),
        "trace_of_no_kind": (_of_plot({"data": [{"type": ["scatter"]}], "layout": {}}), "draws from its numbers alone"),
        "background": (_of_plot({"data": [], "layout": {"images": [{"source": "x"}]}}), loads),
        "button": (_of_plot({"data": [], "layout": {"updatemenus": [{"buttons": [button]}]}}), loads),
        "picture_elsewhere": (_of_plot(elsewhere), addresses),
        "script_address": (_of_plot({"data": [{"text": "javascript:alert(1)"}], "layout": {}}), addresses),
        "style": (_of_plot({"data": [{"text": "<b style='fill:url(x)'>"}], "layout": {}}), addresses),
        "no_layout": (_of_plot({"data": []}), "must have a layout"),
        "exchanged": (_of_plot({"data": [], "layout": {}}, digest="0" * 32), "must be as it was saved"),
        "missing": (_talk(figures=[_figure("0" * 32)]), "must name a figure in the file"),
        "leads_away": (_of_plot({"data": [], "layout": {}}, link="//a.example/x"), "must be a page of the lab"),
        "cells": (_of_plot({"data": [], "layout": {}}, columns=["a"], rows=[[{}]]), "must have numbers and texts"),
    }  # fmt: skip


def _talk(members: dict[str, bytes] | None = None, **changes: Any) -> bytes:
    """A talk of one slide with something else in it."""
    slide = {"kind": "text", "title": "a", "text": changes.pop("text", ""), "notes": "", "verdict": ""}
    slide["figures"] = changes.pop("figures", [])
    slide["kind"] = "figure" if slide["figures"] else "text"
    contents = {"format": "nce-lab-talk", "version": 1, "title": "a", "slides": [slide], **changes}
    return zipped({"talk.json": json.dumps(contents).encode(), **(members or {})})


def _figure(digest: str, **changes: Any) -> dict[str, Any]:
    texts = dict.fromkeys(("stem", "title", "how_to_read", "alt", "link", "code", "command", "date"), "")
    return {**texts, "plot": digest, "columns": [], "rows": [], "total": 0, "versions": {}, **changes}


def _of_plot(plot: object, digest: str = "", **changes: Any) -> bytes:
    data = json.dumps(plot).encode()
    digest = digest or hashlib.sha256(data).hexdigest()[:32]
    return _talk({f"figures/{digest}.json": data}, figures=[_figure(digest, **changes)])
