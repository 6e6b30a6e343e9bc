"""What a command line says about weights and images of other people's checkpoints. Free of torch."""

import argparse

from checkpoints.foreign.spec import CROPS, DEVICES, INTERPOLATIONS, POOLS, SPACES, ForeignSpec, Triple
from checkpoints.reading.quoting import shown
from losses.errors import LabError


def add_foreign(parser: argparse.ArgumentParser) -> None:
    """An option for each field of `ForeignSpec`."""
    add = parser.add_argument
    add("--limit", type=int, help="images a split at most, for a try-out: the first of each class")
    add("--device", choices=DEVICES, default="auto", help="where images go through the network")
    add("--space", choices=SPACES, default="head", help="embeddings: the head's output, or features")
    add("--weights", metavar="NAME", default="", help="which of several sets of weights in the file, such as teacher")
    add("--heads", type=int, help="attention heads of a transformer whose width does not tell them")
    add("--pool", choices=POOLS, help="features of a transformer: its class token, or the mean of its patches")
    add("--side", type=int, help="pixels that images are scaled to, instead of the file's")
    add("--crop", choices=CROPS, help="the centre of the scaled image, or all of it scaled to a square")
    add("--interpolation", choices=INTERPOLATIONS, help="of the scaling")
    add("--mean", metavar="R,G,B", help="of the channels in [0, 1], instead of the file's; 0,0,0 for none")
    add("--std", metavar="R,G,B", help="of the channels in [0, 1], instead of the file's; 1,1,1 for none")
    add("--workers", type=int, help="processes that decode images; by itself as many as pay")
    add(
        "--encoder",
        metavar="FILE.py:FUNCTION",
        help="your own code that gives the network: it is run, with your rights",
    )
    add("--arch", metavar="timm:NAME", help="a network of timm's, which must be installed")


def foreign_spec(options: argparse.Namespace) -> ForeignSpec:
    """What those options say; the code of `--encoder` is run and tried here. LabError where one does not fit."""
    mean, std = (_triple(name, getattr(options, name)) for name in ("mean", "std"))
    return ForeignSpec(
        options.limit, options.device, options.space, options.side, mean, std, options.crop, options.interpolation,
        options.weights, options.heads, options.pool, _network(options), options.workers,
    )  # fmt: skip


def _network(options: argparse.Namespace) -> str:
    if options.encoder is None:
        return options.arch or ""
    if options.arch is not None:
        raise LabError("--arch", "must be left out beside --encoder")
    from checkpoints.brought.own_code import add_own_encoder

    add_own_encoder(options.encoder)
    return "own"


def _triple(name: str, text: str | None) -> Triple | None:
    """Three numbers of a command line, with commas between."""
    if text is None:
        return None
    try:
        first, second, third = (float(part) for part in text.split(","))
    except ValueError as error:
        rule = "must be three numbers with commas between, such as 0.49,0.48,0.45"
        raise LabError(f"--{name}", rule, shown(text)) from error
    return first, second, third
