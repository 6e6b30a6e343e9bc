"""Every loss of the family, described: what menus, formulas, figures, worlds and tests read. No torch here."""

from collections.abc import Iterable

from .class_head_entries import CLASS_HEAD
from .column_entries import BY_COLUMNS
from .embedding_entries import EMBEDDINGS
from .entries import FAMILIES, Choice, Cost, LossEntry, Parameter, Source
from .errors import LabError
from .kin_entries import KIN

__all__ = [
    "CATALOG",
    "FAMILIES",
    "Choice",
    "Cost",
    "LossEntry",
    "Parameter",
    "Source",
    "entry_of",
    "losses_of_family",
    "losses_of_world",
    "unit_of",
]

_BY_FAMILY = sorted((*CLASS_HEAD, *BY_COLUMNS, *EMBEDDINGS, *KIN), key=lambda entry: FAMILIES.index(entry.family))
CATALOG: dict[str, LossEntry] = {entry.name: entry for entry in _BY_FAMILY}


def entry_of(loss: str) -> LossEntry:
    """The entry of a name. LabError for a name that is not in the catalogue: there is no default."""
    if loss not in CATALOG:
        raise LabError("loss", f"must be one of {', '.join(CATALOG)}", repr(loss))
    return CATALOG[loss]


def losses_of_family(*families: str) -> tuple[str, ...]:
    """Names of the losses of these families, in the catalogue's order."""
    return tuple(name for name, entry in CATALOG.items() if entry.family in families)


def losses_of_world(world: str) -> tuple[str, ...]:
    """Names of the losses that a toy world lists, in its order."""
    return tuple(
        sorted((n for n, entry in CATALOG.items() if world in entry.worlds), key=lambda n: CATALOG[n].worlds[world])
    )


def unit_of(losses: Iterable[str]) -> str:
    """What one axis says of the values of all these losses; a loss of the user's own counts in nats.

    >>> unit_of(["sincere", "nll"]), unit_of(["rince"]), unit_of(["nt_xent", "rince"])
    ('nats', 'units of exp(q s / tau)', 'nats; RINCE: units of exp(q s / tau)')
    """
    known = [CATALOG[name] for name in dict.fromkeys(losses) if name in CATALOG]
    apart = [entry for entry in known if entry.unit != "nats"]
    if apart and len({entry.unit for entry in known}) == 1:
        return apart[0].unit
    return "; ".join(["nats", *(f"{entry.title}: {entry.unit}" for entry in apart)])
