"""What the checkpoint page is asked to show. A section's own controls stand in the section."""

from analysis.outputs import Outputs
from ui.controls import Controls

SECTIONS = {
    "glance": "At a glance",
    "map": "Map",
    "similarity": "Nearest similarity",
    "calibration": "Calibration",
    "accuracy": "Neighbours, probe, confusion",
    "curves": "ROC and precision-recall",
    "tails": "Tails",
    "geometry": "Spectrum and spread",
    "clusters": "Clusters",
    "losses": "Losses",
    "provenance": "Provenance",
}

MAP = ("map", "items", "points", "only", "item")
SIMILARITY = ("class", "separated")
CALIBRATION = ("calibration", "bins", "scheme", "calibrated")
ACCURACY = ("k", "reading")
CURVES = ("curves",)
TAILS = ("pairs", "anchors", "quantile", "tail_items")
GEOMETRY = ("geometry_items",)
CLUSTERS = ("cluster_items", "cluster_seed")
PROVENANCE = ("tags",)
OWN_CONTROLS = {
    "map": MAP,
    "similarity": SIMILARITY,
    "calibration": CALIBRATION,
    "accuracy": ACCURACY,
    "curves": CURVES,
    "tails": TAILS,
    "geometry": GEOMETRY,
    "clusters": CLUSTERS,
    "provenance": PROVENANCE,
}
"""Section -> the names, in a link, of the controls that stand in it and not in the sidebar."""
IN_SECTIONS = tuple(name for names in OWN_CONTROLS.values() for name in names)


def splits(outputs: Outputs) -> dict[str, str]:
    """Those that have items; one alone is no test of anything."""
    return {"test": "all"} if outputs.within else {"test": "test", "train": "train"}


def said(split: str, outputs: Outputs) -> str:
    """What a figure calls the items of a split: "" where there is one alone, which is no test of anything."""
    return "" if outputs.within else split


def choose_sections(controls: Controls) -> tuple[str, ...]:
    """The sections, in the order of the menu; at first the three pictures that the page is there for."""
    return controls.choices("Show", "show", SECTIONS, default=("glance", "map", "similarity", "calibration"))


def class_options(class_names: tuple[str, ...]) -> dict[str, str]:
    """Class index as a link says it -> its name, numbered where two classes share one."""
    shared = len(set(class_names)) < len(class_names)
    return {str(c): f"{c}: {name}" if shared else name for c, name in enumerate(class_names)}
