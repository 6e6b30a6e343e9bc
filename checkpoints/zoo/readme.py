"""The zoo's README: every number in it computed from the files it describes."""

import numpy as np

from checkpoints.inspect import inspect_file
from checkpoints.native.datasets import digits
from checkpoints.native.forward import unit_rows
from checkpoints.zoo import FOLDER, ZooEntry

_INTRODUCTION = """\
# The shipped checkpoints

One small convolutional encoder for each loss, trained on scikit-learn's digits (scans of 8 x 8 pixels: {train:,} to
train on, {test} to test on). `python -m checkpoints.zoo.remake` trains all of them again with the commands below and
writes this file; `python -m checkpoints.inspect FILE` gives the numbers of one. On one machine with the same library
versions the same command gives the same bytes; elsewhere the last digits of the weights differ.

Learning rate (0.001 or 0.003), temperature of the embedding losses (0.05 to 0.5) and strength of the augmentation were
chosen by 1-nearest-neighbour accuracy on `--data digits_validation`, which splits the train side again, and never on
the test side. All losses got one setting, the best or within three validation items of the best for each. Most rows
differ by a few test items, within their intervals: one item is {item:.4f}. The nearest neighbour by cosine among the
raw pixels gives {pixels:.3f}: digits are easy, and what differs between the losses is geometry and calibration.

- 1-NN: accuracy of the nearest train item by cosine, with a 95 % bootstrap interval over test items.
- probe: accuracy of a logistic regression on the encoder's features at unit length. head: accuracy of the model's own
  class head.
- target, noise: median cosine to the nearest train item of the same class and of any other; margin: their difference;
  AUC: share of pairs of a target and a noise in order, about 1/K by chance for K classes of a size, for noise is
  the largest of more cosines.
- ECE (15 equal-width bins) and NLL (nats): of the head where there is one, else of the probe; in brackets the ECE that
  a calibrated model with the same confidences would give.

The last rows, in `seeds`, are each loss twice more, with other seeds: what differs between them is no property of a
loss. Compare draws intervals whose unit is a training from them (*Over seeds*), and Results has their means.
"""

_HEADINGS = ("file", "KB", "1-NN", "probe", "head", "target", "noise", "margin", "AUC", "ECE", "NLL")


def readme(entries: tuple[ZooEntry, ...]) -> str:
    """Markdown: the introduction, a table with a row for each checkpoint, and the command of each."""
    lines = [_introduction(), line(_HEADINGS), line(["---"] + ["---:"] * (len(_HEADINGS) - 1))]
    lines += [line(_cells(entry)) for entry in entries]
    lines += ["", "## Commands", "", "```"] + [entry.command for entry in entries] + ["```", ""]
    lines += ["## Digests (sha256)", "", "```"] + [
        f"{entry.digest}  {entry.path.relative_to(FOLDER)}" for entry in entries
    ]
    return "\n".join([*lines, "```", ""])


def _introduction() -> str:
    data = digits()
    train, test = (unit_rows(side.images.reshape(len(side), -1).astype(np.float32)) for side in (data.train, data.test))
    hits = data.train.labels[(test @ train.T).argmax(axis=1)] == data.test.labels
    return _INTRODUCTION.format(train=len(train), test=len(test), item=1 / len(test), pixels=hits.mean())


def _cells(entry: ZooEntry) -> list[str]:
    numbers = inspect_file(str(entry.path))
    return [
        f"`{entry.path.relative_to(FOLDER)}`",
        f"{entry.size / 1000:.0f}",
        number(numbers["knn_accuracy"]) + _interval(numbers["knn_accuracy_interval"]),
        number(numbers["probe_accuracy"]),
        number(numbers["class_head_accuracy"]),
        number(numbers["nearest_target_similarity"]),
        number(numbers["nearest_noise_similarity"]),
        number(numbers["margin"]),
        _area(numbers["target_noise_auc"]),
        number(numbers["ece"]) + _interval(numbers["ece_if_calibrated"]),
        number(numbers["nll"]),
    ]


def line(cells: list[str] | tuple[str, ...]) -> str:
    """A row of a table in Markdown."""
    return "| " + " | ".join(cells) + " |"


def number(value: object) -> str:
    """Three digits, a dash for what is no number."""
    return f"{value:.3f}" if isinstance(value, float) else "-"


def _area(value: object) -> str:
    """With a digit more: most lie near 1."""
    return f"{value:.4f}" if isinstance(value, float) else "-"


def _interval(value: object) -> str:
    return f" ({value[0]:.3f} to {value[1]:.3f})" if isinstance(value, list) else ""
