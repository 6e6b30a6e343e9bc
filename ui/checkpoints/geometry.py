"""The section on how the embeddings lie on the sphere: their spectrum, alignment and uniformity."""

from analysis.figures.geometry.spectrum import spectrum_figure, spread_figure
from analysis.geometry.spectrum import spectrum
from analysis.geometry.sphere_spread import spread
from analysis.statistics.bootstrap import Unavailable
from ui.checkpoints.analyses import Analyses, SplitName
from ui.checkpoints.code import figure_code
from ui.checkpoints.unavailable import not_available
from ui.checkpoints.view import GEOMETRY, said, splits
from ui.controls import part
from ui.exhibit import show

_SPECTRUM = "exhibit = spectrum_figure(spectrum(outputs.{split}.embeddings), {of!r})"
_SPREAD = """
items = outputs.{split}
exhibit = spread_figure(spread(items.embeddings, items.own_labels), items.embeddings.shape[1], {of!r})
"""


def section(analyses: Analyses) -> None:
    """Of one split."""
    with part(*GEOMETRY) as controls:
        split: SplitName = controls.choice("Items", "geometry_items", splits(analyses.outputs), default="test")  # type: ignore[assignment]
    items, of = analyses.split(split), said(split, analyses.outputs)
    found = analyses.once(("spectrum", split), lambda: spectrum(items.embeddings))
    if isinstance(found, Unavailable):
        not_available("Spectrum", found)
    else:
        code = figure_code(analyses, _SPECTRUM.format(split=split, of=of), spectrum, spectrum_figure)
        show(spectrum_figure(found, of).given_by(code), key="spectrum")
    lie = analyses.once(("spread", split), lambda: spread(items.embeddings, items.own_labels))
    parts = {"Alignment": lie.alignment, "Uniformity": lie.uniformity}
    if any(not isinstance(part, Unavailable) for part in parts.values()):
        code = figure_code(analyses, _SPREAD.format(split=split, of=of), spread, spread_figure)
        show(spread_figure(lie, items.embeddings.shape[1], of).given_by(code), key="spread")
        return
    for name, part_found in parts.items():
        if isinstance(part_found, Unavailable):
            not_available(name, part_found)
