"""The parts of the losses page: the overview of all, and one loss with its pairs, chance level, cost and code."""

from dataclasses import dataclass

import pandas as pd
import streamlit as st

from analysis.anatomy.of_losses import anatomy
from analysis.digits import latex, number
from analysis.figures.anatomy.of_losses import loss_anatomy
from analysis.forces.chance_level import ChanceLevel, ChanceSpec, chance_level
from losses.catalog import CATALOG, FAMILIES, LossEntry
from losses.records import Choosing
from ui.controls import Controls
from ui.exhibit import show
from ui.source_text import source_of

ALL = "all"
_SIZE, _CLASSES = 256, 10


@dataclass(frozen=True, slots=True)
class Words:
    """How a family is spoken of: the unit of its batch, inputs that say nothing, what it is differentiated by."""

    batch: str
    nothing: str
    variable: str


_WORDS = {
    "class head": Words("samples", "constant logits", "f_i"),
    "labelled embeddings": Words("samples", "all-equal embeddings", "s_{ij}"),
    "paired views": Words("pairs of views", "all-equal embeddings", "s_{ij}"),
}
_HOMES = {
    "candidates": "Fast path",
    "evidence": "Evidence",
    "forces": "Closed-form derivative",
    "formulas": "Formula, as autograd takes it",
    "rules": "Fast path, one block of scores",
}


@dataclass(frozen=True, slots=True)
class View:
    """What the page shows: one loss with the batch of its chance level and the seed of its figure, or all losses."""

    loss: str
    size: int = _SIZE
    classes: int = _CLASSES
    seed: int = 0


def choose(controls: Controls) -> View:
    """The controls in the sidebar; those of a batch where one loss is chosen that has them."""
    titles = {ALL: "All losses"} | {name: entry.title for name, entry in CATALOG.items()}
    loss = controls.choice("Loss", "loss", titles, default=ALL)
    if loss == ALL:
        return View(ALL)
    family = CATALOG[loss].family
    batch = f"Batch size, {_WORDS[family].batch}"
    size = controls.integer(batch, "batch_size", default=_SIZE, low=4, high=1024, help="For the chance level.")
    classes = _CLASSES
    if family != "paired views":
        classes = controls.integer("Classes", "classes", default=classes, low=2, high=1000)
    seed = controls.integer("Seed of the tiny batch", "seed", default=0, low=0, high=2**31 - 1)
    return View(loss, size, classes, seed)


def overview() -> None:
    """Every loss of the catalogue, one table a family."""
    for family in FAMILIES:
        st.header(family.capitalize(), anchor=False)
        entries = [entry for entry in CATALOG.values() if entry.family == family]
        st.table(pd.DataFrame([_row(entry) for entry in entries]), hide_index=True, border="horizontal")
    st.caption("N samples, K classes, D dimensions, B pairs of views; 𝒩 an anchor's noise. Choose a loss for the rest.")


def _row(entry: LossEntry) -> dict[str, str]:
    return {
        "Loss": f"[{entry.title}](?loss={entry.name})",
        "Numerator": entry.numerator,
        "Denominator": entry.denominator,
        "Chance level": f"${entry.chance_level}$",
        "Time": entry.cost.time,
        "Source": _arxiv(entry),
    }


def _arxiv(entry: LossEntry) -> str:
    return f"[arXiv {entry.source.arxiv}](https://arxiv.org/abs/{entry.source.arxiv})"


def formula(entry: LossEntry) -> None:
    """The loss of one anchor, its source, and in words what stands above the bar and what below."""
    st.header(f"{entry.title} · {entry.family}", anchor=False)
    st.latex(rf"\ell_i = {entry.formula}")
    st.caption(f"{entry.source.citation}, {_arxiv(entry)}.")
    above, below = st.columns(2)
    above.markdown(f"**In the numerator**  \n{entry.numerator}")
    below.markdown(f"**In the denominator**  \n{entry.denominator}")


def pairs(view: View) -> None:
    """One anchor of a tiny batch, candidate by candidate."""
    show(loss_anatomy(anatomy(view.loss, view.seed)), key="anatomy")


def gradient(entry: LossEntry) -> None:
    st.subheader("Gradient", anchor=False)
    variable = _WORDS[entry.family].variable
    st.latex(rf"\frac{{\partial \ell_i}}{{\partial {variable}}} = {entry.gradient}")


def chance(entry: LossEntry, view: View) -> None:
    """The closed form beside what the loss itself gives."""
    st.subheader("Chance level", anchor=False)
    found = _chance_level(ChanceSpec(view.loss, view.size, view.classes))
    st.latex(rf"{entry.chance_level} = {latex(found.formula, least=6)} \text{{ {entry.unit}}}")
    apart = f"{found.gap:.0e} apart" if found.gap else "no difference"
    st.text(
        f"The formula above, and losses.{entry.name} on {_nothing(entry)}: {number(found.measured, least=6)}"
        f" {entry.unit}, {apart}. A batch of {_batch(entry, view)}."
    )


def _nothing(entry: LossEntry) -> str:
    """The inputs that the loss is evaluated on."""
    has_prior = isinstance(entry.record, Choosing) and entry.record.has_prior
    return _WORDS[entry.family].nothing + (" and a uniform prior" if has_prior else "")


def _batch(entry: LossEntry, view: View) -> str:
    size = f"{view.size:,} {_WORDS[entry.family].batch}"
    if entry.family == "paired views":
        return size
    uneven = view.size % view.classes and r"\mathcal{N}" in entry.chance_level
    return f"{size} in {view.classes:,} classes" + (" that are not equal: the mean over anchors" if uneven else "")


@st.cache_data(max_entries=64, show_spinner="Evaluating the loss …")
def _chance_level(spec: ChanceSpec) -> ChanceLevel:
    return chance_level(spec)


def cost(entry: LossEntry) -> None:
    st.subheader("Cost", anchor=False)
    st.markdown(f"**{entry.cost.time}** in time, forward and backward. {entry.cost.words}")


def no_world(entry: LossEntry) -> None:
    """Of a loss that no toy world lists: why."""
    if entry.no_world:
        st.subheader("In no toy world", anchor=False)
        st.markdown(entry.no_world)


def parameters(entry: LossEntry) -> None:
    """Its own settings; those that all losses share are said in the code."""
    st.subheader("Parameters", anchor=False)
    numbers = [
        (f"`{item.name}` ${item.symbol}$", f"{item.default:g}", f"{item.low:g} to {item.high:g}", item.meaning)
        for item in entry.parameters
    ]
    words = [(f"`{item.name}`", item.default, ", ".join(item.options), item.meaning) for item in entry.choices]
    table = pd.DataFrame([*numbers, *words], columns=["Parameter", "Default", "Range", "Meaning"])
    st.table(table, hide_index=True, border="horizontal")


def code(entry: LossEntry) -> None:
    """The source of what runs, read from its file."""
    st.subheader("The code as it runs", anchor=False)
    for place, name in enumerate(entry.code):
        home, attribute = name.split(".")
        what = "The function" if place == 0 else _HOMES.get(home, "Its formula")
        with st.expander(f"{what}: `losses.{name}`", expanded=place == 0):
            st.code(source_of(f"losses.{home}", attribute))
