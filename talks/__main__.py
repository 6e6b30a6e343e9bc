"""`python -m talks build FILE --out talk.html [--pdf talk.pdf] [--handout notes.md] [--notes]`: a talk's deck.

`--address URL`: where the lab is that its links lead to.

The exit status is 2, with one sentence, where the file is no talk or cannot be written, and 130 after Ctrl-C.
"""

import argparse
import sys
from pathlib import Path

from checkpoints.reading.atomic import check_writable, write_atomic
from checkpoints.reading.quoting import printable
from commands import answers
from talks.address import ADDRESS, typed


def parser() -> argparse.ArgumentParser:
    top = answers.Parser("python -m talks", description="Make the deck of a talk.")
    build = top.add_subparsers(dest="what", required=True, metavar="build").add_parser("build", help="the deck")
    build.add_argument("file", type=Path, metavar="FILE", help="a talk, as the page Talk saves it")
    build.add_argument("--out", type=Path, required=True, metavar="talk.html", help="the deck: one HTML file")
    build.add_argument("--pdf", type=Path, metavar="talk.pdf", help="one slide a page, by this machine's Chromium")
    build.add_argument("--handout", type=Path, metavar="notes.md", help="texts and links as Markdown")
    build.add_argument("--notes", action="store_true", help="speaker notes in PDF and handout")
    build.add_argument("--address", metavar="URL", help=f"where the lab is, for the links back; {ADDRESS} if left out")
    return top


def main(arguments: list[str]) -> int:
    asked = parser().parse_args(arguments)
    return answers.run(lambda: run(asked), asked, shown=printable)


def run(asked: argparse.Namespace) -> int:
    from talks import deck, pdf
    from talks.handout import handout
    from talks.reading import read

    address = typed(asked.address) if asked.address else ADDRESS
    browser = pdf.find() if asked.pdf else ""
    for path in filter(None, (asked.out, asked.pdf, asked.handout)):
        check_writable(path)
    talk = read(asked.file)
    html = deck.build(talk, address=address)
    _write(asked.out, html.encode())
    if asked.handout:
        _write(asked.handout, handout(talk, notes=asked.notes, address=address).encode())
    if asked.pdf:
        _write(asked.pdf, pdf.print_deck(html, browser=browser, notes=asked.notes))
    return 0


def _write(path: Path, data: bytes) -> None:
    write_atomic(path, data)
    print(f"{printable(str(path))}  {len(data):,} bytes")


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
