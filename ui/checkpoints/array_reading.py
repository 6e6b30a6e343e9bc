"""Asks how a file of arrays is read where two readings are possible; by itself each is what the notes say."""

from collections.abc import Callable
from dataclasses import replace

import streamlit as st

from analysis.outputs import Outputs
from checkpoints.reading.array_spec import AS_IT_COMES, LARGEST_SEED, READINGS, ArraySpec
from ui.checkpoints.analyses import Analyses
from ui.controls import Controls

_LAST = "nce_lab_read_file"
_TITLES = (
    ("negative_labels", "Labels below 0 are", "-1 and -100 usually mark items without a class."),
    ("void_labels", "The largest label (255 and its like) is", "The largest number of a type often marks no class."),
    ("scores", "The class scores are", "A second softmax over probabilities gives those of another model."),
    ("columns", "Columns of the class scores", "Which class each column is: a wrong order spoils every number of it."),
)
_HALF = "Seed of the probe's half", "Without train items half of each class teaches the probe, the rest judges it."


def as_read(controls: Controls, opened: Callable[[ArraySpec], Analyses]) -> Analyses:
    """What `opened` gives under the readings that are chosen; nothing is asked where there is only one."""
    spec, analyses = AS_IT_COMES, opened(AS_IT_COMES)
    _forget_another(controls, analyses.outputs.digest)
    for name, title, help in _TITLES:
        facts = analyses.outputs.provenance
        possible = facts.get("possible_readings", {}).get(name, "")  # type: ignore[attr-defined]
        if not possible:
            continue
        options = {each: READINGS[name][each] for each in possible.split(", ")}
        if st.session_state.get(name) not in (None, *options):
            del st.session_state[name]
        taken = str(facts[name])
        chosen = controls.choice(title, name, options, default=taken, help=help)
        if chosen != taken:
            spec = replace(spec, **{name: chosen})  # type: ignore[arg-type]
            analyses = opened(spec)
    if _has_half(analyses.outputs):
        title, help = _HALF
        seed = controls.integer(title, "split_seed", default=0, low=0, high=LARGEST_SEED, help=help)
        analyses = opened(replace(spec, seed=seed)) if seed else analyses
    return analyses


def _has_half(outputs: Outputs) -> bool:
    return outputs.within and outputs.labelled and outputs.has_embeddings


def _forget_another(controls: Controls, digest: str) -> None:
    """What was chosen for one file says nothing of the next."""
    last = st.session_state.get(_LAST, digest)
    st.session_state[_LAST] = digest
    if last != digest:
        for name in (*READINGS, "split_seed"):
            st.session_state.pop(name, None)
            controls.link.last.pop(name, None)
