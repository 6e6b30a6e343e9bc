"""python -m checkpoints.zoo.cifar --data PATH --out FOLDER --minutes M: encoders of CIFAR-10, the most wanted first.

Each run leaves its two files when it is done, and none is begun that would not end in time. A run that fails says why,
and the next begins. With --shard 0/2 and 1/2 two processes share the list.
"""

import argparse
import sys
import time
import traceback
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from checkpoints.command_line import Parser, run
from checkpoints.native.objectives import OBJECTIVES
from checkpoints.training.images.command import epoch_line
from checkpoints.training.images.recipe import ImageRecipe
from losses.errors import LabError

if TYPE_CHECKING:
    from checkpoints.training.images.data import ImageSet

MOST_EPOCHS = 100
_AFTER = 6.0  # seconds that a run takes beside its epochs: to judge and to write


def _recipe(loss: str, seed: int = 0, **parameters: float) -> ImageRecipe:
    """One setting for all, so that files differ by their loss."""
    return ImageRecipe(loss, {**OBJECTIVES[loss].parameters, **parameters}, "cifar10", seed=seed)


def _larger(loss: str, temperature: float) -> ImageRecipe:
    """The same with ResNet-18: 11 million parameters instead of 0.7."""
    return replace(_recipe(loss, temperature=temperature), encoder="resnet18", width=64)


RUNS: Mapping[str, ImageRecipe] = {
    "supcon_tau_0.1_seed_0": _recipe("supcon", temperature=0.1),
    "sincere_tau_0.1_seed_0": _recipe("sincere", temperature=0.1),
    "supcon_tau_0.1_seed_1": _recipe("supcon", 1, temperature=0.1),
    "sincere_tau_0.1_seed_1": _recipe("sincere", 1, temperature=0.1),
    "sincere_tau_0.05_seed_0": _recipe("sincere", temperature=0.05),
    "supcon_tau_0.05_seed_0": _recipe("supcon", temperature=0.05),
    "soft_target_cross_entropy_seed_0": _recipe("soft_target_cross_entropy"),
    "soft_target_infonce_seed_0": _recipe("soft_target_infonce"),
    "nll_seed_0": _recipe("nll"),
    "nt_xent_seed_0": _recipe("nt_xent"),
    "weince_seed_0": _recipe("weince"),
    "weince_extra_terms_seed_0": _recipe("weince", weibull_weight=0.5, softmax_weight=0.5),
    "sincere_resnet18_tau_0.1_seed_0": _larger("sincere", 0.1),
    "supcon_resnet18_tau_0.1_seed_0": _larger("supcon", 0.1),
}
WITH_WEIGHTS = tuple(name for name in RUNS if name.removesuffix("_seed_0").removesuffix("_tau_0.1") in OBJECTIVES)
"""Runs whose weights are shipped, one of each loss: all together would be more than a checkout should hold."""


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when all that was begun is written, 1 when a run failed, 2 for a mistake in the command."""
    options = _parser().parse_args(argv)
    return run(lambda: _train_all(options), options, "Stopped; the same command goes on with the run it was in.")


def _train_all(options: argparse.Namespace) -> int:
    began = time.monotonic()
    if options.minutes <= 0 or options.epochs < 0:
        raise LabError("--minutes and --epochs", "must be above 0", (options.minutes, options.epochs))
    from checkpoints.foreign.forward import device_of
    from checkpoints.training.images.data import read_images

    device_of(options.device)
    if not options.out.is_dir():
        raise LabError("--out", "must be an existing folder", repr(str(options.out)))
    wanted = _wanted(options)
    data = read_images(options.data, 32, name="cifar10", limit=options.limit, workers=options.workers)
    print(f"{len(data.train):,} + {len(data.test):,} images after {time.monotonic() - began:.1f} s", flush=True)
    ends = began + 60 * options.minutes
    wanted = {name: replace(recipe, epochs=options.epochs or 1) for name, recipe in wanted.items()}
    seconds = _measured(wanted, data, options.device)
    epochs = options.epochs or _fitting(wanted, seconds, ends - time.monotonic())
    said = ", ".join(f"{each:.2f} s of {encoder} with {head}" for (encoder, head), each in seconds.items())
    print(f"an epoch takes {said}; {len(wanted)} runs of {epochs} epochs", flush=True)
    failed = 0
    for name, recipe in wanted.items():
        needs, left = epochs * seconds[_pace(recipe)] + _AFTER, ends - time.monotonic()
        if left < needs:
            print(f"{name}: left out, needs about {needs:.0f} s and {max(left, 0):.0f} s are left", flush=True)
            continue
        failed += not _train_one(name, replace(recipe, epochs=epochs), data, options)
    print(f"done after {time.monotonic() - began:.0f} s, {failed} failed", flush=True)
    return 1 if failed else 0


def _wanted(options: argparse.Namespace) -> dict[str, ImageRecipe]:
    """The runs asked for that are not there yet, as the options change them."""
    for name in options.names:
        if name not in RUNS:
            raise LabError("run", f"must be one of {', '.join(RUNS)}", repr(name))
    changed = {"width": options.width, "encoder": options.encoder, "batch_size": options.batch_size}
    changed |= {"precision": options.amp, "channels_last": options.channels_last}
    own = {field: value for field, value in changed.items() if value is not None}
    mine = list(options.names or RUNS)[_shard(options.shard)]
    there = [name for name in mine if (options.out / f"{name}.npz").exists()]
    for name in there:
        print(f"{name}: is there already")
    wanted = {name: replace(RUNS[name], **own) for name in mine if name not in there}
    if not wanted:
        raise LabError("runs", "must be left to do", but="are all there")
    return wanted


def _shard(text: str) -> slice:
    """Every n-th from the i-th, of "i/n"."""
    first, _, count = text.partition("/")
    if not (first.isdecimal() and count.isdecimal() and int(first) < int(count)):
        raise LabError("--shard", "must be i/n with i below n", repr(text), "0/1 is all.")
    return slice(int(first), None, int(count))


def _train_one(name: str, recipe: ImageRecipe, data: "ImageSet", options: argparse.Namespace) -> bool:
    """Whether it went to its end."""
    from checkpoints.training.images.evaluation import in_words
    from checkpoints.training.images.run import Run, train

    print(f"{name}: begins", flush=True)
    start = time.monotonic()
    try:
        how = Run(options.out / f"{name}.pth", options.device, options.keep_train or None)
        ran = train(recipe, data, how, epoch_line(recipe))
    except Exception as error:  # noqa: BLE001 - hours of other runs do not end with this one
        print(f"{name}: FAILED, {type(error).__name__}: {error}", flush=True)
        if not isinstance(error, LabError):
            traceback.print_exc()
        return False
    print(f"{name}: {in_words(ran.evaluation)}; {time.monotonic() - start:.0f} s", flush=True)
    return True


def _pace(recipe: ImageRecipe) -> tuple[str, str]:
    """What an epoch's time depends on: the encoder, and its head, which has one view or two."""
    return recipe.encoder, recipe.head


