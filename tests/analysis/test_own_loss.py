"""A loss of the user's own: its forces against the closed forms, and each way in which a file may not fit."""

import numpy as np
import pytest
import torch

from analysis.anatomy.of_points import own_anatomy
from analysis.anatomy.points import PointBatch
from analysis.forces import own_loss
from analysis.forces.batches import BatchSpec, random_batch
from analysis.forces.matrix import force_losses, force_matrix
from losses.errors import LabError

FILE = '''
import torch
from torch.nn.functional import normalize

def each(embeddings, labels, *, temperature):
    """SupCon, written anew."""
    scores = embeddings @ embeddings.T / temperature
    itself = torch.eye(len(labels), dtype=torch.bool)
    positives = (labels[:, None] == labels) & ~itself
    log_shares = scores - scores.masked_fill(itself, -torch.inf).logsumexp(dim=1, keepdim=True)
    return -log_shares.masked_fill(~positives, 0).sum(dim=1) / positives.sum(dim=1)

def mean(embeddings, labels, temperature):
    return each(embeddings, labels, temperature=temperature).mean()

def normalised(embeddings, labels, *, temperature=0.1):
    return each(normalize(embeddings, dim=1), labels, temperature=temperature)

def single(embeddings, labels, *, temperature):
    return each(embeddings.float(), labels, temperature=temperature)

def supcon(embeddings, labels, *, temperature):
    return each(embeddings, labels, temperature=temperature)

def no_temperature(embeddings, labels): return embeddings.sum()
def three(embeddings, labels, extra, *, temperature): return embeddings.sum()
def wrong_shape(embeddings, labels, *, temperature): return embeddings
def no_tensor(embeddings, labels, *, temperature): return 0.5
def no_gradient(embeddings, labels, *, temperature): return each(embeddings.detach(), labels, temperature=temperature)
def infinite(embeddings, labels, *, temperature): return each(embeddings, labels, temperature=temperature) / 0
def raises(embeddings, labels, *, temperature): return undefined
def coordinates(embeddings, labels, *, temperature): return embeddings[:, 0].square()
def neighbours(embeddings, labels, *, temperature): return each(embeddings, labels, temperature=temperature).roll(1)
constant = 3
'''


@pytest.fixture
def file(tmp_path, monkeypatch):
    monkeypatch.setattr(own_loss, "_ADDED", {})
    (tmp_path / "mine.py").write_text(FILE)
    return tmp_path / "mine.py"


@pytest.fixture
def batch():
    return random_batch(BatchSpec(classes=4, per_class=5, dimension=3, spread=0.5, seed=1))


def matrix(batch, loss):
    return force_matrix(batch.embeddings, batch.labels, loss, 0.2).forces


@pytest.mark.parametrize(("name", "digits"), [("each", 1e-10), ("normalised", 1e-10), ("single", 1e-4)])
def test_forces_are_the_closed_form(file, batch, name, digits):
    added = own_loss.add_own_loss(f"{file}:{name}")
    assert force_losses()[name] == added.title == f"{name} (own)"
    np.testing.assert_allclose(matrix(batch, name), matrix(batch, "supcon"), atol=digits)


def test_a_mean_gives_each_pairs_derivative_by_halves_to_its_anchors(file, batch):
    own_loss.add_own_loss(f"{file}:mean")
    truth = matrix(batch, "supcon")
    np.testing.assert_allclose(matrix(batch, "mean"), (truth + truth.T) / 2, atol=1e-10)


def test_a_name_of_the_catalogue_is_told_apart(file):
    assert own_loss.add_own_loss(f"{file}:supcon").name == "own_supcon"
    assert {"supcon", "own_supcon"} <= set(force_losses())


def test_the_library_itself_fits(tmp_path, batch, monkeypatch):
    monkeypatch.setattr(own_loss, "_ADDED", {})
    path = tmp_path / "wrapped.py"
    path.write_text(
        "import losses\n"
        "def mine(embeddings, labels, *, temperature):\n"
        "    return losses.sincere(embeddings, labels, temperature=temperature, reduction='none')\n"
    )
    own_loss.add_own_loss(f"{path}:mine")
    np.testing.assert_allclose(matrix(batch, "mine"), matrix(batch, "sincere"), atol=1e-10)


def test_it_is_taken_apart_without_places(file):
    own_loss.add_own_loss(f"{file}:each")
    found = own_anatomy(PointBatch(tuple("AABB"), (0, 40, 100, 200)), "each", 1, 0.3)
    z = torch.tensor(PointBatch(tuple("AABB"), (0, 40, 100, 200)).embeddings)
    cosines = z @ z[1]
    expected = torch.logsumexp(cosines[[0, 2, 3]] / 0.3, 0) - cosines[0] / 0.3
    assert found.value == pytest.approx(expected.item(), rel=1e-12)
    assert list(found.places) == ["in the loss", "out", "in the loss", "in the loss"]


@pytest.mark.parametrize(
    ("argument", "sentence"),
    [
        ("", "^--loss must name a file and a function in it, but is ''. Write path/to/file.py:function"),
        ("{file}", "^--loss must name a file and a function in it"),
        ("{file}:no-name", "^--loss must name a file and a function in it"),
        ("{file}:absent", "^--loss must name a function of mine.py, but is 'absent'"),
        ("{file}:constant", "^--loss must name a function of mine.py"),
        ("nowhere.py:each", "^--loss must name a Python file that exists, but is nowhere.py"),
        ("/etc/passwd:each", "^--loss must name a Python file that exists"),
        ("{file}:no_temperature", r"^no_temperature does not take \(embeddings, labels, \*, temperature\)"),
        ("{file}:three", r"^three does not take \(embeddings, labels, \*, temperature\): missing .* 'extra'"),
        (
            "{file}:wrong_shape",
            r"^wrong_shape must return a tensor of shape \(\) or \(6,\), but returns one of shape \(6, 10\)",
        ),
        ("{file}:no_tensor", r"^no_tensor must return a tensor of shape \(\) or \(6,\), but returns a float"),
        ("{file}:no_gradient", "^no_gradient must be differentiable, but returns a constant"),
        ("{file}:infinite", "^infinite must return finite losses, but 6 of 6 are NaN or infinite"),
        ("{file}:raises", r"^raises failed in line \d+ with NameError: name 'undefined' is not defined"),
        ("{file}:coordinates", "^coordinates must look at the embeddings through their similarities alone"),
        ("{file}:neighbours", "^neighbours must make the loss of an anchor of that anchor's own similarities"),
    ],
)
def test_what_does_not_fit_is_said_in_one_sentence(file, argument, sentence):
    with pytest.raises(LabError, match=sentence):
        own_loss.add_own_loss(argument.format(file=file))
    assert not own_loss.own_losses()


def test_a_file_that_fails_is_named(file):
    file.write_text("1 / 0")
    with pytest.raises(LabError, match=r"^--loss names mine.py, which fails in line 1 with ZeroDivisionError"):
        own_loss.add_own_loss(f"{file}:each")
    file.write_text("import sys\nsys.exit(3)")
    with pytest.raises(LabError, match=r"^--loss names mine.py, which fails in line 2 with SystemExit: 3"):
        own_loss.add_own_loss(f"{file}:each")
    file.write_text("def each(:")
    with pytest.raises(LabError, match=r"^--loss names mine.py, which fails with SyntaxError"):
        own_loss.add_own_loss(f"{file}:each")
