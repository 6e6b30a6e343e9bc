"""python -m checkpoints.train --loss NAME --data digits --seed 0 --epochs N --out FILE.safetensors

On images: --data FOLDER_OR_ZIP --encoder resnet14 --out FILE.pth
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
from losses.errors import LabError

_DIGITS: dict[str, Any] = {"epochs": 100, "batch_size": 256, "learning_rate": 0.003, "weight_decay": 0.0001}


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when the checkpoint is written, 2 for a mistake in the command, 130 when interrupted."""
    options = _parser().parse_args(argv)
    stopped = "Stopped; the same command continues where this one was."
    return run(lambda: _of_images(options) if options.encoder else _of_digits(options), options, stopped)


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
    return _train(recipe_of(options), Path(options.out), options.every)


def _of_images(options: argparse.Namespace) -> int:
    if options.every:
        raise LabError("--every", "must be left out with --encoder", options.every)
    if options.data in DATASETS:
        raise LabError("--data", "must be a folder or file of images with --encoder", repr(options.data))
    return images.train(images.recipe_of(options, parameters_of(options)), options)


def _train(recipe: Recipe, out: Path, every: int) -> int:
    if every < 0:
        raise LabError("--every", "must be at least 0", every)
    if out.suffix != ".safetensors":
        raise LabError("--out", "must end in .safetensors", str(out))
    if not str(out).isprintable():
        raise LabError("--out", "must be a printable name", repr(str(out)), "It is recorded in the checkpoint.")
    # torch and the progress bar only for a command that is right.
    from tqdm import tqdm

    from checkpoints.training.run import train

    with ExitStack() as stack:
        bar: tqdm | None = None

        def report(log: list[Epoch]) -> None:
            # Only the first report opens the bar: a run that is refused shows its one sentence and nothing else.
            nonlocal bar
            if bar is None:
                bar = stack.enter_context(tqdm(total=recipe.epochs, desc=recipe.loss, unit="epoch"))
            bar.update(len(log) - bar.n)
            if log:
                bar.set_postfix(loss=number(log[-1].loss, least=4), knn=number(log[-1].knn_accuracy, least=4))

        metadata = train(recipe, out, report, every=every)
    print(f"{out}: " + ", ".join(f"{name} {number(value, least=4)}" for name, value in metadata.metrics.items()))
    return 0


def _parser() -> Parser:
    parser = Parser("python -m checkpoints.train", description="Train a checkpoint.", allow_abbrev=False)
    parser.add_argument("--loss", required=True, help=", ".join(OBJECTIVES))
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
    parser.add_argument("--out", required=True, help="the checkpoint to write, FILE.safetensors; FILE.pth of images")
    return parser


if __name__ == "__main__":
    sys.exit(main())
