"""An anatomy in numbers: its table, two side by side with their differences, and the formula with the numbers in it."""

from collections.abc import Sequence

import numpy as np
import pandas as pd

from analysis.anatomy.heads import LETTERS, HeadAnatomy
from analysis.anatomy.parts import Anatomy, MeasuredAnatomy
from analysis.digits import latex
from analysis.forces.own_loss import own_losses
from losses.catalog import CATALOG, unit_of

# A formula stays on one line of the page: so many terms, and so many candidates below the bar, are written out.
_TERMS, _BELOW = 2, 3
_SAME = 1e-9


def title(loss: str) -> str:
    return CATALOG[loss].title if loss in CATALOG else own_losses()[loss].title


def candidate_table(found: Sequence[Anatomy | MeasuredAnatomy]) -> pd.DataFrame:
    """One row a candidate: what it is to each loss, quantity by quantity; where there are two losses, what differs."""
    first = found[0]
    table = pd.DataFrame({"candidate": first.candidates, first.scored_by: first.scores})
    by_loss = {f"{title(each.loss)}: " if len(found) > 1 else "": _columns(each) for each in found}
    units = dict.fromkeys(unit_of([each.loss]) for each in found)
    for name in ("place", "derivative", "weight above", "weight below", *units):
        for lead, columns in by_loss.items():
            if name in columns:
                table[lead + name] = columns[name]
    if len(found) > 1:
        table.insert(2, "differs in", _differences(*found))
    return table


def places_differ(found: Sequence[Anatomy | MeasuredAnatomy]) -> np.ndarray:
    """(M,) bool: above in one loss and not in the other, or below in another share of the terms.

    A loss whose places are not known differs nowhere.
    """
    known = [each for each in found if isinstance(each, Anatomy)]
    if len(known) < 2:
        return np.zeros(len(found[0].candidates), dtype=bool)
    one, other = known
    below = [each.below.sum(axis=0) / max(len(each.below), 1) for each in known]
    return (one.above.any(axis=0) != other.above.any(axis=0)) | (below[0] != below[1])


def class_table(found: Sequence[HeadAnatomy]) -> pd.DataFrame:
    """One row a class: what each loss pulls the logits towards, what it pushes them from, and the derivative."""
    first = found[0]
    table = pd.DataFrame({"class": list(LETTERS[: len(first.logits)]), "logit": first.logits})
    for each in found:
        lead = f"{title(each.anatomy.loss)}: " if len(found) > 1 else ""
        columns = {"weight above": each.classes_above, "weight below": each.classes_below, "derivative": each.forces}
        for name, column in columns.items():
            table[lead + name] = column
    if len(found) > 1:
        signs = np.sign(np.round([each.forces for each in found], 9))
        table.insert(2, "differs in", np.where(signs[0] != signs[1], "sign", ""))
    return table


def live_formula(found: Anatomy) -> str:
    """LaTeX: the fractions with the exponents of this batch in them, and what they come to."""
    name, unit = rf"\text{{{found.anchor}}}", unit_of([found.loss])
    if not len(found.weights):
        return rf"\ell_{{{name}}} = 0.000000 \text{{ {unit}, no term}}"
    left = len(found.weights) - _TERMS
    fractions = [_fraction(found, term) for term in range(min(_TERMS, len(found.weights)))]
    if left > 0:
        fractions.append(rf"- \cdots \quad \text{{({left} more)}}")
    numbers = [latex(part, least=6) for part in (found.weights * found.terms)[:_TERMS]]
    more = [r"\cdots"] if left > 0 else []
    total = rf"{_zero(found.value)} \text{{ {unit}}}"
    # What they come to has a line of its own: behind the sum it would leave a column of half the page.
    summed = rf"{' + '.join(numbers + more)} \\ &= " if len(found.weights) > 1 else ""
    lines = r" \\ &\phantom{{}={}} ".join(fractions)
    return rf"\begin{{aligned}} \ell_{{{name}}} &= {lines} \\ &= {summed}{total} \end{{aligned}}"


def _columns(found: Anatomy | MeasuredAnatomy) -> dict[str, np.ndarray | tuple[str, ...]]:
    if isinstance(found, MeasuredAnatomy):
        return {"place": found.places, "derivative": found.forces}
    return {
        "place": found.marks,
        "derivative": found.forces,
        "weight above": found.weight_above,
        "weight below": found.weight_below,
        unit_of([found.loss]): found.contributions,
    }


def _differences(one: Anatomy | MeasuredAnatomy, other: Anatomy | MeasuredAnatomy) -> list[str]:
    """For each candidate: place, sign of the derivative, or its size."""
    signs = np.sign(np.round([one.forces, other.forces], 9))
    sizes = np.abs(one.forces - other.forces) > _SAME
    places = places_differ((one, other))
    return [
        ", ".join(word for word, differs in (("place", place), ("sign", sign), ("size", size and not sign)) if differs)
        for place, sign, size in zip(places, signs[0] != signs[1], sizes, strict=True)
    ]


def _fraction(found: Anatomy, term: int) -> str:
    own, weight = int(found.owners[term]), "" if found.weights[term] == 1 else f"{found.weights[term]:.3g}"
    above = f"e^{{{latex(found.exponents[own], least=2)}}}" if found.above[term].any() else "1"
    below = _below(found, term, own)
    if found.power:
        q, density = latex(found.power), latex(np.exp(found.log_density))
        raised = rf"\bigl({density} \, ({below})\bigr)^{{{q}}}"
        divided = rf"{weight}\tfrac{{1}}{{{q}}}"
        return rf"{divided} {raised} \\ &\phantom{{{{}}={{}}}} - {divided} \bigl({above}\bigr)^{{{q}}}"
    return rf"- {weight}\log \frac{{{above}}}{{{below}}}"


def _below(found: Anatomy, term: int, own: int) -> str:
    """What is added up below the bar, the term's own candidate first; of many the first few."""
    columns = sorted(np.flatnonzero(found.below[term]), key=lambda column: column != own)
    exponents, shown = found.exponents_below[term], columns[: _BELOW + 1]
    parts = ["1"] * found.one_below + [f"e^{{{latex(exponents[column], least=2)}}}" for column in shown]
    more = len(columns) - len(shown)
    return " + ".join(parts) + (rf" + \underbrace{{\cdots}}_{{{more}}}" if more else "")


def _zero(value: float) -> str:
    return latex(value, least=6)