def _measured(wanted: Mapping[str, ImageRecipe], data: "ImageSet", device: str) -> dict[tuple[str, str], float]:
    """Seconds of an epoch by its pace: of the second, as the first warms up."""
    from checkpoints.foreign.forward import device_of
    from checkpoints.training.images.loop import OnDevice, Trainer, tuned

    at, found = device_of(device), dict[tuple[str, str], float]()
    pixels = OnDevice.of(data, at)
    with tuned():
        for recipe in wanted.values():
            if _pace(recipe) not in found:
                trainer = Trainer(recipe, pixels, len(data.class_names), at)
                trainer.epoch(0)
                start = time.perf_counter()
                trainer.epoch(0)
                found[_pace(recipe)] = time.perf_counter() - start
    return found


def _fitting(wanted: Mapping[str, ImageRecipe], seconds: Mapping[tuple[str, str], float], left: float) -> int:
    """Epochs, the same for all, that fit into the seconds that are left."""
    each = sum(seconds[_pace(recipe)] for recipe in wanted.values())
    return int(min(MOST_EPOCHS, max(1, (0.95 * left - _AFTER * len(wanted)) / each)))


def _parser() -> Parser:
    parser = Parser("python -m checkpoints.zoo.cifar", description="Train encoders of CIFAR-10.", allow_abbrev=False)
    parser.add_argument("names", nargs="*", help=f"runs, all if none is named: {', '.join(RUNS)}")
    parser.add_argument("--data", type=Path, required=True, help="CIFAR-10 as a folder or zip, train|test/CLASS/*.jpg")
    parser.add_argument("--out", type=Path, required=True, help="an existing folder")
    parser.add_argument("--minutes", type=float, default=1e6, help="all in all, reading among it")
    parser.add_argument("--epochs", type=int, default=0, help="of each run; 0: as many as all have time for")
    parser.add_argument("--device", default="auto", help="auto, cpu, cuda, mps")
    parser.add_argument("--amp", help="none, bf16")
    parser.add_argument("--channels-last", action="store_true", default=None)
    parser.add_argument("--encoder", help="instead of resnet14")
    parser.add_argument("--width", type=int, help="instead of 32")
    parser.add_argument("--batch-size", type=int, help="instead of 512")
    parser.add_argument("--keep-train", type=int, default=3000, help="train items in the outputs; 0: all")
    parser.add_argument("--shard", default="0/1", help="i/n: every n-th run from the i-th")
    parser.add_argument("--limit", type=int, help="at most so many images a side, to try it")
    parser.add_argument("--workers", type=int, help="processes that decode")
    return parser


if __name__ == "__main__":
    sys.exit(main())
