"""What batches, pictures of forces, statistics and calibration say."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np

from analysis.accuracy.confusion import confusion
from analysis.accuracy.probe import softmax
from analysis.anatomy.heads import HeadBatch, head_anatomy
from analysis.anatomy.of_losses import anatomy
from analysis.anatomy.of_points import point_anatomy
from analysis.anatomy.points import PointBatch, Settings
from analysis.calibration.top_label import bin_confidences, calibration, check_probabilities
from analysis.figures.worlds.repulsion.arrows import force_arrows
from analysis.forces import head_batches
from analysis.forces.batches import BatchSpec, split_batch
from analysis.forces.chance_level import ChanceSpec, chance_level
from analysis.forces.curves import force_curves, grid
from analysis.forces.groups import hard_cells
from analysis.forces.matrix import force_matrix
from analysis.forces.of_classes import class_force_matrix
from analysis.forces.own_loss import add_own_loss
from analysis.forces.sampling import SamplingSpec, enumerate_labels, random_batch
from analysis.forces.scene import Scene, points
from analysis.forces.start_pair import PairScene
from analysis.outputs import Outputs, Split
from analysis.statistics.bootstrap import Estimate
from analysis.statistics.holm import holm
from toy_models.repulsion.spec import RepulsionSpec

HEADS = HeadBatch(((1.0, 2.0), (0.0, 1.0)), ((1.0, 0.0), (0.5, 0.5)))
POINTS = PointBatch(("A", "A", "B"), (0.0, 30.0, 90.0))
EVEN = np.full((2, 2), 0.5)
SPLIT = Split(np.eye(4, dtype=np.float32), np.array([0, 0, 1, 1]))
SCORES_ALONE = Split(np.empty((4, 0), np.float32), np.array([0, 0, 1, 1]), np.eye(4))


def own(body: str, signature: str = "embeddings, labels, *, temperature"):
    """Add the function with this body, as `--loss` does."""

    def added(folder: Path) -> object:
        (folder / "mine.py").write_text(f"import torch\n\ndef mine({signature}):\n    {body}\n")
        return add_own_loss(f"{folder / 'mine.py'}:mine")

    return added


def _own_file(folder: Path, text: str, name: str = "mine") -> object:
    (folder / "mine.py").write_text(text)
    return add_own_loss(f"{folder / 'mine.py'}:{name}")


SAID = (
    lambda _: softmax(np.array([[0.0, np.nan]]), 1.0),
    lambda _: confusion(np.zeros(2, int), np.zeros(2, int), 5_001),
    lambda _: HeadBatch(((1.0, 2.0),), ((1.0,),)),
    lambda _: HeadBatch(((1.0, 2.0),), ((1.0, 0.0),)),
    lambda _: HeadBatch(((1e9, 2.0),) * 2, ((1.0, 0.0),) * 2),
    lambda _: HeadBatch(((1.0, 2.0),) * 2, ((1.0, 0.5),) * 2),
    lambda _: head_anatomy(HEADS, "nll", 5, 1.0),
    lambda _: head_anatomy(HEADS, "nll", 0, 0.0),
    lambda _: head_anatomy(HeadBatch(HEADS.logits, HEADS.targets[:1] * len(HEADS.logits)), "nonl", 0, 1.0),
    lambda _: anatomy("triplet"),
    lambda _: point_anatomy(POINTS, "supcon", 7, Settings()),
    lambda _: PointBatch(("A",), (0.0,)),
    lambda _: PointBatch(("A", "A", "B"), (0.0,)),
    lambda _: PointBatch(("A", "A", "?"), (0.0, 1.0, 2.0)),
    lambda _: PointBatch(("A", "A", "B"), (0.0, 1.0, 720.0)),
    lambda _: Settings(temperature=0.0),
    lambda _: Settings(epsilon=-1.0),
    lambda _: calibration(EVEN, np.array([0, 2])),
    lambda _: calibration(EVEN, np.array([0, 1]), bins=0),
    lambda _: bin_confidences(np.array([0.5]), np.array([True]), bins=2000),
    lambda _: check_probabilities(np.zeros(3)),
    lambda _: check_probabilities(np.array([[2.0, -1.0]])),
    lambda _: check_probabilities(0.9 * EVEN),
    lambda _: force_arrows(SimpleNamespace(spec=RepulsionSpec(dimensions=4)), 0),
    lambda _: BatchSpec(classes=0),
    lambda _: BatchSpec(classes=512, per_class=512),
    lambda _: BatchSpec(classes=64, per_class=8, singletons=1),
    lambda _: BatchSpec(dimension=1),
    lambda _: BatchSpec(spread=-1.0),
    lambda _: BatchSpec(seed=-1),
    lambda _: split_batch(SPLIT, ("a", "b"), classes=3, per_class=2, seed=0),
    lambda _: split_batch(replace(SPLIT, labelled=False), ("no label",), classes=1, per_class=2, seed=0),
    lambda _: split_batch(SCORES_ALONE, ("a", "b"), classes=1, per_class=2, seed=0),
    lambda _: ChanceSpec("triplet", 8, 2),
    lambda _: ChanceSpec("supcon", 1, 2),
    lambda _: ChanceSpec("supcon", 8, 1),
    lambda _: chance_level(ChanceSpec("supcon", 8, 8)),
    lambda _: grid(Scene(), "time"),
    lambda _: force_curves(Scene(), ["triplet"], "positive", "similarity"),
    lambda _: hard_cells(EVEN, EVEN > 0, 2.0),
    lambda _: head_batches.head_split_batch(SPLIT, ("a", "b"), classes=2, per_class=2, softness=0.1, seed=0),
    lambda _: head_batches.HeadBatchSpec(softness=2.0),
    lambda _: head_batches.HeadBatchSpec(classes=1),
    lambda _: head_batches.HeadBatchSpec(signal=np.nan),
    lambda _: head_batches.HeadBatchSpec(seed=-1),
    lambda _: force_matrix(np.eye(4), np.arange(2).repeat(2), "triplet", 0.1),
    lambda _: force_matrix(np.eye(4), np.arange(4), "supcon", 0.1),
    lambda _: class_force_matrix(head_batches.random_head_batch(head_batches.HeadBatchSpec()), "supcon", 1.0),
    lambda _: add_own_loss("mine.py"),
    lambda folder: add_own_loss(f"{folder}/mine.py:mine"),
    lambda folder: _own_file(folder, "1 / 0\n"),
    lambda folder: _own_file(folder, "mine = 3\n"),
    lambda folder: _own_file(folder, "def mine(\n"),
    own("return None", "x"),
    own("return None"),
    own("return embeddings"),
    own("return embeddings.sum() * torch.nan"),
    own("return embeddings.sum().detach()"),
    own("return embeddings @ embeddings"),
    own("raise ValueError('first line.\\nsecond line.')"),
    own("raise KeyError('weights')"),
    own("return embeddings[:, 0].sum()"),
    own("return (embeddings @ embeddings.mT).sum(dim=1).roll(2)"),
    lambda _: enumerate_labels(random_batch(SamplingSpec(samples=64)), 1.0),
    lambda _: SamplingSpec(seed=-1),
    lambda _: SamplingSpec(samples=1),
    lambda _: SamplingSpec(softness=2.0),
    lambda _: points(Scene(), "positive", "time", np.ones(2)),
    lambda _: points(Scene(), "positive", "similarity", np.array([2.0])),
    lambda _: Scene(class_size=0),
    lambda _: Scene(batch_size=16),
    lambda _: Scene(positive=2.0),
    lambda _: Scene(temperature=0.0),
    lambda _: Scene(softness=2.0),
    lambda _: PairScene(temperature=0.0),
    lambda _: PairScene(positives=0),
    lambda _: Split(np.zeros((2, 0)), np.zeros(2, int)),
    lambda _: Split(np.full((2, 2), np.nan), np.zeros(2, int)),
    lambda _: Split(np.eye(2), np.zeros(3, int)),
    lambda _: Outputs(SPLIT, Split(np.zeros((0, 4)), np.zeros(0, int)), ("a", "b"), 1.0, {}),
    lambda _: Outputs(SPLIT, SPLIT, ("a",), 1.0, {}),
    lambda _: Outputs(SPLIT, Split(np.eye(2), np.zeros(2, int)), ("a", "b"), 1.0, {}),
    lambda _: Estimate(np.nan, 0.0, 1.0),
    lambda _: holm(np.array([2.0])),
)
