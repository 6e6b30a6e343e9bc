"""python -m checkpoints.zoo.cifar_readme: the README of the shipped encoders of CIFAR-10, computed from their files."""

import sys

from torch import Generator

from analysis.neighbours.class_means import ClassMeans, class_means
from checkpoints import open_outputs
from checkpoints.command_line import run
from checkpoints.inspect import inspect_file
from checkpoints.native.image_run import ImageRun
from checkpoints.reading.atomic import write_atomic
from checkpoints.training.images.encoders import encoder_of
from checkpoints.training.images.recipe import DEPTHS
from checkpoints.zoo import FOLDER, ZooEntry, of_images, run_of
from checkpoints.zoo.readme import line
from losses.catalog import CATALOG

_INTRODUCTION = """\
# Encoders of CIFAR-10

{files} runs on one GPU ({device}), one setting for all but the loss, its temperature, the seed and the encoder:

{networks}

An epoch is {steps} steps of {batch} images, two views each where the loss compares views. All outputs were computed
from float16 weights.

This is not the papers' training: SINCERE's figure is of a ResNet-50 (23.5 M parameters) after 800 epochs, with a
temperature chosen for each loss. That network tells its train images apart, and so does ResNet-18 here:
{apart_larger} of them are nearest to the mean of their own class. ResNet-14 does not: {apart}. Where a network does
not, nearly every test image has a train image of another class right beside it, and nearest target and noise are much
closer than the published .994 / .145 (SINCERE, tau .1) and .994 / .732 (SupCon, tau .05). What can be compared is one
file here with another of the same encoder; how far classes lie apart is seen on the cosines to the means of classes.
The images are JPEG copies of CIFAR-10, not the original pixels. Nothing was chosen by the test images: learning rate,
decay and views are those of the first try. NLL saw no mixed images; NT-Xent and WEINCE had as few epochs as the
others, and need more. `weince_extra_terms_seed_0` adds the two terms that the released script adds to WEINCE's loss.

NAME.npz has the outputs, which open in the lab without images (embeddings of all 10,000 test images and of {kept:,}
train images, the first of each class; logits of class heads; ids are file names; no image). NAME.pth, for one ResNet-14
of each loss, has the weights in float16 as SupContrast's code names and loads them, which open where you have the
images yourself (`make app ROOT=...`). Made by

    python -m checkpoints.zoo.cifar --data cifar10.zip --out FOLDER --epochs {epochs} \\
        --device cuda --amp bf16 --channels-last

with the names of the runs of one encoder behind it. On a GPU the same command gives nearly the same curve, not the same
bytes.

`transfer.json` has what a linear probe on their features makes of digits, which none of them saw, and the AUC of each
among the train items in its file, with intervals; `python -m checkpoints.zoo.transfer` makes it from these files, and
keeps what it found of encoders whose weights are not among them.

## As the runs stated them

Against all 50,000 train images. Votes (knn) weigh exp(cosine / 0.1) and the probe is linear, both on the *encoder's
features*. Target and noise are medians of a test image's nearest cosine among train images of its class and of any
other, on what the loss saw: the head's output; for a class head, whose loss saw logits, the encoder's features.
"""
_AGAIN = """
## Computed again from the outputs in the files

Against the {kept:,} train images in a file, so noise is further away than above; 1-NN and probe see the embeddings
in the file, which are the head's output but for class heads. own and other mean: medians of the cosine to the mean
of the own class and to the nearest of another; apart: share of train images nearest to their own class's mean.
`python -m checkpoints.inspect FILE` gives all numbers of one, with intervals.
"""
_STATED = ("knn_1", "knn_5", "knn_200", "probe", "head", "target", "noise", "margin", "auc", "nll", "ece")
_FOUND = (
    ("knn_accuracy", "1-NN"), ("probe_accuracy", "probe"), ("class_head_accuracy", "head"),
    ("nearest_target_similarity", "target"), ("nearest_noise_similarity", "noise"), ("margin", "margin"),
    ("target_noise_auc", "AUC"), ("ece", "ECE"),
)  # fmt: skip
_MEANS = ("own mean", "other mean", "apart")


