"""What the shipped checkpoints are called on pages: of digits first, then of real images."""

from checkpoints.zoo import ZooEntry, of_images, shipped
from losses.catalog import CATALOG


def on_offer() -> dict[str, ZooEntry]:
    """By the name that links have: one of digits for each loss, then all of real images."""
    return {entry.name: entry for entry in (*shipped(), *of_images())}


def particulars(entry: ZooEntry) -> str:
    """What tells it from another one of the same loss and data: "tau 0.05 seed 0"."""
    return entry.name.rpartition("/")[2].removeprefix(entry.loss).replace("_", " ").strip()


def title(entry: ZooEntry) -> str:
    """The loss, its data, and what tells it from others."""
    return " · ".join(filter(None, (CATALOG[entry.loss].title, entry.data, particulars(entry))))
