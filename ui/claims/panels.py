"""The parts of the page on claims: the table of all, and one claim from its statement to where one can play on."""

from dataclasses import dataclass

import streamlit as st

from analysis.rules.verdict import Verdict
from claims.claim import MOST_SEED, Claim, Effort
from claims.exhibits import exhibits
from claims.over_seeds import seeds_table, sentence
from claims.papers import PAPERS
from claims.registry import CLAIMS
from claims.results import Result
from claims.slides import slide_of
from claims.words import RULE, beside_quick, command, computed, origin, reason, short
from ui import links
from ui.claims.running import known_of, result_of, results_of, run_again
from ui.controls import Controls
from ui.errors import explain
from ui.exhibit import show
from ui.foreign_text import plain, table
from ui.frame import PAGES
from ui.talks.adding import add_slide

ALL = "all"
_SEEDS = 10  # looked for on this machine
_WIDTHS = (3, 2)
_HELP = "A slide with the statement, the verdict, its number and the main figure; source and caveats in the notes."
_MARKS = {
    Verdict.HOLDS: ":material/check_circle:",
    Verdict.IN_PART: ":material/contrast:",
    Verdict.FAILS: ":material/cancel:",
    Verdict.OPEN: ":material/help:",
}


@dataclass(frozen=True, slots=True)
class View:
    """One claim by its name, or all; the seed of what is random."""

    claim: str
    seed: int = 0


def choose(controls: Controls) -> View:
    """The controls in the sidebar."""
    titles = {ALL: "All claims"} | {name: claim.title for name, claim in CLAIMS.items()}
    name = controls.choice("Claim", "claim", titles, default=ALL)
    if name == ALL:
        return View(ALL)
    seed = controls.integer(
        "Seed", "seed", default=0, low=0, high=MOST_SEED, help="Of all that is random. Shipped results have seed 0."
    )
    return View(name, seed)


def overview() -> None:
    """A row a claim, by paper; its title opens it in place."""
    st.caption(
        "Each verdict is computed from numbers by a rule that was written before them. Choose a claim for its source,"
        " figures, caveats, and to measure it again here."
    )
    run_again(tuple(CLAIMS.values()), 0)
    for name, paper in PAPERS.items():
        st.header(paper.citation, anchor=False)
        for claim in CLAIMS.values():
            if claim.source.paper == name:
                _row(claim, result_of(claim, 0))
    st.caption("All of them without a browser: `python -m claims`, in minutes; `python -m claims --quick`.")


def _row(claim: Claim, result: Result | None) -> None:
    with st.container(border=True):
        name, found = st.columns(_WIDTHS, vertical_alignment="center")
        with name, st.container(gap="xxsmall"):
            st.button(
                f"**{claim.title}**",
                key=f"open-{claim.name}",
                type="tertiary",
                icon=":material/arrow_forward:",
                on_click=_open,
                args=(claim.name,),
            )
            st.caption(claim.statement)
        with found, st.container(gap="xxsmall"):
            if result is None:
                st.markdown("not measured yet")
                return
            st.markdown(f"{_MARKS[result.verdict]} **{result.verdict.value}**")
            st.caption(plain(f"{short(result)}; {origin(result)}"))


def _open(name: str) -> None:
    """The claim's own link, on this page."""
    st.query_params.from_dict({"claim": name, "v": links.VERSION})


def one(view: View) -> None:
    """Statement, verdict, figures, and what a careful reader adds."""
    claim = CLAIMS[view.claim]
    result = result_of(claim, view.seed)
    _statement(claim)
    if result is None:
        st.info(f"Nobody has measured this claim with seed {view.seed} on this machine yet.")
    else:
        _said(result)
    run_again((claim,), view.seed)
    if result is not None:
        for place, exhibit in enumerate(exhibits(result)):
            show(exhibit, key=f"claim-{claim.name.replace('_', '-')}-{place}")
        _over_seeds(claim, view.seed)
    _reading(claim)
    st.caption("Without a browser")
    st.code(command(claim, view.seed), language="bash")


def _statement(claim: Claim) -> None:
    st.header(claim.title, anchor=False)
    st.markdown(claim.statement)
    paper = PAPERS[claim.source.paper]
    where = f"[arXiv {paper.arxiv}](https://arxiv.org/abs/{paper.arxiv})"
    st.caption(f"{paper.citation}, {where}. {claim.source.stands}")
    if claim.formula:
        st.latex(claim.formula)
    st.caption(f"**Measured here.** {claim.measured}")


def _said(result: Result) -> None:
    with st.container(border=True):
        st.markdown(f"{_MARKS[result.verdict]} **{plain(_capital(result))}.** {plain(reason(result))}")
        st.caption(plain(computed(result)))
        st.caption(RULE)
        if result.effort is Effort.QUICK and (best := known_of(result.claim, result.seed)) is not None:
            st.caption(plain(beside_quick(best)))
        if st.button("Add to talk", key="claim-talk", type="tertiary", help=_HELP):
            with explain():
                from talks.of_claims import claim_slide

                add_slide(claim_slide(slide_of(result)))


def _over_seeds(claim: Claim, seed: int) -> None:
    """A verdict a seed, of those that are known, and whether they agree."""
    results = results_of(claim, sorted({*range(_SEEDS), seed}))
    st.subheader("Over seeds", anchor=False)
    if len(results) > 1:
        st.markdown(plain(sentence(results)))
        st.dataframe(table(seeds_table(results)), hide_index=True)
    st.caption(
        f"Known here of seeds 0 to {_SEEDS - 1}: {len(results)}. Each is judged alone by the rules above, nothing is"
        " pooled. The seeds agree where all have one verdict; where it can be told, if some cannot tell and the others"
        " have one; they disagree where two that can tell differ. Another seed: choose it and run again, or"
    )
    st.code(f"python -m claims {claim.name} --seeds 0,1,2", language="bash")


def _capital(result: Result) -> str:
    return result.verdict.value.capitalize()


def _reading(claim: Claim) -> None:
    st.subheader("What would change the verdict", anchor=False)
    st.markdown(claim.changes)
    st.subheader("What a careful reader adds", anchor=False)
    st.markdown("\n".join(f"- {each}" for each in claim.caveats))
    st.subheader("Play on", anchor=False)
    for each in claim.play_on:
        page = PAGES[each.page]
        query = dict(part.split("=", 1) for part in each.query.split("&")) if each.query else None
        st.page_link(page.script, label=f"**{page.label}** {each.does}", query_params=query)
