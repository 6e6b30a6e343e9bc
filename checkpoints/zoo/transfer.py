"""python -m checkpoints.zoo.transfer: what the shipped encoders of CIFAR-10 know of digits, which they never saw.

A linear probe on their features (multinomial logistic regression with an L2 penalty of 1, at unit length), beside the
same on an untrained encoder and on the pixels; and the AUC of each against the train items in its file, with an
interval. It writes `transfer.json` beside them, which Results shows. Of encoders whose weights are not there it keeps
what the file has.
"""

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.statistics.bootstrap import Estimate, proportion
from checkpoints.command_line import Parser, run
from checkpoints.reading import strict_json
from checkpoints.reading.atomic import write_atomic
from checkpoints.reading.fields import Fields
from checkpoints.zoo import FOLDER, ZooEntry, of_images, run_of
from losses.errors import LabError

if TYPE_CHECKING:
    import torch

PATH = FOLDER / "cifar10" / "transfer.json"
_SEEDS = 3
_ROWS = 300


@dataclass(frozen=True, slots=True)
class Transfer:
    """encoders, beside: name -> accuracy of the probe on the test digits; areas: encoder -> AUC of target against noise
    among the train items in its file. Intervals are over test items."""

    train_items: int
    test_items: int
    encoders: Mapping[str, Estimate]
    beside: Mapping[str, Estimate]
    areas: Mapping[str, Estimate]


def transfer() -> Transfer:
    """What is shipped. LabError for a file that the script has not written."""
    return _read(PATH, PATH.stat().st_mtime_ns)


@lru_cache(maxsize=2)
def _read(path: Path, _changed: int) -> Transfer:
    with Fields(strict_json.parse(path.read_text("utf-8"), name=path.name, brackets=1000), path.name) as fields:
        train, test = (fields.integer(name, 1, 10**9) for name in ("train_items", "test_items"))
        encoders, beside, areas = (_estimates(fields, name) for name in ("encoders", "beside", "areas"))
        return Transfer(train, test, encoders, beside, areas)


def _estimates(fields: Fields, name: str) -> dict[str, Estimate]:
    found = {}
    with fields.inner(name) as inner:
        for each in inner.names():
            numbers = [float(value) for value in inner.items(each, 3) if isinstance(value, int | float)]
            if len(numbers) != 3:
                raise LabError(f"{PATH.name}: {each}", "must be a value and its interval")
            found[each] = Estimate(*numbers)
    return found


def measured() -> Transfer:
    """Of every shipped encoder of CIFAR-10, now. LabError where there is none."""
    from checkpoints.native.datasets import digits

    data, entries = digits(), of_images()
    if not entries:
        raise LabError("encoders of CIFAR-10", "must be there to be measured", but="none is")
    networks = {f"untrained encoder, seed {seed}": _untrained(entries[0], seed) for seed in range(_SEEDS)}
    encoders = {entry.name: _of(entry) for entry in entries}
    beside = {name: _probe(_features(network)) for name, network in networks.items()}
    beside["pixels"] = _probe(_pixels())
    areas = {entry.name: _area(entry) for entry in entries}
    return Transfer(len(data.train), len(data.test), encoders, beside, areas)


def _of(entry: ZooEntry) -> Estimate:
    """What was found before of one whose weights are not here: not all are shipped."""
    if entry.path.with_suffix(".pth").is_file():
        return _probe(_features(_trained(entry)))
    before = transfer().encoders
    if entry.name not in before:
        raise LabError(
            f"weights of {entry.name}", "must be beside its outputs", but="are not there", remedy="Train it again."
        )
    return before[entry.name]


def _trained(entry: ZooEntry) -> "torch.nn.Module":
    from checkpoints.brought.sharded import contents_of
    from checkpoints.foreign.opening import network_in
    from checkpoints.foreign.plan import Plan
    from checkpoints.foreign.weights import load

    path = entry.path.with_suffix(".pth")
    contents = contents_of(path)
    weights, plan = network_in(contents)
    assert isinstance(plan, Plan)
    model = plan.build()
    load(model, weights, contents, path)
    return model.eval()


def _untrained(entry: ZooEntry, seed: int) -> "torch.nn.Module":
    from torch import Generator

    from checkpoints.training.images.encoders import encoder_of

    return encoder_of(run_of(entry).recipe, 10, Generator().manual_seed(seed)).eval()


def _pixels() -> tuple["torch.Tensor", "torch.Tensor"]:
    """Train and test digits as rows."""
    from checkpoints.native.datasets import digits
    from checkpoints.native.forward import as_tensor

    train, test = (as_tensor(side.images).flatten(1) for side in (digits().train, digits().test))
    return train, test


def _features(network: "torch.nn.Module") -> tuple["torch.Tensor", "torch.Tensor"]:
    """Of train and test digits, scaled to 32 x 32 in three equal colours and normalised as CIFAR-10 is."""
    import torch
    import torch.nn.functional as F

    from checkpoints.foreign.constants import SUPCONTRAST
    from checkpoints.native.datasets import digits
    from checkpoints.native.forward import as_tensor

    mean, std = (torch.tensor(each).view(1, 3, 1, 1) for each in SUPCONTRAST["cifar10"])
    found = []
    with torch.no_grad():
        for side in (digits().train, digits().test):
            pixels = F.interpolate(as_tensor(side.images), size=(32, 32), mode="bilinear", align_corners=False)
            parts = ((pixels.expand(-1, 3, -1, -1) - mean) / std).split(_ROWS)
            found.append(torch.cat([network(each)[0] for each in parts]))
    return found[0], found[1]


def _probe(sides: tuple["torch.Tensor", "torch.Tensor"]) -> Estimate:
    import torch
    import torch.nn.functional as F

    from checkpoints.native.datasets import digits
    from checkpoints.training.images.evaluation import probed

    data = digits()
    train, test = (F.normalize(each, dim=1) for each in sides)
    said = probed(train, torch.from_numpy(data.train.labels).long(), test, len(data.class_names)).argmax(dim=1)
    found = proportion(said.numpy() == data.test.labels)
    assert isinstance(found, Estimate)
    return found


def _area(entry: ZooEntry) -> Estimate:
    from analysis.neighbours.nearest import nearest_similarity
    from analysis.neighbours.separation import Separation, separation
    from checkpoints.opening import open_outputs

    found = separation(nearest_similarity(open_outputs(entry.path)))
    assert isinstance(found, Separation)
    return found.auc


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 when the file is written."""
    parser = Parser("python -m checkpoints.zoo.transfer", description="Probe the encoders of CIFAR-10 on digits.")
    options = parser.parse_args(argv)
    return run(_write, options)


def _write() -> int:
    found = measured()
    about = {"train_items": found.train_items, "test_items": found.test_items}
    parts = {"encoders": found.encoders, "beside": found.beside, "areas": found.areas}
    numbers = {name: {key: _plain(each) for key, each in part.items()} for name, part in parts.items()}
    write_atomic(PATH, (json.dumps(about | numbers, indent=1) + "\n").encode())
    for name, each in {**found.encoders, **found.beside}.items():
        print(f"{name}: {each.value:.4f} ({each.low:.4f} to {each.high:.4f})")
    return 0


def _plain(found: Estimate) -> list[float]:
    return [float(f"{each:.6g}") for each in (found.value, found.low, found.high)]


if __name__ == "__main__":
    sys.exit(main())
