"""Calibration error, ROC and precision-recall areas against torchmetrics, in float64 and without ties.

It puts a confidence of exactly 1 into a bin of its own and takes values outside [0, 1] for logits, so the samples here
have neither.
"""

import numpy as np
import pytest
import torch
from torchmetrics.functional.classification import (
    binary_calibration_error,
    multiclass_auroc,
    multiclass_average_precision,
    multiclass_calibration_error,
)

from analysis.accuracy.class_curves import class_curves
from analysis.calibration.of_classes import class_bins
from analysis.calibration.top_label import calibration


@pytest.fixture
def sample(rng):
    probabilities = rng.dirichlet([0.6, 0.9, 0.7, 0.5], size=500)
    labels = np.array([rng.choice(4, p=row) for row in np.sqrt(probabilities) / np.sqrt(probabilities).sum(1)[:, None]])
    return probabilities, labels, torch.from_numpy(probabilities), torch.from_numpy(labels)


@pytest.mark.parametrize("bins", [5, 15, 40])
def test_calibration_errors(sample, bins):
    probabilities, labels, p, y = sample
    found = calibration(probabilities, labels, bins=bins).bins
    assert found.ece == pytest.approx(float(multiclass_calibration_error(p, y, 4, n_bins=bins)), abs=1e-6)
    largest = multiclass_calibration_error(p, y, 4, n_bins=bins, norm="max")
    assert found.mce == pytest.approx(float(largest), abs=1e-6)
    for c in range(4):
        theirs = binary_calibration_error(p[:, c].contiguous(), (y == c).long(), n_bins=bins)
        assert class_bins(probabilities, labels, c, bins=bins).ece == pytest.approx(float(theirs), abs=1e-6)


def test_areas_of_each_class(sample):
    probabilities, labels, p, y = sample
    found = class_curves(probabilities, labels)
    np.testing.assert_allclose([each.auc.value for each in found], multiclass_auroc(p, y, 4, average=None), atol=1e-6)
    theirs = multiclass_average_precision(p, y, 4, average=None)
    np.testing.assert_allclose([each.average_precision.value for each in found], theirs, atol=1e-6)
