"""Every shipped encoder with its numbers, each a link to its inspection, beside what is published."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast
from urllib.parse import urlencode

import pandas as pd
import streamlit as st

from analysis.comparison.encoders import (
    PUBLISHED,
    PUBLISHED_ACCURACIES,
    PUBLISHED_BY_CLASS,
    EncoderResult,
    OverSeedsOf,
    To,
    over_their_seeds,
)
from analysis.digits import interval, percent
from analysis.figures.comparison.encoders import encoders_figure, row_of
from analysis.neighbours.class_means import ClassMeans, class_means
from analysis.neighbours.nearest import Margin
from analysis.neighbours.separation import Separation, separation
from analysis.statistics.bootstrap import Estimate
from checkpoints import open_outputs
from checkpoints.native.file import peek
from checkpoints.native.image_run import ImageRun
from checkpoints.native.objectives import OBJECTIVES
from checkpoints.zoo import ZooEntry, of_images, other_seeds, run_of, shipped
from losses.catalog import CATALOG
from ui.checkpoints.beside_published import beside_published
from ui.checkpoints.opened import of_shipped
from ui.checkpoints.transfer import draw_transfer
from ui.controls import Controls
from ui.exhibit import show
from ui.foreign_text import table

_TO = {"means": "Means of classes", "nearest": "Nearest train items"}
_USUAL = "ResNet-14"
"""What an encoder of CIFAR-10 is where its title does not say."""
_DATA = {"CIFAR-10": "CIFAR-10, real images", "digits": "Digits, 8 x 8"}


@dataclass(frozen=True, slots=True)
class View:
    """Whose encoders, what their test items are held against, and whether the other seeds of digits are measured."""

    data: str
    to: To
    seeds: bool = False


def choose(controls: Controls) -> View:
    """What the controls say."""
    there = {name: title for name, title in _DATA.items() if name == "digits" or of_images()}
    data = controls.choice("Data", "data", there, default=next(iter(there)))
    to = cast(To, controls.choice("Cosines to", "to", _TO, default="means"))
    help = "Measures two more trainings of each loss, for means and intervals whose unit is a training."
    return View(data, to, data == "digits" and controls.switch("Over seeds", "seeds", help=help))


def draw(view: View) -> None:
    """The figure, the table, seeds, and what is and is not comparable."""
    digits = view.data == "digits"
    results = _of_digits() if digits else [_of_run(entry) for entry in of_images()]
    published = [each for each in PUBLISHED if each.data == view.data]
    show(encoders_figure(results, published if view.to == "nearest" else (), to=view.to), key="encoders")
    if published:
        beside_published(view.to)
    _table(results, view.to)
    _seeds([*results, *map(_digits, other_seeds())] if view.seeds else results)
    if published:
        draw_transfer(results)
        _published(results)


@st.cache_data(max_entries=64, show_spinner="Measuring the encoders of images …")
def _of_run(entry: ZooEntry) -> EncoderResult:
    """As the run stated it, against all its train items; the means of classes are of those in the file."""
    run = run_of(entry)
    said, recipe, means = run.stated, run.recipe, class_means(open_outputs(entry.path))
    assert isinstance(means, ClassMeans)
    return EncoderResult(
        entry.name, _title(run), entry.loss, entry.data, recipe.seed, said["target"], said["noise"],
        _with_interval(run, "margin"), _with_interval(run, "knn_1"), int(said["train_items"]),
        *means.medians, means.margin, means.auc, means.train_apart, said["auc"], run.intervals.get("auc"),
        _with_interval(run, "probe"), _with_interval(run, "head") if "head" in said else None, said.get("ece"),
    )  # fmt: skip


def _title(run: ImageRun) -> str:
    """The loss, and what else a run was given that others of it were not."""
    recipe, network = run.recipe, run.network.partition(",")[0]
    words = [CATALOG[recipe.loss].title]
    if recipe.head == "projection":
        words.append(f"tau {recipe.parameters['temperature']:g}")
    words += ["released extra terms"] * bool(OBJECTIVES[recipe.loss].optional.keys() & recipe.parameters)
    words += [network] * (network != _USUAL)
    return ", ".join(words)


def _with_interval(run: ImageRun, name: str) -> Estimate:
    return Estimate(run.stated[name], *run.intervals[name])


def _of_digits() -> list[EncoderResult]:
    return [_digits(entry) for entry in shipped()]


@st.cache_data(max_entries=64, show_spinner="Measuring the encoders of digits …")
def _digits(entry: ZooEntry) -> EncoderResult:
    found = of_shipped(entry)
    margin, one_nn, means = found.margin, found.vote(1).accuracy, class_means(found.outputs)
    apart = separation(found.nearest)
    assert isinstance(means, ClassMeans)
    assert isinstance(margin, Margin)
    assert isinstance(apart, Separation)
    assert isinstance(margin.margin, Estimate)
    assert isinstance(one_nn, Estimate)
    return EncoderResult(
        entry.name, CATALOG[entry.loss].title, entry.loss, entry.data, peek(entry.path).metadata.recipe.seed,
        margin.target, margin.noise, margin.margin, one_nn, len(found.outputs.train), *means.medians, means.margin,
        means.auc, means.train_apart, apart.auc.value, (apart.auc.low, apart.auc.high),
    )  # fmt: skip


def _table(results: Sequence[EncoderResult], to: To) -> None:
    st.header("All numbers", anchor=False)
    rows = pd.DataFrame([{"open": _link(each), **row_of(each, to)} for each in results]).dropna(axis=1, how="all")
    links = {"open": st.column_config.LinkColumn("open", display_text="inspect")}
    st.dataframe(table(rows), hide_index=True, column_config=links, height="content")
    st.caption(
        f"A click on a head sorts. Intervals are 95 % over test items; neighbours are looked for among"
        f" {results[0].against:,} train items, on what the loss saw; 1-NN, probe and head of CIFAR-10 are as"
        " the runs state them, on the encoder's features. Margin: the median cosine to the own class less that to"
        " another; AUC: the share of pairs of such cosines in order. Each stands twice: (nearest) of cosines to the"
        " nearest train items, (means) of those to the means of classes. AUC (nearest) of CIFAR-10's runs stands"
        " without an interval; among the train items in the file it has one, under *Transfer*."
    )


def _link(each: EncoderResult) -> str:
    return "Checkpoints?" + urlencode({"checkpoint": each.name})


def _seeds(results: Sequence[EncoderResult]) -> None:
    found = over_their_seeds(results)
    if not found:
        return
    st.header("Over seeds", anchor=False)
    rows = [{"setting": each.title, "trainings": each.trainings, **_said(each)} for each in found]
    st.dataframe(table(pd.DataFrame(rows)), hide_index=True, height="content")
    st.caption("Student's 95 % interval; its unit is a training, and of two it is wide.")


def _said(each: OverSeedsOf) -> dict[str, str]:
    named = {
        "margin (means)": each.mean_margin, "AUC (means)": each.mean_auc, "margin (nearest)": each.margin,
        "AUC (nearest)": each.auc,
        "1-NN": each.one_nn,
    }  # fmt: skip
    return {name: interval(value) for name, value in named.items() if isinstance(value, Estimate)}


def _published(results: Sequence[EncoderResult]) -> None:
    st.header("What is published, and what can be compared", anchor=False)
    rows = [
        {
            "": each.title, "target": each.target, "noise": each.noise, "margin (nearest)": each.margin,
            "source": each.source,
        }
        for each in PUBLISHED
    ]  # fmt: skip
    st.dataframe(table(pd.DataFrame(rows)), hide_index=True, height="content")
    st.caption(
        f"Not comparable line by line: {PUBLISHED[0].differs}; and that network tells its train items apart, while here"
        f" {percent(min(each.train_apart for each in results))} to {percent(max(each.train_apart for each in results))}"
        " are nearest to their own class's mean, so that a nearest noise is often a train item that lies among another"
        " class. Within this page two encoders differ by their loss alone where temperature, seed and network are the"
        f" same. Where no network is named it is a {_USUAL}."
    )
    _published_by_class()
    more = [{"loss": loss, "measure": measure, "CIFAR-100, %": value} for loss, measure, value in PUBLISHED_ACCURACIES]
    st.dataframe(table(pd.DataFrame(more)), hide_index=True, height="content")
    st.caption(
        "Erol et al., arXiv 2606.00262: ResNet-18, 100 epochs, 4 seeds, CIFAR-100. The script released for them adds"
        " two terms to WEINCE's loss that InfoNCE's run has not; here one encoder has them, and says so."
    )


def _published_by_class() -> None:
    """A wide margin beside areas that hardly differ: what the authors' own curves say of each class."""
    sides = [f"{each.title.partition(',')[0]}: {what}" for each in PUBLISHED for what in ("margin", "AUC")]
    rows = pd.DataFrame([dict(zip(["class", *sides], row, strict=True)) for row in PUBLISHED_BY_CLASS])
    st.dataframe(table(rows), hide_index=True, height="content")
    wider = PUBLISHED[0].margin / PUBLISHED[1].margin
    farthest, _, ours, _, theirs = max(PUBLISHED_BY_CLASS, key=lambda row: abs(row[2] - row[4]))
    names = [each.title.partition(",")[0] for each in PUBLISHED]
    st.caption(
        "By class, from the same figures: AUC is the area under the ROC of a class's nearest target cosines against its"
        f" nearest noise cosines, as their scripts draw it. Over all classes {names[0]}'s margin is {wider:.1f} times"
        f" {names[1]}'s, but the areas of a class hardly differ, and in both directions: most for {farthest},"
        f" {ours:g} against {theirs:g}. For a checkpoint of yours, margin and AUC by class stand on Checkpoints under"
        " *Nearest similarity*, and in what `python -m checkpoints.inspect` prints."
    )
