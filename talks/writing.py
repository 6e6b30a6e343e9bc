"""A talk as the bytes of its file: JSON in a zip, the same bytes for the same talk."""

import io
import json
import zipfile
from dataclasses import asdict
from pathlib import Path
from typing import Any

from checkpoints.reading.atomic import write_atomic
from losses.errors import LabError
from talks import bounds
from talks.model import Figure, Slide, Talk

FORMAT, VERSION = "nce-lab-talk", 1
SUFFIX = ".talk"
_NEVER = (1980, 1, 1, 0, 0, 0)  # the first date that a zip can name


def write(path: Path, talk: Talk) -> None:
    """The file, whole or not at all."""
    write_atomic(path, encode(talk))


def encode(talk: Talk) -> bytes:
    """`talk.json`, and each picture once, under the digest of its bytes."""
    figures = {figure.digest: figure.plot for slide in talk.slides for figure in slide.figures}
    members = {"talk.json": as_text(_contents(talk))} | {f"figures/{each}.json": figures[each] for each in figures}
    if sum(len(text.encode()) for text in members.values()) > bounds.FILE_BYTES:
        raise LabError(
            "talk", f"must have at most {bounds.FILE_BYTES >> 20} MB in all", remedy="Delete a large figure."
        )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        for name in sorted(members, key=lambda each: (each != "talk.json", each)):
            entry = zipfile.ZipInfo(name, _NEVER)
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            archive.writestr(entry, members[name])
    return buffer.getvalue()


def cleaned(text: str, *, one_line: bool = False, limit: int = bounds.TEXT) -> str:
    """Text that was typed or came from elsewhere, as a file may say it: printable lines, cut at `limit`."""
    kept = "".join(letter if letter.isprintable() or letter in "\n\t" else " " for letter in text[:limit])
    return " ".join(kept.split("\n")).replace("\t", " ").strip() if one_line else kept


def as_text(value: object) -> str:
    """JSON with one way to write each value."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _contents(talk: Talk) -> dict[str, Any]:
    slides = [_slide(each) for each in talk.slides]
    return {"format": FORMAT, "version": VERSION, "title": talk.title, "slides": slides}


def _slide(slide: Slide) -> dict[str, Any]:
    return {**asdict(slide), "figures": [_figure(each) for each in slide.figures]}


def _figure(figure: Figure) -> dict[str, Any]:
    return {**asdict(figure), "plot": figure.digest, "versions": dict(figure.versions)}
