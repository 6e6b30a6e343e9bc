"""`python -m toy_models.shipped [WORLD] [--all]`: make the shipped runs that are missing, or whose preset has changed.

With --all those that are there too: after a change of a world's or a loss's numbers. Some minutes.
"""

import sys

from commands import answers
from toy_models.shipped.store import find, keep, path_of
from toy_models.worlds import WORLDS


def main(arguments: list[str]) -> int:
    top = answers.Parser("python -m toy_models.shipped", description="Make the finished runs that come with the lab.")
    top.add_argument("world", nargs="?", choices=list(WORLDS), metavar="WORLD", help=f"one of {', '.join(WORLDS)}")
    top.add_argument("--all", action="store_true", help="also those that are there")
    asked = top.parse_args(arguments)
    return answers.run(lambda: make([asked.world] if asked.world else list(WORLDS), everything=asked.all), asked)


def make(worlds: list[str], *, everything: bool) -> int:
    for world in (WORLDS[name] for name in worlds):
        for name, preset in world.presets.items():
            if everything or find(world, preset.spec) is None:
                path = path_of(world, name)
                keep(path, world, world.trace(preset.spec))
                print(f"{path}: {path.stat().st_size / 1024:,.0f} KB", file=sys.stderr)
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
