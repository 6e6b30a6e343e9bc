"""The text of each page of a PDF that Chromium printed: enough of the format for what Skia writes, and no more."""

import re
import zlib

_OBJECT = re.compile(rb"(?:^|\n)(\d+) 0 obj\b(.*?)\nendobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*)\r?\nendstream", re.DOTALL)
_WORDS = re.compile(rb"/(\w+) [\d.]+ Tf|(<[0-9A-Fa-f]+>|\[[^\]]*\])\s*T[jJ]|(ET)")
_RANGE = re.compile(rb"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>")
_CHARACTER = re.compile(rb"<([0-9A-Fa-f]+)> <([0-9A-Fa-f]+)>")


def pages(pdf: bytes) -> list[str]:
    """The text of each page in order, without its blanks: a PDF has places, and words by chance."""
    objects = {int(number): body for number, body in _OBJECT.findall(pdf)}
    trees = [body for body in objects.values() if re.search(rb"/Type\s*/Pages\b", body)]
    top = next(body for body in trees if b"/Parent" not in body)
    return ["".join(_text(page, objects).split()) for page in _leaves(top, objects)]


def _leaves(node: bytes, objects: dict[int, bytes]) -> list[bytes]:
    kids = re.search(rb"/Kids\s*\[([^\]]*)\]", node)
    if kids is None:
        return [node]
    return [leaf for number in re.findall(rb"(\d+) 0 R", kids[1]) for leaf in _leaves(objects[int(number)], objects)]


def _text(page: bytes, objects: dict[int, bytes]) -> str:
    return "".join(_drawn(objects[int(number)], page, objects) for number in _named(page, b"Contents"))


def _drawn(body: bytes, resources: bytes, objects: dict[int, bytes]) -> str:
    """Of a stream, with what it draws of other ones."""
    for number in _named(resources, b"Resources"):
        resources += objects[int(number)]
    fonts = {
        name: _letters(objects[int(number)], objects) for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", resources)
    }
    stream, found, letters = _unpacked(body), [], {}
    for name, shown, end in _WORDS.findall(stream):
        if name:
            letters = fonts.get(name, {})
        elif end:
            found.append(" ")
        else:
            codes = b"".join(re.findall(rb"<([0-9A-Fa-f]+)>", shown))
            found += [letters.get(int(codes[at : at + 4], 16), "?") for at in range(0, len(codes), 4)]
    inner = {number for name, number in re.findall(rb"/(X\d+) (\d+) 0 R", resources) if b"/" + name + b" Do" in stream}
    forms = [objects[int(number)] for number in sorted(inner) if b"/Subtype /Form" in objects[int(number)]]
    return "".join([*found, *(_drawn(form, form, objects) for form in forms)])


def _letters(font: bytes, objects: dict[int, bytes]) -> dict[int, str]:
    """Code of a glyph -> what it stands for."""
    found: dict[int, str] = {}
    for number in _named(font, b"ToUnicode"):
        table = _unpacked(objects[int(number)])
        for block in re.findall(rb"beginbfchar(.*?)endbfchar", table, re.DOTALL):
            found |= {int(code, 16): _said(letter) for code, letter in _CHARACTER.findall(block)}
        for block in re.findall(rb"beginbfrange(.*?)endbfrange", table, re.DOTALL):
            for low, high, letter in _RANGE.findall(block):
                first = ord(_said(letter))
                found |= {code: chr(first + code - int(low, 16)) for code in range(int(low, 16), int(high, 16) + 1)}
    return found


def _said(letter: bytes) -> str:
    return bytes.fromhex(letter.decode()).decode("utf-16-be")


def _named(body: bytes, name: bytes) -> list[bytes]:
    """Numbers of the objects that a dictionary has under a name."""
    found = re.search(rb"/" + name + rb"\s*(\[[^\]]*\]|\d+ 0 R)", body)
    return re.findall(rb"(\d+) 0 R", found[1]) if found else []


def _unpacked(body: bytes) -> bytes:
    stream = _STREAM.search(body)
    if stream is None:
        return b""
    return zlib.decompressobj().decompress(stream[1]) if b"/FlateDecode" in body else stream[1]
