"""The lines that give the figures of Compare without the app, run from the checkout."""

import numpy as np

from analysis.calibration.top_label import calibration
from analysis.comparison.measured import measure_outputs
from analysis.comparison.over_seeds import over_seeds
from analysis.comparison.verdicts import compare
from analysis.figures.comparison.histograms import comparison_histograms
from analysis.figures.comparison.maps import MapPanel, comparison_maps
from analysis.figures.comparison.over_seeds import seeds_figure
from analysis.figures.comparison.reliability import comparison_reliability
from analysis.figures.comparison.table import comparison_table
from analysis.maps.projection import map_sample
from analysis.maps.quality import map_quality
from analysis.neighbours.nearest import nearest_similarity
from ui.checkpoints.analyses import LARGEST_K, Analyses
from ui.checkpoints.code import comparison_code
from ui.checkpoints.maps import map_call
from ui.compare.source import Model

_MEASURED = """
near = {{name: nearest_similarity(each, k={largest}) for name, each in outputs.items()}}
models = [measure_outputs(name, each, k={k}, nearest=near[name]) for name, each in outputs.items()]
"""
_TABLE = """
found = compare(models, {source!r}, bins={bins})
exhibit = comparison_table(found.judged({smallest}))
"""
_SEEDS = "exhibit = seeds_figure(over_seeds(models, {source!r}, bins={bins}))"
_HISTOGRAMS = "exhibit = comparison_histograms(models, np.array({marked}, dtype=int))"
_RELIABILITY = """
found = {{}}
for model in models:
    read = model.reading({source!r})
    found[model.name] = calibration(read.probabilities, read.labels, bins={bins}, losses=read.losses)
exhibit = comparison_reliability(found, {source!r})
"""
_MAPS = """
first = next(iter(outputs.values()))
items, panels = map_sample(len(first.test), {points}), []
for name, each in outputs.items():
    embeddings = each.test.embeddings[items]
    projection = {call}
    panels.append(MapPanel(name, projection, map_quality(embeddings, projection.coordinates)))
exhibit = comparison_maps(panels, first.test, items, first.class_names, np.array({marked}, dtype=int))
"""


def table_code(models: tuple[Model, ...], k: int, bins: int, source: str, smallest: dict[str, float]) -> str:
    """Of the table of differences."""
    body = _MEASURED.format(k=k, largest=LARGEST_K) + _TABLE.format(source=source, bins=bins, smallest=smallest)
    return comparison_code(_named(models), body, nearest_similarity, measure_outputs, compare, comparison_table)


def seeds_code(models: tuple[Model, ...], k: int, bins: int, source: str) -> str:
    """Of the settings over their seeds."""
    body = _MEASURED.format(k=k, largest=LARGEST_K) + _SEEDS.format(source=source, bins=bins)
    return comparison_code(_named(models), body, nearest_similarity, measure_outputs, over_seeds, seeds_figure)


def histograms_code(models: tuple[Model, ...], k: int, marked: np.ndarray) -> str:
    """Of the histograms with the marked items."""
    body = _MEASURED.format(k=k, largest=LARGEST_K) + _HISTOGRAMS.format(marked=marked.tolist())
    return comparison_code(_named(models), body, nearest_similarity, measure_outputs, comparison_histograms)


def reliability_code(models: tuple[Model, ...], k: int, bins: int, source: str) -> str:
    """Of the reliability diagrams."""
    body = _MEASURED.format(k=k, largest=LARGEST_K) + _RELIABILITY.format(source=source, bins=bins)
    return comparison_code(
        _named(models), body, nearest_similarity, measure_outputs, calibration, comparison_reliability
    )


def maps_code(models: tuple[Model, ...], method: str, points: int, marked: np.ndarray) -> str:
    """Of the maps of so many items, by a method as `Projection` names it."""
    call, used = map_call(method)
    body = _MAPS.format(points=points, call=call, marked=marked.tolist())
    return comparison_code(_named(models), body, map_sample, map_quality, MapPanel, comparison_maps, *used)


def _named(models: tuple[Model, ...]) -> dict[str, Analyses]:
    return {model.name: model.analyses for model in models}
