"""python -m checkpoints.train --loss NAME --data digits --seed 0 --epochs N --out FILE.safetensors

On images: --data FOLDER_OR_ZIP --encoder resnet14 --out FILE.pth, and by several processes as

    torchrun --nproc-per-node 4 -m checkpoints.train --data FOLDER_OR_ZIP --encoder resnet14 ...
"""

import argparse
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from analysis.digits import number
from checkpoints.command_line import Parser, run
from checkpoints.native.datasets import DATASETS
from checkpoints.native.epochs import Epoch
from checkpoints.native.objectives import BOUNDS, OBJECTIVES
from checkpoints.native.recipes import Recipe
from checkpoints.training.images import command as images
from checkpoints.training.images.command import ONLY_IMAGES, parameters_of
from checkpoints.training.images.place import beside_the_first, place
from checkpoints.training.journal import Journal
from checkpoints.training.recipe_file import Options, toml_of, words_in
from losses.errors import LabError

# Options beside the recipe, which a printed one names where they were given.
_UNSEEN = ("device", "workers", "limit", "keep-train", "every", "jsonl", "events")
_DIGITS: dict[str, Any] = {"epochs": 100, "batch_size": 256, "learning_rate": 0.003, "weight_decay": 0.0001}


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when the checkpoint is written, 2 for a mistake in the command, 130 when interrupted."""
    words = sys.argv[1:] if argv is None else argv
    if place().rank > 0:
        return beside_the_first(lambda: _trained(_options(words)))
    stopped = "Stopped; the same command continues where this one was."
    return run(lambda: _trained(_options(words)), _parser().parse_args([]), stopped)


def _options(words: list[str]) -> argparse.Namespace:
    """Those of a recipe file, where one is named, and then the command's own, which go before them."""
    parser = _parser()
    first = Parser("python -m checkpoints.train", add_help=False, allow_abbrev=False)
    first.add_argument("--recipe")
    named = first.parse_known_args(words)[0].recipe
    known = {option[2:] for action in parser._actions for option in action.option_strings if option[:2] == "--"}
    found = [] if named is None else words_in(Path(named), known - {"recipe", "help", "print-config"})
    options = parser.parse_args([*found, *words])
    needed = ("loss",) if options.print_config else ("loss", "out")
    if missing := [f"--{name}" for name in needed if getattr(options, name) is None]:
        parser.error(f"the following arguments are required: {', '.join(missing)}")
    return options


def _trained(options: argparse.Namespace) -> int:
    if options.every < 0:
        raise LabError("--every", "must be at least 0", options.every)
    return _of_images(options) if options.encoder else _of_digits(options)


def recipe_of(options: argparse.Namespace) -> Recipe:
    """The recipe that the options ask for; a parameter that the loss does not have is refused, not ignored."""
    parameters = parameters_of(options)
    for name in ONLY_IMAGES:
        if getattr(options, name) is not None:
            option = f"--{name.replace('_', '-')}"
            raise LabError(option, f"must be left out for {options.data}", remedy="It is for images: see --encoder.")
    own = {name: default if (given := getattr(options, name)) is None else given for name, default in _DIGITS.items()}
    return Recipe(
        options.loss, options.data, options.seed, own["epochs"], own["batch_size"], own["learning_rate"],
        own["weight_decay"], parameters,
    )  # fmt: skip


def _of_digits(options: argparse.Namespace) -> int:
    if (count := place().count) > 1:
        raise LabError("--nproc-per-node", "must be 1 without --encoder", count)
    recipe = recipe_of(options)
    if options.print_config:
        return _print(recipe.options(options.out or ""), options)
    return _train(recipe, Path(options.out), options.every, _journal(options))


def _of_images(options: argparse.Namespace) -> int:
    if options.data in DATASETS:
        raise LabError("--data", "must be a folder or file of images with --encoder", repr(options.data))
    recipe = images.recipe_of(options, parameters_of(options))
    if options.print_config:
        return _print(recipe.options(options.data, options.out or ""), options)
    return images.train(recipe, options, _journal(options))


def _print(own: Options, options: argparse.Namespace) -> int:
    """The recipe as the TOML that repeats it; where it goes to, if that was said."""
    more = {name: value for name in _UNSEEN if (value := getattr(options, name.replace("-", "_"), None))}
    print(toml_of({name: value for name, value in {**own, **more}.items() if value != ""}), end="")
    return 0


def _journal(options: argparse.Namespace) -> Journal:
    return Journal(*(Path(each) if each else None for each in (options.jsonl, options.events)))


def _train(recipe: Recipe, out: Path, every: int, journal: Journal) -> int:
    if out.suffix != ".safetensors":
        raise LabError("--out", "must end in .safetensors", str(out))
    if not str(out).isprintable():
        raise LabError("--out", "must be a printable name", repr(str(out)), "It is recorded in the checkpoint.")
    journal.check()
    # torch and the progress bar only for a command that is right.
    from tqdm import tqdm

    from checkpoints.training.run import train

    with ExitStack() as stack:
        bar: tqdm | None = None
        known = 0

        def report(log: list[Epoch]) -> None:
            # Only the first report opens the bar: a run that is refused shows its one sentence and nothing else.
            nonlocal bar, known
            if bar is None:
                known = len(log)
                bar = stack.enter_context(tqdm(total=recipe.epochs, desc=recipe.loss, unit="epoch"))
            bar.update(len(log) - bar.n)
            if log:
                bar.set_postfix(loss=number(log[-1].loss, least=4), knn=number(log[-1].knn_accuracy, least=4))
            for epoch in range(known, len(log)):
                journal.epoch(epoch + 1, {"loss": log[epoch].loss, "knn_accuracy": log[epoch].knn_accuracy})
            known = len(log)

        metadata = train(recipe, out, report, every=every)
    journal.end(metadata.metrics)
    print(f"{out}: " + ", ".join(f"{name} {number(value, least=4)}" for name, value in metadata.metrics.items()))
    return 0


def _parser() -> Parser:
    parser = Parser("python -m checkpoints.train", description="Train a checkpoint.", allow_abbrev=False)
    parser.add_argument("--loss", help=", ".join(OBJECTIVES))
    parser.add_argument(
        "--data", default="digits", help=f"{', '.join(DATASETS)}; with --encoder a folder, zip, ... of images"
    )
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int)
    parser.add_argument("--batch-size", "--batch", type=int)
    parser.add_argument("--learning-rate", type=float)
    parser.add_argument("--weight-decay", type=float)
    for name, (low, high) in BOUNDS.items():
        users = [loss for loss, its in OBJECTIVES.items() if name in (*its.parameters, *its.optional)]
        short = ("--tau",) if name == "temperature" else ()
        option = f"--{name.replace('_', '-')}"
        parser.add_argument(option, *short, type=float, help=f"{low:g} to {high:g}, for {', '.join(users)}")
    images.add_options(parser)
    parser.add_argument(
        "--every", type=int, default=0, metavar="N", help="a snapshot each N epochs, in a folder beside FILE; 0: none"
    )
    parser.add_argument("--out", help="the checkpoint to write, FILE.safetensors; FILE.pth of images")
    parser.add_argument("--recipe", metavar="FILE", help="TOML of these options; what the command says goes before it")
    parser.add_argument("--print-config", action="store_true", help="print such a file of this very run, and end")
    parser.add_argument("--jsonl", metavar="FILE", help="JSON lines: an epoch a line, and the evaluation")
    parser.add_argument("--events", metavar="FOLDER", help="TensorBoard's events of loss and speed")
    return parser


if __name__ == "__main__":
    sys.exit(main())
