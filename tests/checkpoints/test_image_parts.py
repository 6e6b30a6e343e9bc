"""Mixup, schedule, first weights, judging and reading of images against what they are to be."""

import math
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.neighbors import KNeighborsClassifier
from torch import Generator

import checkpoints
from checkpoints.foreign.resnet import ResNetSpec
from checkpoints.train import main
from checkpoints.training.images import data as reading
from checkpoints.training.images.encoders import encoder_of, plan_of
from checkpoints.training.images.evaluation import Seen, evaluated, nearest, neighbours, probed
from checkpoints.training.images.files import on_grid
from checkpoints.training.images.recipe import DEPTHS
from checkpoints.training.images.schedule import learning_rate
from checkpoints.training.images.steps import ImageBatch, mixed, share_of
from losses.errors import LabError
from tests.checkpoints.test_image_training import recipe

ROOT = Path(checkpoints.__file__).parents[1]


@pytest.fixture(autouse=True)
def _no_page_is_main(monkeypatch):
    """A test of a page leaves its script as `__main__`, which a spawned process would run again."""
    monkeypatch.setitem(sys.modules, "__main__", ModuleType("__main__"))


def test_mixing_by_hand():
    pixels = torch.tensor([0.0, 0.5, 1.0]).view(3, 1, 1, 1)
    images, targets = mixed(pixels, torch.eye(3), 0.75)
    assert images.flatten().tolist() == [0.25, 0.5, 0.75]
    assert targets.tolist() == [[0.75, 0, 0.25], [0, 1, 0], [0.25, 0, 0.75]]
    assert mixed(pixels, torch.eye(3), 1.0)[0] is pixels


def test_shares_are_a_beta_variate_and_a_function_of_seed_epoch_and_step():
    from scipy.stats import beta, kstest

    def share(seed: int, epoch: int, step: int) -> float:
        nothing = torch.zeros(0)
        return share_of(recipe("soft_target_infonce", seed=seed), ImageBatch(*[nothing] * 4, epoch, step))

    assert share(0, 1, 2) == share(0, 1, 2)
    assert len({share(0, 1, 2), share(1, 1, 2), share(0, 2, 2), share(0, 1, 3)}) == 4
    assert kstest([share(0, 0, step) for step in range(1000)], beta(0.4, 0.4).cdf).pvalue > 1e-3


def test_the_rate_goes_up_in_a_line_and_down_in_half_a_cosine():
    assert learning_rate(0.4, 0, 10, 2) == 0
    assert learning_rate(0.4, 1, 10, 2) == 0.2
    assert learning_rate(0.4, 2, 10, 2) == 0.4
    assert learning_rate(0.4, 6, 10, 2) == pytest.approx(0.2)
    assert learning_rate(0.4, 4, 10, 2) == pytest.approx(0.2 * (1 + math.sqrt(0.5)))
    assert learning_rate(0.4, 10, 10, 2) == pytest.approx(0)
    assert learning_rate(0.4, 0, 10, 0) == 0.4


@pytest.mark.parametrize("name", DEPTHS)
def test_an_encoder_has_its_depth_and_the_names_of_supcontrast(name):
    plan = plan_of(recipe("supcon", encoder=name, width=64), 10)
    shapes = {key: tuple(each.shape) for key, each in plan.build().state_dict().items()}
    layers = sum(len(shape) == 4 and "shortcut" not in key for key, shape in shapes.items())
    assert layers + 1 == int(name.removeprefix("resnet"))
    assert shapes["encoder.conv1.weight"] == (64, 3, 3, 3)
    assert "encoder.layer2.0.shortcut.0.weight" in shapes
    assert shapes["head.2.weight"][0] == 128
    assert plan.encoder.features == {"resnet8": 256, "resnet14": 256, "resnet18": 512, "resnet50": 2048}[name]


def test_a_resnet_18_is_that_of_the_golden_layouts():
    assert plan_of(recipe("nll", encoder="resnet18", width=64), 10).encoder == ResNetSpec(
        (2, 2, 2, 2), bottleneck=False, shortcut="shortcut"
    )


