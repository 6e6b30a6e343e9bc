"""World 2's force matrices: every pair of the first seed's batch at one moment, sorted by class."""

from dataclasses import replace

import numpy as np

from analysis.figures.exhibit import Exhibit
from analysis.figures.forces.matrices import force_matrices
from analysis.forces.batches import ForceBatch
from analysis.forces.matrix import ForceMatrix
from toy_models.repulsion import Trace


def run_matrices(trace: Trace, frame: int) -> Exhibit:
    """One matrix a loss, each of its own vectors."""
    from toy_models.repulsion.arrows import force_of

    spec, labels = trace.spec, np.array(trace.spec.labels)
    matrices = [
        ForceMatrix(
            loss,
            spec.temperature,
            force_of(spec, loss, positions),
            np.clip(positions @ positions.T, -1, 1),
            labels,
        )
        for loss, positions in zip(spec.losses, trace.positions[frame], strict=True)
    ]
    names = tuple(str(label) for label in np.unique(labels))
    exhibit = force_matrices(matrices, ForceBatch(trace.positions[frame, 0], labels, names))
    step = int(trace.steps[frame])
    return replace(
        exhibit,
        stem=f"repulsion-matrices-step{step}",
        title=f"After step {step}, {exhibit.title[0].lower()}{exhibit.title[1:]}",
    )
