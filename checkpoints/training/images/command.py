"""The options of python -m checkpoints.train that are for images, and what they make. Free of torch until it trains."""

import argparse
import time
from collections.abc import Callable
from pathlib import Path

from checkpoints.native.objectives import BOUNDS, OBJECTIVES
from checkpoints.training.images.recipe import ENCODERS, OPTIMISERS, PRECISIONS, VITS, ImageRecipe, Views
from checkpoints.training.journal import Journal
from losses.errors import LabError

# Option -> field of the recipe.
_FIELDS = {
    "width": "width", "projection": "projection", "side": "side", "optimizer": "optimiser", "momentum": "momentum",
    "warmup": "warmup", "cutmix": "cutmix", "ema": "ema", "amp": "precision", "channels_last": "channels_last",
    "epochs": "epochs", "batch_size": "batch_size", "learning_rate": "learning_rate", "weight_decay": "weight_decay",
}  # fmt: skip
_VIEWS = ("crop", "flip", "jitter", "jittered", "grey")
_RUN = ("device", "workers", "limit", "keep_train", "name")
ONLY_IMAGES = tuple(
    name for name in (*_FIELDS, *_VIEWS, *_RUN) if name not in ("epochs", "batch_size", "learning_rate", "weight_decay")
)
"""Options that the digits do not have."""


def add_options(parser: argparse.ArgumentParser) -> None:
    """Without defaults: what is not given is the recipe's own."""
    group = parser.add_argument_group("images", "with --encoder resnet8 and the like; --data is a folder, zip, ...")
    group.add_argument("--encoder", help=f"{', '.join(ENCODERS)}, in CIFAR form; without it the digits' small one")
    for name, kind, about in (
        ("width", int, "channels of the first stage, 32"), ("projection", int, "dimensions of the embedding, 128"),
        ("side", int, "pixels, 32"), ("momentum", float, "0.9"), ("warmup", float, "epochs, 1"),
        ("crop", float, "least area of a crop, 0.2"), ("flip", float, "share of views, 0.5"),
        ("jitter", float, "strength, 0.4"), ("jittered", float, "share of views, 0.8"),
        ("grey", float, "share of views, 0.2"), ("cutmix", float, "concentration beside --mixup, 0"),
        ("ema", float, "what a step keeps of the averaged weights, 0: none"), ("workers", int, "processes that decode"),
        ("limit", int, "at most so many images a side"),
        ("keep-train", int, "train items in the outputs, 3000; 0: all"),
    ):  # fmt: skip
        group.add_argument(f"--{name}", type=kind, metavar="N" if kind is int else "X", help=about)
    group.add_argument("--optimizer", help=", ".join(OPTIMISERS))
    group.add_argument("--amp", help=", ".join(PRECISIONS))
    group.add_argument("--channels-last", action="store_true", default=None)
    group.add_argument("--device", help="auto, cpu, cuda, mps")
    group.add_argument("--name", help="of the data, in the file; without it that of the folder or zip")


def recipe_of(options: argparse.Namespace, parameters: dict[str, float]) -> ImageRecipe:
    """The recipe that the options ask for."""
    given = {field: value for name, field in _FIELDS.items() if (value := getattr(options, name)) is not None}
    if "width" not in given and options.encoder in VITS:
        given["width"] = VITS[options.encoder]
    views = {name: value for name in _VIEWS if (value := getattr(options, name)) is not None}
    name = options.name or Path(options.data).name.split(".")[0]
    if not name.isprintable() or not 0 < len(name) <= 100:
        raise LabError("--name", "must be a printable name of 1 to 100 characters", repr(name[:80]))
    return ImageRecipe(
        options.loss, parameters, name, options.encoder, seed=options.seed, views=Views(**views), **given
    )


def train(recipe: ImageRecipe, options: argparse.Namespace, journal: Journal) -> int:
    """Everything that can be refused is refused before the first step."""
    out = Path(options.out)
    if out.suffix != ".pth":
        raise LabError("--out", "must end in .pth", str(out), "The outputs go beside it, into an .npz.")
    for name in ("limit", "workers"):
        value = getattr(options, name)
        if value is not None and value < 1:
            raise LabError(f"--{name}", "must be at least 1", value)
    # torch only for a command that is right.
    from checkpoints.training.images.data import read_images
    from checkpoints.training.images.evaluation import in_words
    from checkpoints.training.images.joined import agreed, from_first, together
    from checkpoints.training.images.run import SHIPPED_TRAIN, Run
    from checkpoints.training.images.run import train as train_images

    kept = SHIPPED_TRAIN if options.keep_train is None else options.keep_train or None
    how = Run(out, options.device or "auto", kept, options.every)
    with together(how.device) as here:
        agreed(how.check)
        from_first(journal.check)
        data = from_first(
            lambda: read_images(
                Path(options.data), recipe.side, name=recipe.data, limit=options.limit, workers=options.workers
            )
        )
        items = f"{len(data.train):,} train and {len(data.test):,} test images"
        several = f", in {here.count} processes" if here.count > 1 else ""
        print(f"{items} of {len(data.class_names)} classes{several}", flush=True)
        say = epoch_line(recipe)

        def report(epoch: int, loss: float, speed: float) -> None:
            say(epoch, loss, speed)
            if here.rank == 0:
                journal.epoch(epoch, {"loss": loss, "images_per_second": speed})

        ran = train_images(recipe, data, how, report)
        if here.rank == 0:
            journal.end(ran.evaluation)
    print(f"{out}: {in_words(ran.evaluation)}")
    return 0


def epoch_line(recipe: ImageRecipe) -> Callable[[int, float, float], None]:
    """A line an epoch on stdout, with the time that is left at the mean pace of this run so far."""
    began, first = time.monotonic(), 0

    def say(epoch: int, loss: float, speed: float) -> None:
        nonlocal first
        first = first or epoch - 1
        left = (recipe.epochs - epoch) * (time.monotonic() - began) / (epoch - first)
        done = f"epoch {epoch:3} of {recipe.epochs}  loss {loss:.4f}  {speed:,.0f} images/s"
        print(f"{done}  {duration(left)} left" if epoch < recipe.epochs else done, flush=True)

    return say


def duration(seconds: float) -> str:
    """In the two largest units.

    >>> duration(59), duration(61), duration(36000 + 119)
    ('59 s', '1 min 1 s', '10 h 1 min')
    """
    minutes, rest = divmod(round(seconds), 60)
    if not minutes:
        return f"{rest} s"
    hours, minutes_left = divmod(minutes, 60)
    return f"{hours} h {minutes_left} min" if hours else f"{minutes} min {rest} s"


def parameters_of(options: argparse.Namespace) -> dict[str, float]:
    """The loss's parameters, the defaults with what is given; one that the loss does not have is refused."""
    if options.loss not in OBJECTIVES:
        raise LabError("loss", f"must be one of {', '.join(OBJECTIVES)}", repr(options.loss))
    given = {name: value for name in BOUNDS if (value := getattr(options, name)) is not None}
    defaults, optional = OBJECTIVES[options.loss].parameters, OBJECTIVES[options.loss].optional
    for name in (each for each in given if each not in defaults and each not in optional):
        raise LabError(
            f"--{name.replace('_', '-')}",
            f"must be left out for {options.loss}",
            remedy=f"It has {', '.join((*defaults, *optional)) or 'no parameters'}.",
        )
    return {**defaults, **given}