def test_first_weights_are_kaimings_over_the_outputs():
    model = encoder_of(recipe(encoder="resnet8", width=32), 10, Generator().manual_seed(0))
    weight = model.encoder.layer3[0].conv2.weight
    assert weight.std().item() == pytest.approx(math.sqrt(2 / (128 * 9)), rel=0.02)
    assert model.encoder.bn1.running_var.eq(1).all()
    assert all(each.isfinite().all() for each in model.state_dict().values())


@pytest.fixture(scope="module")
def sides() -> tuple[Seen, Seen]:
    generator = Generator().manual_seed(0)
    centres = torch.randn(3, 6, generator=generator)

    def side(count: int) -> Seen:
        labels = torch.arange(count) % 3
        features = centres[labels] + torch.randn(count, 6, generator=generator)
        outputs = features @ torch.randn(6, 4, generator=Generator().manual_seed(1))
        return Seen(F.normalize(outputs, dim=1), features, features[:, :3] * 3, labels)

    return side(300), side(120)


def test_votes_are_those_of_scikit_learn(sides):
    train, test = sides
    for k, hits in neighbours(train, test, 3).items():
        by = KNeighborsClassifier(
            k, metric="cosine", algorithm="brute", weights=lambda distance: np.exp((1 - distance) / 0.1)
        ).fit(train.features.numpy(), train.labels.numpy())
        assert np.mean((by.predict(test.features.numpy()) == test.labels.numpy()) == hits) >= 0.99


def test_the_probe_is_that_of_scikit_learn(sides):
    train, test = (F.normalize(side.features, dim=1) for side in sides)
    found = probed(train, sides[0].labels, test, 3).softmax(dim=1).numpy()
    by = LogisticRegression(C=1.0, max_iter=5000).fit(train.numpy(), sides[0].labels.numpy())
    np.testing.assert_allclose(found, by.predict_proba(test.numpy()), atol=2e-3)


def test_nearest_and_area_are_brute_force(sides):
    train, test = sides
    target, noise = nearest(train, test)
    for row in (0, 50, 119):
        cosines = (test.embeddings[row] @ train.embeddings.T).tolist()
        same = [c for c, label in zip(cosines, train.labels.tolist(), strict=True) if label == test.labels[row]]
        other = [c for c, label in zip(cosines, train.labels.tolist(), strict=True) if label != test.labels[row]]
        assert (target[row], noise[row]) == pytest.approx((max(same), max(other)), abs=1e-6)
    wanted = roc_auc_score(np.repeat([1, 0], 120), np.concatenate([target, noise]))
    numbers = evaluated(train, test, 3, temperature=1.0)
    assert numbers["auc"] == pytest.approx(wanted, abs=1e-6)
    assert numbers["auc_interval"][0] < numbers["auc"] < numbers["auc_interval"][1]


def test_a_head_is_judged_as_everywhere_in_the_lab(sides):
    from analysis.calibration.top_label import calibration

    numbers = evaluated(*sides, 3, temperature=2.0)
    probabilities = (sides[1].logits / 2).softmax(dim=1).double().numpy()
    found = calibration(probabilities, sides[1].labels.numpy(), bins=15)
    assert numbers["ece"] == pytest.approx(found.bins.ece, abs=1e-5)
    assert numbers["nll"] == pytest.approx(found.nll, abs=1e-5)
    accuracy = np.mean(probabilities.argmax(axis=1) == sides[1].labels.numpy())
    assert numbers["head"] == pytest.approx(accuracy, abs=1e-5)


def test_the_grid_moves_a_cosine_by_less_than_a_thousandth():
    rows = F.normalize(torch.randn(200, 128, generator=Generator().manual_seed(0)), dim=1).numpy()
    kept = on_grid(rows).astype(np.float32)
    kept /= np.linalg.norm(kept, axis=1, keepdims=True)
    assert np.std(kept @ kept.T - rows @ rows.T) < 5e-4