def readme(entries: tuple[ZooEntry, ...]) -> str:
    """Markdown: what they are, the stated numbers, those computed again, digests."""
    runs = {entry: run_of(entry) for entry in entries}
    means, kept = {entry: _means(entry) for entry in entries}, len(open_outputs(entries[0].path).train)
    lines = [_introduction(list(runs.values()), list(means.values()), kept)]
    lines += [line(["file", "loss", *_STATED]), line(["---", "---", *["---:"] * len(_STATED)])]
    lines += [_stated(entry, each) for entry, each in runs.items()]
    lines += [_AGAIN.format(kept=kept), line(["file", *(word for _, word in _FOUND), *_MEANS])]
    lines += [line(["---", *["---:"] * (len(_FOUND) + len(_MEANS))])]
    lines += [_found(entry, each) for entry, each in means.items()]
    lines += ["", "## Digests (sha256)", "", "```", *(f"{entry.digest}  {entry.path.name}" for entry in entries)]
    return "\n".join([*lines, "```", ""])


def _introduction(runs: list[ImageRun], means: list[ClassMeans], kept: int) -> str:
    first = next(each for each in runs if each.recipe.encoder == "resnet14")
    apart = {
        encoder: [found.train_apart for run, found in zip(runs, means, strict=True) if run.recipe.encoder == encoder]
        for encoder in ("resnet14", "resnet18")
    }
    return _INTRODUCTION.format(
        files=len(runs), device=first.device, networks=_networks(runs), steps=50_000 // first.recipe.batch_size,
        batch=first.recipe.batch_size, epochs=first.recipe.epochs, kept=kept, apart=_from_to(apart["resnet14"]),
        apart_larger=_from_to(apart["resnet18"]),
    )  # fmt: skip


def _from_to(shares: list[float]) -> str:
    return f"{min(shares):.1%} to {max(shares):.1%}"


def _networks(runs: list[ImageRun]) -> str:
    """A line an encoder."""
    groups: dict[str, list[ImageRun]] = {}
    for each in runs:
        groups.setdefault(each.recipe.encoder, []).append(each)
    return "\n".join(f"- {_network(group)}" for _, group in sorted(groups.items()))


def _network(runs: list[ImageRun]) -> str:
    recipe, minutes = runs[0].recipe, [each.seconds / 60 for each in runs]
    blocks, _ = DEPTHS[recipe.encoder]
    about = f"{runs[0].network.split(',')[0]} in CIFAR form, {len(blocks)} stages, first width {recipe.width}"
    weights = encoder_of(recipe, 10, Generator()).parameters()
    about += f", {sum(each.numel() for each in weights) / 1e6:.2f} M parameters"
    return f"{about}: {len(runs)} runs of {recipe.epochs} epochs, {max(minutes):.1f} minutes at most, others beside it"


def _means(entry: ZooEntry) -> ClassMeans:
    found = class_means(open_outputs(entry.path))
    assert isinstance(found, ClassMeans)
    return found


def _stated(entry: ZooEntry, said: ImageRun) -> str:
    cells = [f"`{entry.path.stem}`", CATALOG[entry.loss].title, *(_four(said.stated.get(name)) for name in _STATED)]
    return line(cells)


def _found(entry: ZooEntry, means: ClassMeans) -> str:
    numbers, (own, other) = inspect_file(str(entry.path)), means.medians
    cells = [_four(numbers[name]) for name, _ in _FOUND]
    return line([f"`{entry.path.stem}`", *cells, _four(own), _four(other), _four(means.train_apart)])


def _four(value: object) -> str:
    """Four digits: cosines here lie near 1."""
    return f"{value:.4f}" if isinstance(value, float) else "-"


def main() -> int:
    """Writes it beside the files."""
    return run(_write)


def _write() -> int:
    write_atomic(FOLDER / "cifar10" / "README.md", readme(of_images()).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
