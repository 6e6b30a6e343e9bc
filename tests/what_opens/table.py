"""What each small file is answered, as the table of docs/what_opens.md."""

import re
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from analysis.outputs import Outputs
from checkpoints.arrays.opening import listing_of
from checkpoints.arrays.roles import propose, said
from checkpoints.contents import contents_at
from checkpoints.images.finding import FORMS
from checkpoints.inspect import inspect_file
from checkpoints.opening import needs_images, needs_of, open_outputs
from checkpoints.reading.array_spec import ArraySpec
from losses.errors import LabError, plural
from tests.what_opens.arrays import ARRAYS, Maker
from tests.what_opens.weights import WEIGHTS

PAGE = Path(__file__).parents[2] / "docs" / "what_opens.md"
_HEAD = """# What opens, and what is answered

Files as people have them, small ones with random numbers, and what `python -m checkpoints.inspect FILE` answers:
what it opens, or a sentence that leads on. *Plain?* is the answer of `--contents` to "May I open this file?". The page
Checkpoints says the same, and asks where the command names an option. `python -m tests.what_opens` writes this page; a
test holds it.
"""
_COLUMNS = "| file | what it holds | what is answered | plain? |\n|---|---|---|---|"
_LEVELS = {"yes": "yes", "trust": "only if you trust its maker", "no": "no"}
_ABOUT_WEIGHTS = """
Weights need images, which `--data` names: then come the same numbers as of arrays. *+ lines* is Python below the
sentence, made for this file's names, that writes an `.npz` from one's own model and loaders.
"""


def page() -> str:
    """The whole of docs/what_opens.md."""
    with tempfile.TemporaryDirectory() as folder:
        arrays, weights = (list(_rows(kinds, Path(folder))) for kinds in (ARRAYS, WEIGHTS))
    parts = [_HEAD, "## Arrays\n", _COLUMNS, *arrays, "\n## Weights", _ABOUT_WEIGHTS, _COLUMNS, *weights]
    return "\n".join(parts) + "\n"


def _rows(kinds: Mapping[str, tuple[str, Maker]], folder: Path) -> Iterator[str]:
    for name, (holds, make) in kinds.items():
        path = folder / name
        make(path)
        answers = [(f"`{name}`", holds, _answer(path), _plain(path))]
        if mapping := _proposed(path):
            answers.append((f"`{name}` `--map {mapping}`", "", _answer(path, ArraySpec(mapping=mapping)), ""))
        yield from (f"| {' | '.join(_cell(part) for part in row)} |" for row in answers)


def _answer(path: Path, spec: ArraySpec | None = None) -> str:
    try:
        if needs_images(path) is not None:
            return _of_weights(inspect_file(str(path)))
        return _of_arrays(open_outputs(path, arrays=spec))
    except LabError as refusal:
        return f"{refusal}{' + lines' if refusal.lines else ''}"


def _of_weights(numbers: Mapping[str, object]) -> str:
    named = f"{numbers['network']}. " if numbers["network"] else ""
    said = str(numbers["next"]).replace(f": {FORMS}", "")
    return f"{named}{said}{' + lines' if 'lines' in numbers else ''}"


def _of_arrays(outputs: Outputs) -> str:
    """Items, dimensions, classes, class scores, notes: what inspect says before its numbers."""
    train, test = len(outputs.train), len(outputs.test)
    items = plural(test, "item") if outputs.within else f"{train} train and {test} test items"
    width = outputs.test.embeddings.shape[1]
    parts = [items, plural(width, "dimension") if width else "no embeddings"]
    parts += [_classes(len(outputs.class_names)) if outputs.labelled else "no labels"]
    parts += [str(outputs.provenance["scores"])] if "scores" in outputs.provenance else []
    notes = str(outputs.provenance.get("notes", ""))
    notes = "; ".join(note for note in notes.split("; ") if note and "unit length" not in note)
    return f"Opens: {', '.join(parts)}" + (f" ({notes})" if notes else "")


def _classes(count: int) -> str:
    return "1 class" if count == 1 else f"{count} classes"


def _plain(path: Path) -> str:
    try:
        return _LEVELS[contents_at(path).verdict.level]
    except LabError:
        return "-"


def _proposed(path: Path) -> str:
    """The mapping that a refusal names."""
    try:
        if needs_of(path) != "mapping":
            return ""
        listing = listing_of(path)
        return said(listing, propose(listing).roles)
    except LabError:
        return ""


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text.replace("|", "\\|").replace("<", "&lt;"))
