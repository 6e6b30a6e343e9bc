"""The probe on digits: every shipped encoder has its row, and one row is measured again."""

import pytest
import torch
from sklearn.linear_model import LogisticRegression

from checkpoints.native.datasets import digits
from checkpoints.zoo import of_images, run_of
from checkpoints.zoo.transfer import _pixels, _probe, _read, transfer

pytestmark = pytest.mark.skipif(not of_images(), reason="no encoders of real images are shipped")


def test_every_shipped_encoder_is_there_and_better_than_an_untrained_one():
    found, names = transfer(), [entry.name for entry in of_images()]
    assert list(found.encoders) == list(found.areas) == names
    assert (found.train_items, found.test_items) == (len(digits().train), len(digits().test))
    untrained = [each.high for name, each in found.beside.items() if name.startswith("untrained")]
    assert len(untrained) == 3
    assert min(each.low for each in found.encoders.values()) > max(untrained)
    for each in (*found.encoders.values(), *found.areas.values()):
        assert each.low < each.value < each.high


def test_areas_are_near_those_that_the_runs_state_against_all_train_items():
    """Among fewer train items the nearest of the other classes is further away."""
    for entry in of_images():
        assert transfer().areas[entry.name].value == pytest.approx(run_of(entry).stated["auc"], abs=0.12)


def test_the_row_of_the_pixels_is_scikit_learns():
    train, test = (torch.nn.functional.normalize(side, dim=1).numpy() for side in _pixels())
    model = LogisticRegression(max_iter=2000).fit(train, digits().train.labels)
    share = (model.predict(test) == digits().test.labels).mean()
    assert transfer().beside["pixels"].value == pytest.approx(share, abs=1.5 / len(test))
    assert _probe(_pixels()).value == pytest.approx(share, abs=1.5 / len(test))


def test_the_file_is_read_once(monkeypatch):
    first = transfer()
    assert transfer() is first
    assert _read.cache_info().hits >= 1
