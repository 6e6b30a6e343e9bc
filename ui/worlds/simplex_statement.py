"""The world of the page on simplex labels in formulas, with the numbers it has now."""

import math
from typing import TYPE_CHECKING

import streamlit as st

from analysis.digits import latex
from losses.catalog import CATALOG
from toy_models.simplex import LOSSES, SimplexSpec
from ui.worlds.world import show_loss

if TYPE_CHECKING:
    from toy_models.simplex import Reference

_GAUSSIANS = "x comes from three unit Gaussians in the plane, one a class, so p(c|x) is known. "
_WORDS = {
    "tilted": "A label is a point w of the simplex, not a class. ",
    "hard": _GAUSSIANS + "A label is one class: all losses have the same optimum, and must agree with p(c|x). ",
    "smoothing": _GAUSSIANS + "Labels are smoothed, and the optima known in closed form. ",
    "annotators": _GAUSSIANS + "m people name a class each; the label is the share of every class in their answers. ",
    "mixup": _GAUSSIANS + "Two items and their labels are mixed by one λ. ",
}

_RATIO = (
    r"The score $w \cdot (f - \log \eta)$ of soft target InfoNCE is the log ratio of two continuous categoricals, of"
    r" $f(x)$ and of $\log \eta$: **class prior is an assumption about the noise**, whose truth, the labels' marginal,"
    " is a mixture of them."
)


def statement(spec: SimplexSpec, answer: "Reference") -> None:
    """The world in one formula, with the numbers it has now, and the formulas of its losses."""
    st.markdown(
        _WORDS[spec.labels] + "The world is our construction, and every answer in it is known exactly; that"
        " cross-entropy assumes categorical labels is the statement of"
        " [Hugger & Uhlmann](https://arxiv.org/abs/2404.14076)."
    )
    st.latex(
        rf"\begin{{gathered}} {_formula(spec)} \\"
        rf" I(X; W) = {latex(answer.mutual_information)} \text{{ nats}}, \quad"
        rf" \log N = \log {spec.batch_size} = {latex(math.log(spec.batch_size))} \text{{ nats}} \end{{gathered}}"
    )
    st.markdown(_RATIO)
    with st.expander("The losses"):
        for name in spec.losses:
            _loss(name)


def _formula(spec: SimplexSpec) -> str:
    eps, people, a = f"{spec.epsilon:g}", spec.annotators, f"{spec.mixup:g}"
    return {
        "tilted": rf"p(w \mid x) \propto b(w)\, e^{{w \cdot h(x)}}, \quad"
        rf" b = \text{{Dirichlet}}({spec.concentration:g}), \quad"
        rf" h_k(x) = {spec.sharpness:g} \cos(\pi x - \tfrac{{2 \pi k}}{{3}})",
        "hard": r"w = e_c, \quad c \sim p(c \mid x) = \text{softmax}\, f^\star(x)",
        "smoothing": rf"w = (1 - {eps})\, e_c + {eps}/3, \quad c \sim p(c \mid x) \\"
        rf" \text{{cross-entropy: softmax}}\, f^\star = (1 - {eps})\, p + {eps}/3, \quad"
        rf" \text{{exact noise: }} f^\star_c - f^\star_{{c'}} = \log\tfrac{{p_c}}{{p_{{c'}}}} / (1 - {eps})",
        "annotators": rf"w = n / {people}, \quad n \sim \text{{Multinomial}}({people}, p(\cdot \mid x)), \quad"
        rf" \text{{exact noise: }} f^\star = {people} \log p(c \mid x)",
        "mixup": rf"x = \lambda x' + (1 - \lambda) x'', \quad w = \lambda e_{{c'}} + (1 - \lambda) e_{{c''}}, \quad"
        rf" \lambda \sim \text{{Beta}}({a}, {a})",
    }[spec.labels]


def _loss(name: str) -> None:
    if name in CATALOG:
        show_loss(LOSSES[name], name)
    else:
        st.markdown(f"**{LOSSES[name]}**")
        st.latex(r"a_{ij} = w_j \cdot f_i - \bigl(\log p(w_j) - \log b(w_j)\bigr)")
        st.caption("Soft target InfoNCE with the density the candidates really come from in place of the class prior.")
