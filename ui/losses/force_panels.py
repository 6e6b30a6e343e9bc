"""The parts of the forces page: what is asked, the matrices, one pair's formula, what the forces add up to."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import streamlit as st

from analysis.digits import cosine
from analysis.figures.forces.groups import force_groups
from analysis.figures.forces.matrices import balance_table, force_matrices, live_formula
from analysis.figures.forces.of_classes import class_force_matrices
from analysis.forces.groups import GroupSum, group_sums, pair_groups
from analysis.forces.matrix import PAIRED, ForceMatrix, force_losses, force_matrix
from analysis.forces.of_classes import CLASS_LOSSES, ClassForceMatrix, class_force_matrix, class_groups
from analysis.forces.pair_terms import most_repelled, pair_terms
from analysis.forces.views import other_views
from losses.catalog import CATALOG, unit_of
from losses.errors import LabError
from ui.controls import Controls
from ui.exhibit import show
from ui.foreign_text import line, plain, table
from ui.losses.force_sources import Drawn, DrawnHead, draw, draw_head

_MOST = 4
_KINDS = {"pairs": "Embeddings: N × N pairs", "logits": "Class head: N × K logits"}
_FIGURE = """from analysis.figures.forces.matrices import force_matrices
from analysis.forces.matrix import force_matrix
{batch}
matrices = [force_matrix(batch.embeddings, batch.labels, loss, {temperature}) for loss in {losses}]
exhibit = force_matrices(matrices, batch)
exhibit.plot.show()
"""
_HEAD_FIGURE = """from analysis.forces.of_classes import class_force_matrix
from analysis.figures.forces.of_classes import class_force_matrices
{batch}
matrices = [class_force_matrix(batch, loss, {temperature}, seed={seed}) for loss in {losses}]
exhibit = class_force_matrices(matrices, batch.class_names)
exhibit.plot.show()
"""
_SUMS = """from analysis.figures.forces.groups import force_groups
from analysis.forces.groups import group_sums, pair_groups
from analysis.forces.matrix import force_losses, force_matrix
{batch}
matrices = [force_matrix(batch.embeddings, batch.labels, loss, {temperature}) for loss in {losses}]
titles = force_losses()
sums = {{titles[each.loss]: group_sums(each.forces, pair_groups(each, {quantile})) for each in matrices}}
exhibit = force_groups(sums, {hard!r}, {unit!r})
exhibit.plot.show()
"""
_HEAD_SUMS = """from analysis.figures.forces.groups import force_groups
from analysis.forces.groups import group_sums
from analysis.forces.of_classes import class_force_matrix, class_groups
from losses.catalog import CATALOG
{batch}
matrices = [class_force_matrix(batch, loss, {temperature}, seed={seed}) for loss in {losses}]
sums = {{CATALOG[each.loss].title: group_sums(each.forces, class_groups(each, {quantile})) for each in matrices}}
exhibit = force_groups(sums, {hard!r})
exhibit.plot.show()
"""


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """What the page shows: a batch of embeddings, or of logits, seen through some losses at one temperature."""

    drawn: Drawn | DrawnHead
    losses: tuple[str, ...]
    temperature: float
    hard_quantile: float

    def in_code(self, lines: str, **more: object) -> str:
        said = {"batch": self.drawn.code, "temperature": self.temperature, "losses": self.losses}
        return lines.format(**said, seed=getattr(self.drawn, "seed", None), quantile=self.hard_quantile, **more)


def choose(controls: Controls) -> View:
    """The controls in the sidebar. LabError where they ask for what there is not."""
    head = controls.choice("Forces on", "of", _KINDS, default="pairs") == "logits"
    if head:
        titles = {name: CATALOG[name].title for name in CLASS_LOSSES}
        start = ("soft_target_cross_entropy", "soft_target_infonce")
        losses = controls.choices("Losses", "head_loss", titles, default=start)
        temperature = controls.number("Temperature τ", "head_tau", default=1.0, low=0.05, high=10.0, step=0.05)
    else:
        losses = controls.choices("Losses", "loss", force_losses(), default=("supcon", "sincere"))
        temperature = controls.number("Temperature τ", "tau", default=0.1, low=0.02, high=2.0, step=0.01)
    drawn: Drawn | DrawnHead = draw_head(controls) if head else draw(controls)
    help = "Noise is hard from this quantile of its similarities (or logits) in the batch on."
    hard = controls.number("Hard from quantile", "hard", default=0.9, low=0.0, high=1.0, step=0.05, help=help)
    if not losses:
        raise LabError("loss", "must name at least one loss", None, "Choose SupCon, SINCERE or both.")
    if len(losses) > _MOST:
        raise LabError(
            "loss", f"must name at most {_MOST} losses, to be read side by side", len(losses), "Leave some out."
        )
    return View(drawn, losses, temperature, hard)


def matrices(view: View) -> None:
    """The matrices of either kind, with all that is said below them."""
    st.text(line(view.drawn.origin))
    if isinstance(view.drawn, DrawnHead):
        _of_logits(view, view.drawn)
    else:
        _of_pairs(view, view.drawn)


def _of_pairs(view: View, drawn: Drawn) -> None:
    batch = drawn.batch
    found = [force_matrix(batch.embeddings, batch.labels, loss, view.temperature) for loss in view.losses]
    for remark in remarks(batch.labels, view.losses):
        st.info(remark)
    show(force_matrices(found, batch).given_by(view.in_code(_FIGURE)), key="force-matrices")
    one_pair(found)
    titles = force_losses()
    hard = f"Noise is hard from the {view.hard_quantile:.0%} quantile of its cosines in this batch on."
    sums = {titles[one.loss]: group_sums(one.forces, pair_groups(one, view.hard_quantile)) for one in found}
    unit = unit_of(view.losses)
    code = view.in_code(_SUMS, hard=hard, unit=unit)
    show(force_groups(sums, hard, unit).given_by(code), key="force-groups")
    balances(found)


def _of_logits(view: View, drawn: DrawnHead) -> None:
    found = [class_force_matrix(drawn.batch, loss, view.temperature, drawn.seed) for loss in view.losses]
    for entry in (CATALOG[loss] for loss in view.losses):
        if entry.choosing.drawn:
            st.info(f"{entry.title} is one draw of labels from the targets, seed {drawn.seed}, not its mean.")
    shown = class_force_matrices(found, drawn.batch.class_names)
    show(shown.given_by(view.in_code(_HEAD_FIGURE)), key="class-force-matrices")
    hard = f"Other classes are hard from the {view.hard_quantile:.0%} quantile of their logits in this batch on."
    sums = force_groups(_by_class(found, view.hard_quantile), hard)
    show(sums.given_by(view.in_code(_HEAD_SUMS, hard=hard)), key="force-groups")
    st.caption(
        "The prior η is uniform. NLL and cross-entropy contrast a target with the sample's own class probabilities, the"
        " InfoNCE losses with the labels or targets of the batch, NTCE and NONL an input with other inputs."
        " With equally many labels in each class, label InfoNCE is NLL."
    )


def _by_class(found: Sequence[ClassForceMatrix], quantile: float) -> dict[str, tuple[GroupSum, ...]]:
    return {CATALOG[one.loss].title: group_sums(one.forces, class_groups(one, quantile)) for one in found}


def remarks(labels: np.ndarray, losses: Sequence[str]) -> list[str]:
    """What the definitions say of a batch with singletons, of one class, or with an odd one out; plain sentences."""
    sizes, said = np.unique(labels, return_counts=True)[1], []
    alone, odd = int((sizes == 1).sum()), int((other_views(labels) < 0).sum())
    if len(sizes) == 1:
        said.append(
            "A single class has no noise. SINCERE and ε-SupInfoNCE contrast a positive with noise alone, so both are 0"
            " with no force at all; SupCon still contrasts the positives with each other."
        )
    if alone:
        said.append(
            f"{alone} of the classes have one sample. It has no positive, so it takes no part as an anchor: its row is"
            " 0. It still is noise for others: its column is not."
        )
    if odd and any(loss in PAIRED for loss in losses):
        said.append(
            f"{odd} samples have no second view, as classes are paired two by two: the losses of views leave them out."
        )
    return said


def one_pair(matrices: Sequence[ForceMatrix]) -> None:
    """The formula of each loss with the values of one same-class pair: the one that the first loss repels most."""
    anchor, other = most_repelled(matrices[0])
    terms = [pair_terms(matrix, anchor, other) for matrix in matrices]
    pushed = "pushes hardest" if terms[0].force > 0 else "pulls least"
    st.header(f"The same-class pair that {plain(force_losses()[terms[0].loss])} {pushed}", anchor=False)
    for found in terms:
        st.latex(live_formula(found))
    st.caption(
        f"Anchor {anchor} and sample {other}, cosine {cosine(terms[0].cosine)}, |P| = {terms[0].positives} positives."
        " q is the pair's share among all other samples, g the noise's share against the pair alone."
        " SupCon repels a positive exactly when q > 1/|P|, X-CLR when q is above its target t; SINCERE's derivative is"
        " never above 0."
    )


def balances(matrices: Sequence[ForceMatrix]) -> None:
    """Pull against push, one row a loss."""
    st.header("What the forces add up to", anchor=False)
    force = st.column_config.NumberColumn(format="%.1f")
    formats = {
        "share": st.column_config.NumberColumn(format="percent"),
        "pull": force,
        "push within classes": force,
        "push to pull": st.column_config.NumberColumn(format="%.2f"),
        "push of noise": force,
    }
    st.dataframe(table(balance_table(matrices)), hide_index=True, column_config=formats)
    st.caption(
        f"Over all anchors, in {unit_of(each.loss for each in matrices)} per unit of cosine. In a softmax of"
        " cosines at one temperature the forces on an anchor cancel: pull = push within classes + push of noise. Not so"
        " where slopes differ from pair to pair (Weibit, WEINCE, temperature-free InfoNCE), and where no denominator"
        " divides (SigLIP, RINCE)."
    )
