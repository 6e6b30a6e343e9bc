"""python -m checkpoints.zoo.remake [NAME ...] [--readme-only]: train the shipped checkpoints again."""

import argparse
import shlex
import sys
from contextlib import chdir

from checkpoints import train
from checkpoints.command_line import Parser, run
from checkpoints.reading.atomic import write_atomic
from checkpoints.zoo import FOLDER, other_seeds, shipped
from checkpoints.zoo.readme import readme
from checkpoints.zoo.recipes import OTHER_SEEDS, RECIPES, path_from_root
from losses.errors import LabError

ROOT = FOLDER.parents[1]
_ALL = RECIPES | OTHER_SEEDS
_SEEDS = "Other seeds are seeds/NAME_seed_1 and so on."


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when all was made again, else that of the first command that failed."""
    options = _parser().parse_args(argv)
    return run(lambda: _remake(options), options)


def _remake(options: argparse.Namespace) -> int:
    for name in options.names:
        if name not in _ALL:
            raise LabError("checkpoint", f"must be one of {', '.join(RECIPES)}", repr(name), _SEEDS)
    for name in () if options.readme_only else options.names or _ALL:
        if code := remake(name):
            return code
    write_atomic(FOLDER / "README.md", readme((*shipped(), *other_seeds())).encode())
    return 0


def remake(name: str) -> int:
    """Run the very command that the file records; returns its exit code and says whether the bytes are the same."""
    before = _digest(name)
    words = shlex.split(_ALL[name].command(path_from_root(name)))
    # The recorded path is relative, so that the bytes do not depend on where the project lies.
    with chdir(ROOT):
        code = train.main(words[3:])
    if code == 0 and before:
        print(f"{name}: {'the same bytes' if _digest(name) == before else 'other bytes than before'}")
    return code


def _digest(name: str) -> str | None:
    return next(
        (entry.digest for entry in (*shipped(), *other_seeds()) if entry.path == FOLDER / f"{name}.safetensors"), None
    )


def _parser() -> Parser:
    parser = Parser("python -m checkpoints.zoo.remake", description="Train the shipped checkpoints again.")
    parser.add_argument("names", nargs="*", help="checkpoints to make again; all if none is named")
    parser.add_argument("--readme-only", action="store_true", help="train nothing, only compute the table again")
    return parser


if __name__ == "__main__":
    sys.exit(main())
