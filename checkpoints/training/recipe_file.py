"""A training's options as a TOML file, and back: the names of the options without their dashes, one a line."""

import json
import tomllib
from collections.abc import Collection, Mapping
from pathlib import Path

from checkpoints.native.recipes import words_of
from checkpoints.reading.quoting import shown
from losses.errors import LabError

_MOST_BYTES = 100_000

Options = Mapping[str, str | float | bool]


def words_in(path: Path, known: Collection[str]) -> list[str]:
    """The words of the command that a recipe file stands for; `known`: the options that there are.

    LabError for a file that cannot be read, a name that is no option, or a value that no option has.
    """
    for name, value in (table := _read(path)).items():
        if name not in known:
            raise LabError(f"{path}: {shown(name)}", "must be an option of this command", remedy="Try --help.")
        if not isinstance(value, str | int | float):
            raise LabError(f"{path}: {name}", "must be a text, a number, true or false", shown(value))
    return words_of(table)


def _read(path: Path) -> dict[str, str | float | bool]:
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_BYTES + 1)
        if len(text) > _MOST_BYTES:
            raise LabError(str(path), f"must be at most {_MOST_BYTES:,} bytes for a recipe")
        return tomllib.loads(text.decode())
    except OSError as error:
        raise LabError("--recipe", f"must be a file that can be read ({error.strerror})", shown(str(path))) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        why = str(error).splitlines()[0] if isinstance(error, tomllib.TOMLDecodeError) else "no text"
        raise LabError(str(path), f"must be TOML ({why})") from error


def toml_of(options: Options) -> str:
    r"""The file.

    >>> print(toml_of({"loss": "nll", "batch-size": 64, "channels-last": True, "data": 'a"b'}), end="")
    loss = "nll"
    batch-size = 64
    channels-last = true
    data = "a\"b"
    """
    return "".join(f"{name} = {_value(name, value)}\n" for name, value in options.items())


def _value(name: str, value: str | float | bool) -> str:
    """JSON writes numbers, truths and printable texts as TOML does."""
    if isinstance(value, str) and not value.isprintable():
        raise LabError(f"--{name}", "must be printable to stand in a recipe", shown(value))
    return json.dumps(value, ensure_ascii=False)
