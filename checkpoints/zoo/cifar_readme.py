"""python -m checkpoints.zoo.cifar_readme: the README of the shipped encoders of CIFAR-10, computed from their files."""

import sys

from checkpoints.command_line import run
from checkpoints.inspect import inspect_file
from checkpoints.native.image_run import ImageRun
from checkpoints.reading.atomic import write_atomic
from checkpoints.zoo import FOLDER, ZooEntry, of_images, run_of
from checkpoints.zoo.readme import line, number
from losses.catalog import CATALOG

_INTRODUCTION = """\
# Encoders of CIFAR-10

{network}, trained for {epochs} epochs of {steps} steps of {batch} images on {device}, about {seconds:.0f} s
each; {files} runs, one setting for all but the loss, its temperature and the seed. This is not the papers'
training: SINCERE's figure is of a ResNet-50 (23.5 M parameters, here {parameters:.2f} M) after 800 epochs, with
a temperature chosen for each loss. Accuracies here are below the papers', and margins need not be theirs; what
can be compared is one file here with another at the same temperature. The images are JPEG copies of CIFAR-10,
not the original pixels. Nothing was chosen by the test images: learning rate, decay and augmentation are those
of the first try.

Each run has two files: NAME.npz, the outputs, which open in the lab without images (embeddings of all 10,000
test images and of {kept:,} train images, the first of each class; logits of the class heads; ids are file
names; no image), and NAME.pth, the weights in float16 as SupContrast's code names and loads them, which open
where you have the images yourself (`make app ROOT=...`). Made by

    python -m checkpoints.zoo.cifar --data cifar10.zip --out FOLDER --epochs {epochs} \\
        --device cuda --amp bf16 --channels-last

On a GPU the same command gives nearly the same curve, not the same bytes.

## As the runs stated them

Against all 50,000 train images: kNN by votes on the encoder's features, weights exp(cosine / 0.1); a linear
probe of the features; target and noise: medians of a test image's nearest cosine among train images of its
class and of any other, on what the loss saw (of a class head: the features).
"""
_AGAIN = """
## Computed again from the outputs in the files

Against the {kept:,} train images in a file, so noise is further away and 1-NN is on the embeddings; a test
holds this table to the files. `python -m checkpoints.inspect FILE` gives all numbers of one, with intervals.
"""
_STATED = ("knn_1", "knn_5", "knn_200", "probe", "head", "target", "noise", "margin", "auc", "nll", "ece")
_FOUND = (
    ("knn_accuracy", "1-NN"), ("probe_accuracy", "probe"), ("class_head_accuracy", "head"),
    ("nearest_target_similarity", "target"), ("nearest_noise_similarity", "noise"), ("margin", "margin"),
    ("target_noise_auc", "AUC"), ("ece", "ECE"),
)  # fmt: skip


def readme(entries: tuple[ZooEntry, ...]) -> str:
    """Markdown: what they are, the stated numbers, those computed again, digests."""
    runs = {entry: run_of(entry) for entry in entries}
    kept = _kept(entries[0])
    lines = [_introduction(list(runs.values()), kept, entries)]
    lines += [line(["file", "loss", *_STATED]), line(["---", "---", *["---:"] * len(_STATED)])]
    lines += [_stated(entry, each) for entry, each in runs.items()]
    lines += [_AGAIN.format(kept=kept), line(["file", *(word for _, word in _FOUND)])]
    lines += [line(["---", *["---:"] * len(_FOUND)]), *map(_found, entries)]
    lines += ["", "## Digests (sha256)", "", "```", *(f"{entry.digest}  {entry.path.name}" for entry in entries)]
    return "\n".join([*lines, "```", ""])


def _introduction(runs: list[ImageRun], kept: int, entries: tuple[ZooEntry, ...]) -> str:
    first = runs[0]
    weights = entries[0].path.with_suffix(".pth").stat().st_size
    return _INTRODUCTION.format(
        network=first.network, epochs=first.recipe.epochs, steps=50_000 // first.recipe.batch_size,
        batch=first.recipe.batch_size, device=first.device, files=len(runs), kept=kept, parameters=weights / 2e6,
        seconds=sum(each.seconds for each in runs) / len(runs),
    )  # fmt: skip


def _kept(entry: ZooEntry) -> int:
    from checkpoints.opening import open_outputs

    return len(open_outputs(entry.path).train)


def _stated(entry: ZooEntry, said: ImageRun) -> str:
    cells = [f"`{entry.path.stem}`", CATALOG[entry.loss].title, *(number(said.stated.get(name)) for name in _STATED)]
    return line(cells)


def _found(entry: ZooEntry) -> str:
    numbers = inspect_file(str(entry.path))
    return line([f"`{entry.path.stem}`", *(number(numbers[name]) for name, _ in _FOUND)])


def main() -> int:
    """Writes it beside the files."""
    return run(_write)


def _write() -> int:
    write_atomic(FOLDER / "cifar10" / "README.md", readme(of_images()).encode())
    return 0


if __name__ == "__main__":
    sys.exit(main())
