"""The losses of this world on stacked batches, by the catalogue's records: any leading dimensions, no autograd.

Cosines (..., N, N) -> mean loss (...) in nats and forces (..., N, N), row i = d loss_i / d s_ij in nats per unit of
cosine: a step of all seeds is a handful of operations.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from torch import Tensor

from losses import contrasts
from losses.catalog import CATALOG
from losses.pairs import Roles
from losses.records import Contrast
from toy_models.repulsion.batch import RepulsionBatch
from toy_models.repulsion.spec import LOSSES, RepulsionSpec


@dataclass(frozen=True, slots=True)
class Objective:
    """One loss of this world, by its name and record in the catalogue."""

    name: str
    record: Contrast

    def roles(self, batch: RepulsionBatch) -> Roles:
        """What is positive and what is noise to it. To a loss of views the label is the pair of views: an odd one out
        takes no part, as in the labelled losses; the public function would refuse it."""
        return batch.by_view(self.record.across) if self.record.positives == "view" else batch.by_class()

    def forces(self, cosines: Tensor, roles: Roles, spec: RepulsionSpec) -> Tensor:
        return contrasts.forces(self.record, cosines, roles, spec.settings(self.name))

    def mean_loss(self, cosines: Tensor, batch: RepulsionBatch, spec: RepulsionSpec) -> Tensor:
        """(..., N, N) -> (...), mean over the anchors that have a positive."""
        roles = self.roles(batch)
        values = contrasts.values(self.record, cosines, roles, spec.settings(self.name))
        return values[..., roles.positives.any(-1)].mean(-1)


OBJECTIVES: Mapping[str, Objective] = {name: Objective(name, CATALOG[name].contrast) for name in LOSSES}