def folder_of(top: Path, classes: str = "ab", items: int = 4) -> Path:
    for side in ("train", "test"):
        for number, name in enumerate(classes):
            for item in range(items):
                path = top / side / name / f"{item}.png"
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(np.full((10, 8, 3), 100 * number + item, np.uint8)).save(path)
    return top


def test_processes_read_what_one_reads(tmp_path, monkeypatch):
    folder_of(tmp_path)
    alone = reading.read_images(tmp_path, 8, name="mine")
    monkeypatch.setattr(reading, "_FEW", 0)
    monkeypatch.setattr(reading, "_CHUNK", 5)
    together = reading.read_images(tmp_path, 8, name="mine", workers=2)
    assert np.array_equal(alone.train.images, together.train.images)
    assert alone.train.images.shape == (8, 8, 8, 3)
    assert alone.train.ids.tolist() == together.train.ids.tolist()
    assert alone.mean == pytest.approx((alone.train.images.mean() / 255,) * 3, abs=1e-4)
    assert alone.std == pytest.approx((alone.train.images.std() / 255,) * 3, abs=1e-4)


def test_a_broken_image_is_named_by_one_process_as_by_several(tmp_path, monkeypatch):
    (folder_of(tmp_path) / "train" / "b" / "2.png").write_bytes(b"\x89PNG broken")
    with pytest.raises(LabError, match=r"train/b/2\.png must be a whole JPEG or PNG image"):
        reading.read_images(tmp_path, 8, name="mine")
    monkeypatch.setattr(reading, "_FEW", 0)
    monkeypatch.setattr(reading, "_CHUNK", 3)
    with pytest.raises(LabError, match=r"train/b/2\.png must be a whole JPEG or PNG image"):
        reading.read_images(tmp_path, 8, name="mine", workers=2)


def test_known_data_are_normalised_as_their_readers_expect(tmp_path):
    assert reading.read_images(folder_of(tmp_path), 8, name="cifar10").mean == (0.4914, 0.4822, 0.4465)


def refused(capsys, *words: str) -> str:
    try:
        code = main([*words, "--loss", "nll"])
    except SystemExit as stop:
        code = stop.code
    said = capsys.readouterr()
    assert (code, said.out, said.err.count("\n")) == (2, "", 1)
    return said.err


def test_a_wrong_command_is_one_sentence_before_the_first_step(capsys, tmp_path):
    images, out = folder_of(tmp_path / "images"), tmp_path / "a.pth"
    plain = ("--data", str(images), "--encoder", "resnet8", "--out", str(out))
    assert "encoder must be one of resnet8" in refused(capsys, *plain, "--encoder", "resnet9")
    assert "--learning-rate must be a finite number" in refused(capsys, *plain, "--learning-rate", "nan")
    assert "device must be auto or one of this machine" in refused(capsys, *plain, "--device", "mps")
    assert "--epoch 3 is not known here" in refused(capsys, *plain, "--epoch", "3")
    assert "an existing folder" in refused(capsys, *plain, "--out", str(tmp_path / "none" / "a.pth"))
    assert "none" in refused(capsys, *plain, "--data", str(tmp_path / "none"))
    (images / "train" / "a" / "0.png").write_bytes(b"no image")
    assert "must be a whole JPEG or PNG image" in refused(capsys, *plain)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["images"]


def test_a_wrong_command_does_not_wait_for_torch():
    heavy = "{'torch', 'streamlit', 'tqdm'}"
    code = f"import sys, checkpoints.train, checkpoints.zoo.cifar; print(*{heavy} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_the_command_of_a_recipe_is_that_recipe():
    import shlex

    from checkpoints.train import _parser
    from checkpoints.training.images.command import parameters_of, recipe_of

    wanted = recipe("eps_sup_infonce", optimiser="adamw", precision="bf16", channels_last=True)
    options = _parser().parse_args(shlex.split(wanted.command())[3:])
    assert recipe_of(options, parameters_of(options)) == wanted
