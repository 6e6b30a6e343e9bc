"""Words of the field that a page uses before a figure explains them, each with one sentence, at their first use."""

from collections.abc import Mapping

import streamlit as st

WORDS: Mapping[str, str] = {
    "class prior": (
        "η, how frequent each class is among the targets. Soft target InfoNCE takes w · log η off every score: labels"
        " are read as points of the simplex with a density proportional to exp(w · f), the *continuous categorical*"
        " ([Gordon-Rodriguez et al. 2020](https://arxiv.org/abs/2002.08563)), and the noise as the one with f = log η."
        " The correction is this assumption; the labels' true distribution is a mixture, so that some error stays."
    ),
    "exact noise": (
        "The density that the candidates of a batch really come from, in place of that assumption. Known only in a"
        " world that is made, it shows what soft target InfoNCE would learn if its noise were right."
    ),
    "chance": (
        "The value that a loss or an accuracy has where all embeddings are equal, or where one guesses: a dotted"
        " line. A dash-dotted one is the least that the loss can be."
    ),
    "repel": (
        "A same-class pair repels where the derivative of the anchor's loss by its cosine is above 0: descent then"
        " lowers the cosine."
    ),
    "push to pull": (
        "On same-class pairs, the sum of all derivatives above 0 over the sum of those below 0, without its sign: at"
        " 0 nothing repels, at 1 a class is not drawn together at all."
    ),
    "λ": (
        "The weight, 0 to 1, of the Weibit coordinate in WEINCE's scores of an anchor (`lam` in code): the product of"
        " two gates, on ρ and on ΔAIC. It carries no gradient."
    ),
    "ρ": (
        "The shortfall of an anchor's hardest negative: 1 less its cosine. The gate opens where it is small among the"
        " batch's."
    ),
    "ΔAIC": (
        "How much better a Weibull line fits the tail of an anchor's negatives than a Gumbel line: AIC of Gumbel less"
        " AIC of Weibull (Akaike's criterion). Above 0 the tail looks as if it had an endpoint."
    ),
    "endpoint": (
        "The largest value that a distribution allows. A cosine cannot exceed 1; the question is whether the tail"
        " shows it."
    ),
    "ξ": "The shape of a generalised Pareto law: below 0 the tail has an endpoint, at 0 it falls exponentially.",
    "margin": "Median cosine to the nearest item of the same class less the median cosine to the nearest of another.",
    "ECE": "Expected calibration error: how far confidence and accuracy are apart, averaged over bins of confidence.",
}


def words(*names: str) -> None:
    """What these words mean, folded: a reader who needs none loses one line."""
    with st.expander(f"Words: {', '.join(names)}", icon=":material/dictionary:"):
        st.markdown("\n".join(f"- **{name}**: {WORDS[name]}" for name in names))
