"""The config.yaml that WEINCE's scripts write beside their checkpoints: one number of it, read by its form alone.

They write it flat, a `name: value` a line (main.py: yaml.dump of the arguments). A line of another form is passed over,
and no YAML is parsed: it has tags that make objects.
"""

import re
from pathlib import Path

from checkpoints.foreign.spec import SIDES
from checkpoints.reading.safe_files import open_regular
from losses.errors import LabError

NAME = "config.yaml"
_MOST_BYTES = 1 << 16
_SIZE = re.compile(rb"^image_size[ \t]*:[ \t]*([^#\r\n]*?)[ \t]*(?:#.*)?\r?$", re.MULTILINE)


def image_size(checkpoint: Path) -> tuple[int | None, str]:
    """Pixels that the config.yaml beside `checkpoint` says, or None; and what there is to say about it."""
    beside = checkpoint.parent / NAME
    try:
        with open_regular(beside) as (file, _):
            text = file.read(_MOST_BYTES)
    except LabError:
        return None, f"there is no {NAME} beside the file that can be read"
    found = _SIZE.findall(text)
    if len(found) != 1:
        return None, f"the {NAME} beside the file has {'no' if not found else 'more than one'} image_size"
    low, high = SIDES
    if not re.fullmatch(rb"\d{1,4}", found[0]) or not low <= int(found[0]) <= high:
        return None, f"the image_size in the {NAME} beside the file is no whole number from {low} to {high}"
    return int(found[0]), f"the image_size in the {NAME} beside the file"
