"""How each loss looks, here alone: a hue, a dash and a marker that it has in every figure and shares with no other.

Two losses of one hue are relatives of one formula, and differ in dash and marker. Hues keep a contrast of 3:1 on white
and on the dark ground, and lie at least 15 apart in CIELAB to full, deuteranope and protanope sight; a test holds them
to it.
"""

from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import product

from analysis.figures.theme import BLUE, GREEN, GREY, ORANGE, PURPLE, Style
from losses.catalog import CATALOG

BROWN, ROSE, INDIGO, MAGENTA, SKY = "#776633", "#FF2255", "#4F3DFF", "#F030D8", "#3399EE"

LOSS_STYLES: dict[str, Style] = {
    "nll": Style(BROWN, "solid", "circle"),
    "label_infonce": Style(BROWN, "dash", "circle-open"),
    "soft_target_cross_entropy": Style(ROSE, "solid", "square"),
    "soft_distribution_infonce": Style(ROSE, "dash", "square-open"),
    "soft_target_infonce": Style(INDIGO, "solid", "diamond"),
    "soft_target_infonce_exact_noise": Style(MAGENTA, "solid", "triangle-up"),
    "continuous_categorical": Style(MAGENTA, "dash", "triangle-up-open"),
    "ntce": Style(BROWN, "longdash", "diamond-open"),
    "nonl": Style(BROWN, "dashdot", "square-open"),
    "supcon": Style(ORANGE, "solid", "square"),
    "x_clr": Style(ORANGE, "dash", "square-open"),
    "sincere": Style(BLUE, "solid", "diamond"),
    "eps_sup_infonce": Style(BLUE, "dash", "diamond-open"),
    "nt_xent": Style(PURPLE, "solid", "circle"),
    "weibit": Style(GREEN, "dash", "triangle-up-open"),
    "weince": Style(GREEN, "solid", "triangle-up"),
    "dcl": Style(PURPLE, "dash", "circle-open"),
    "rince": Style(PURPLE, "longdash", "diamond-open"),
    "temperature_free_infonce": Style(GREEN, "longdash", "diamond"),
    "siglip": Style(SKY, "solid", "square"),
}

FURTHER_DASHES = ("dot", "longdashdot", "2px,6px", "12px,3px,2px,3px,2px,3px")
"""Of a second and further run of one loss, which no loss has."""

# A loss that is new to the catalogue looks so until it has a style of its own.
_SPARE = (
    Style(colour, dash, "x" if dash == "dashdot" else "cross")
    for dash, colour in product(("dashdot", "longdash"), (GREEN, PURPLE, BLUE, ORANGE, BROWN, ROSE, INDIGO, MAGENTA))
)
LOSS_STYLES |= {name: next(_SPARE) for name in CATALOG if name not in LOSS_STYLES}


_GREY_DASHES = ("solid", "dash", "dashdot", "longdash", "longdashdot", FURTHER_DASHES[3], FURTHER_DASHES[2])


def styles_among(losses: Iterable[str], highlighted: Collection[str]) -> dict[str, Style]:
    """Each loss's style; in grey where others are highlighted and it is not. Greys have no hue to tell them apart: each
    has a dash that no other grey one has, its own where that is free, as far as there are dashes."""
    styles: dict[str, Style] = {}
    taken: set[str] = set()
    for loss in losses:
        styles[loss] = own = LOSS_STYLES[loss]
        if highlighted and loss not in highlighted:
            free = [dash for dash in (own.dash, *_GREY_DASHES) if dash not in taken]
            styles[loss] = replace(own, colour=GREY, dash=free[0] if free else own.dash)
            taken.add(styles[loss].dash)
    return styles
