"""A talk from a file: data, read within bounds; nothing in it is run, and what is wrong with it is one sentence."""

import hashlib
import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

from checkpoints.reading.fields import Fields
from checkpoints.reading.quoting import shown
from checkpoints.reading.safe_files import read_whole
from checkpoints.reading.strict_json import parse
from checkpoints.reading.zip_archive import open_zip, read_member
from losses.errors import LabError
from talks import bounds
from talks.figure_rules import read_figure
from talks.model import Cell, Figure, Slide, Talk
from talks.writing import FORMAT, VERSION

_WHAT = "talk of NCE Lab"


def read(path: str | Path) -> Talk:
    """The talk in a file. LabError where it is none, or a damaged one."""
    content = read_whole(path, limit=bounds.FILE_BYTES)
    return decode(content.data, content.name)


def decode(data: bytes, name: str) -> Talk:
    """The same from its bytes; `name` is what a refusal calls it."""
    if len(data) > bounds.FILE_BYTES:
        raise LabError(name, f"must have at most {bounds.FILE_BYTES:,} bytes", f"{len(data):,} bytes long")
    if not data.startswith(b"PK\x03\x04"):
        raise LabError(name, f"must be a {_WHAT}", but="does not begin like one", remedy="The page Talk saves them.")
    members = _members(data, name)
    if "talk.json" not in members:
        raise LabError(name, f"must be a {_WHAT}", but="has no talk.json", remedy="The page Talk saves them.")
    return _talk(parse(_text(members, "talk.json", name), name=name, brackets=bounds.BRACKETS), members, name)


def title_of(data: bytes, name: str) -> str:
    """The talk's title alone."""
    found = parse(_text(_members(data, name), "talk.json", name), name=name, brackets=bounds.BRACKETS)
    title = found.get("title") if isinstance(found, dict) else None
    if not isinstance(title, str):
        raise LabError(name, f"must be a {_WHAT}", but="has no title")
    return title[: bounds.LINE]


def _members(data: bytes, name: str) -> Mapping[str, bytes]:
    most = 1 + bounds.FIGURES * bounds.SLIDES
    with open_zip(io.BytesIO(data), name=name, what=_WHAT, members=most) as archive:
        entries = archive.infolist()
        if sum(entry.file_size for entry in entries) > bounds.FILE_BYTES:
            raise LabError(name, f"must unpack to at most {bounds.FILE_BYTES:,} bytes")
        return {entry.filename: _member(archive, entry, name) for entry in entries}


def _member(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, name: str) -> bytes:
    if entry.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise LabError(name, "must be packed as zip files usually are", but=f"has {shown(entry.filename)} otherwise")
    return read_member(archive, entry, name=name)


def _text(members: Mapping[str, bytes], member: str, name: str) -> str:
    try:
        return members[member].decode()
    except UnicodeDecodeError as error:
        raise LabError(name, "must be text in UTF-8", but=f"is not in {shown(member)}") from error


def _talk(found: object, members: Mapping[str, bytes], name: str) -> Talk:
    with Fields(found, name) as fields:
        if fields.text("format") != FORMAT:
            raise LabError(name, f"must be a {_WHAT}", "another kind of file")
        if (version := fields.integer("version", 1, 10**6)) > VERSION:
            raise LabError(name, f"must be of version {VERSION}", version, "It is from a newer NCE Lab.")
        title = fields.text("title", bounds.LINE)
        slides = fields.items("slides", bounds.SLIDES)
    plots = _Plots(members, name)
    return Talk(title, tuple(_slide(each, f"{name}.slides[{number}]", plots) for number, each in enumerate(slides)))


def _slide(found: object, where: str, plots: "_Plots") -> Slide:
    with Fields(found, where) as fields:
        figures = fields.items("figures", bounds.FIGURES)
        return Slide(
            fields.text("kind"),
            fields.text("title", bounds.LINE),
            fields.lines("text", bounds.TEXT),
            fields.lines("notes", bounds.TEXT),
            tuple(_figure(each, f"{where}.figures[{number}]", plots) for number, each in enumerate(figures)),
            fields.text("verdict"),
        )


def _figure(found: object, where: str, plots: "_Plots") -> Figure:
    with Fields(found, where) as fields:
        columns = tuple(_cell(each, where) for each in fields.items("columns", bounds.COLUMNS))
        rows = fields.items("rows", bounds.ROWS)
        return Figure(
            stem=fields.text("stem", 200),
            title=fields.text("title", 2_000),
            how_to_read=fields.lines("how_to_read", bounds.TEXT),
            alt=fields.lines("alt", bounds.TEXT),
            plot=plots.text(fields.text("plot", 64), where),
            columns=tuple(map(str, columns)),
            rows=tuple(_row(each, len(columns), where) for each in rows),
            total=fields.integer("total", 0, 10**9),
            link=_link(fields.text("link"), where),
            code=fields.lines("code", bounds.TEXT),
            command=fields.lines("command", bounds.TEXT),
            versions=tuple(sorted(fields.texts("versions", 100).items())),
            date=fields.text("date", 40),
        )


class _Plots:
    """The pictures of a file, each looked at once however many slides show it."""

    def __init__(self, members: Mapping[str, bytes], name: str) -> None:
        self._members, self._name = members, name
        self._seen: dict[str, str] = {}

    def text(self, digest: str, where: str) -> str:
        if digest not in self._seen:
            self._seen[digest] = self._read(digest, where)
        return self._seen[digest]

    def _read(self, digest: str, where: str) -> str:
        member = f"figures/{digest}.json"
        data = self._members.get(member)
        if data is None:
            raise LabError(f"{where}.plot", "must name a figure in the file", shown(digest))
        if len(data) > bounds.FIGURE_BYTES:
            raise LabError(f"{where}.plot", f"must have at most {bounds.FIGURE_BYTES:,} bytes", f"{len(data):,}")
        if hashlib.sha256(data).hexdigest()[:32] != digest:
            raise LabError(f"{where}.plot", "must be as it was saved")
        text = _text(self._members, member, self._name)
        read_figure(text, name=f"{where}.plot")
        return text


def _link(text: str, where: str) -> str:
    """A path of the lab with its query: no host can stand in it."""
    if text and not (text.startswith("/") and not text.startswith("//") and "\\" not in text):
        raise LabError(f"{where}.link", "must be a page of the lab", shown(text))
    return text


def _row(found: object, columns: int, where: str) -> tuple[Cell, ...]:
    if not isinstance(found, list) or len(found) != columns:
        raise LabError(f"{where}.rows", f"must have {columns} cells in each row")
    return tuple(_cell(each, where) for each in found)


def _cell(found: object, where: str) -> Cell:
    if isinstance(found, dict | list) or (isinstance(found, str) and len(found) > bounds.LINE):
        raise LabError(f"{where}.rows", f"must have numbers and texts of at most {bounds.LINE} characters")
    return found  # type: ignore[return-value]  # what JSON has beside objects and lists
