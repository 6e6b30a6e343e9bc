"""The encoders here that were trained at the temperatures of the published histograms, before those."""

import streamlit as st

from analysis.comparison.encoders import To
from analysis.comparison.published_histograms import TEMPERATURES
from analysis.figures.comparison.published import Sides, published_figure
from analysis.neighbours.class_means import ClassMeans, class_means
from checkpoints import open_outputs
from checkpoints.zoo import ZooEntry, of_images, run_of
from ui.checkpoints.opened import of_shipped
from ui.exhibit import show


def beside_published(to: To) -> None:
    """Nothing where no such encoder is shipped."""
    entries = [entry for loss in TEMPERATURES if (entry := _entry(loss)) is not None]
    if entries:
        show(published_figure([_sides(entry, to) for entry in entries]), key="published")


def _entry(loss: str) -> ZooEntry | None:
    """The first seed at the published temperature, of the network that is there at both."""
    asked = loss, TEMPERATURES[loss], "resnet14"
    recipes = ((entry, run_of(entry).recipe) for entry in of_images() if entry.loss == loss)
    return next(
        (entry for entry, each in recipes if (each.loss, each.parameters["temperature"], each.encoder) == asked), None
    )


@st.cache_data(max_entries=8, show_spinner=False)
def _sides(entry: ZooEntry, to: To) -> Sides:
    if to == "nearest":
        nearest = of_shipped(entry).nearest
        return Sides(entry.loss, nearest.target[nearest.comparable], nearest.noise[nearest.comparable], to)
    means = class_means(open_outputs(entry.path))
    assert isinstance(means, ClassMeans)
    return Sides(entry.loss, means.own, means.other, to)
