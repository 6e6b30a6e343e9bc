"""Any loss of the catalogue, at its default settings, taken apart at the first anchor of a tiny batch."""

from dataclasses import fields

from analysis.anatomy.heads import head_anatomy
from analysis.anatomy.of_points import point_anatomy
from analysis.anatomy.parts import Anatomy
from analysis.anatomy.points import Settings
from analysis.anatomy.tiny_batches import tiny_head, tiny_points, tiny_views
from losses.catalog import CATALOG
from losses.errors import LabError

_SETTINGS = {field.name for field in fields(Settings)}


def anatomy(loss: str, seed: int = 0) -> Anatomy:
    """Take `loss`, a name of the catalogue, apart. The same seed gives the same batch; LabError for another name."""
    if loss not in CATALOG:
        raise LabError("loss", f"must be one of {', '.join(CATALOG)}", repr(loss))
    family = CATALOG[loss].family
    if family == "class head":
        return head_anatomy(tiny_head(seed), loss, 0, defaults(loss).temperature, seed).anatomy
    return point_anatomy(tiny_views(seed) if family == "paired views" else tiny_points(seed), loss, 0, defaults(loss))


def defaults(loss: str) -> Settings:
    """The catalogue's defaults of the loss's parameters, those that `Settings` has."""
    return Settings(**{name: value for name, value in CATALOG[loss].defaults.items() if name in _SETTINGS})
