"""Which checkpoints the compare page looks at: shipped ones, files of the user's own, or both."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, partial

import streamlit as st

from analysis.comparison.matching import FEWEST, MOST, matched
from analysis.comparison.measured import MeasuredModel, measure
from analysis.geometry.item_statistics import Geometry, geometry
from checkpoints.snapshots import series_among
from checkpoints.zoo import ZooEntry, of_images, other_seeds, shipped
from losses.catalog import CATALOG
from losses.errors import LabError
from ui import root, uploads
from ui.checkpoints import offer
from ui.checkpoints.analyses import LARGEST_K, Analyses
from ui.checkpoints.opened import analyses_of, of_below, of_shipped, opened
from ui.checkpoints.zoo_list import particulars
from ui.controls import Controls
from ui.foreign_text import plain

_DEFAULT = ("supcon", "sincere")
_SHIPPED = "checkpoints"
_OWN = "compare-own"
"""How many of the user's own were chosen when the page was last drawn, and whether the shipped stand back for them."""


class Model:
    """One checkpoint with what is computed on it, each part once and only when it is asked for."""

    def __init__(self, name: str, analyses: Analyses) -> None:
        self.name, self.analyses = name, analyses

    @cached_property
    def geometry(self) -> Geometry:
        return geometry(self.analyses.outputs.test)

    def measured(self, k: int) -> MeasuredModel:
        found = self.analyses
        return measure(self.name, found.outputs, found.nearest, found.probe, self.geometry, k=k)


@dataclass(frozen=True, slots=True)
class Chosen:
    """A checkpoint to compare: its place in links, its name on the page, the key of its content, and its analyses.

    own: whether somebody chose it, other than what a page begins with."""

    key: str
    name: str
    digest: str
    analyses: Analyses
    own: bool = True


@dataclass(frozen=True, slots=True)
class Choice:
    """What was chosen, the reference first; what was refused of it; whether the shipped ones are those of a page that
    nobody has touched."""

    chosen: tuple[Chosen, ...]
    refused: tuple[LabError, ...]
    preselected: bool


def choose(controls: Controls) -> Choice:
    """What the controls say. LabError where that is nothing."""
    entries, seeds = ({entry.name: entry for entry in each} for each in (shipped(), other_seeds()))
    place = st.container()  # above what decides whether its first choice still stands
    found = [*_of_images(controls), *_below(controls), *_of_own(controls)]
    _stand_back(controls, sum(isinstance(one, Chosen) for one in found))
    with place:
        offered = _titles(entries | _named_in_a_link(seeds))
        picked = controls.choices("Checkpoints", _SHIPPED, offered, default=_DEFAULT, fewest=FEWEST)
        others = controls.several("Other seeds of these", "seeds", _titles(seeds), empty="none")
    refused = tuple(one for one in found if isinstance(one, LabError))
    names = dict.fromkeys((*picked, *others))
    shown = [_of_zoo((entries | seeds)[name], own=False) for name in names]
    chosen = _distinct([*shown, *(one for one in found if isinstance(one, Chosen))])
    if not chosen:
        raise refused[0] if refused else LabError("checkpoints", f"must number {FEWEST} to {MOST} to be compared", 0)
    return Choice(_reference_first(controls, chosen), refused, picked == _DEFAULT and not others)


def _named_in_a_link(seeds: Mapping[str, ZooEntry]) -> dict[str, ZooEntry]:
    """Those that stand among the checkpoints of a link, as they did before they had a list of their own."""
    named = {*st.query_params.get_all(_SHIPPED), *st.session_state.get(_SHIPPED, ())}
    return {name: entry for name, entry in seeds.items() if name in named}


def _stand_back(controls: Controls, own: int) -> None:
    """Who opens two of their own came for these: the shipped ones that a page begins with are no longer chosen then,
    and are again where too few are left. What a link says, and a later choice, stands."""
    before, stood_back = st.session_state.get(_OWN, (own, False))
    picked = tuple(st.session_state.get(_SHIPPED, controls.link.last.get(_SHIPPED, _DEFAULT)))
    if before < FEWEST <= own and picked == _DEFAULT:
        offer.into_view(controls, _SHIPPED, [])
        stood_back = True
    elif own < FEWEST <= before and stood_back and not picked:
        offer.into_view(controls, _SHIPPED, list(_DEFAULT))
    st.session_state[_OWN] = own, stood_back and own >= FEWEST


def matched_models(chosen: tuple[Chosen, ...]) -> tuple[Model, ...]:
    """The chosen ones on the same test items in the same order. LabError where their data differ."""
    return _models(tuple(one.digest for one in chosen), tuple(one.name for one in chosen), chosen)


@st.cache_resource(max_entries=8, scope="session", show_spinner="Matching the test items …")
def _models(digests: tuple[str, ...], names: tuple[str, ...], _chosen: tuple[Chosen, ...]) -> tuple[Model, ...]:
    own = {one.name: one.analyses for one in _chosen}
    same = matched({name: analyses.outputs for name, analyses in own.items()})
    return tuple(
        Model(name, own[name] if outputs is own[name].outputs else Analyses(outputs, shared=False))
        for name, outputs in same.items()
    )


def largest_k(found: tuple[Model, ...]) -> int:
    """Of neighbours that there are to vote, at least 1."""
    there = (len(model.analyses.outputs.searched) - model.analyses.outputs.within for model in found)
    return max(1, min(LARGEST_K, *there))


def _of_images(controls: Controls) -> list[Chosen]:
    """Shipped encoders of real images that somebody has chosen: with two of them, those of digits stand back."""
    entries = {entry.name: entry for entry in of_images()}
    if not entries:
        return []
    picked = controls.several("Encoders of CIFAR-10", "encoders", _titles(entries), empty="none")
    return [_of_zoo(entries[name], own=True) for name in picked]


def _of_zoo(entry: ZooEntry, *, own: bool) -> Chosen:
    return Chosen(entry.name, _title(entry), entry.digest, of_shipped(entry), own=own)


def _titles(entries: Mapping[str, ZooEntry]) -> dict[str, str]:
    return {name: _title(entry) for name, entry in entries.items()}


def _title(entry: ZooEntry) -> str:
    """The loss, with what tells it from another file of the same loss; of digits where nothing else is said."""
    images = entry.data if "/" in entry.name else ""
    return ", ".join(filter(None, (CATALOG[entry.loss].title, images, particulars(entry))))


def _reference_first(controls: Controls, chosen: list[Chosen]) -> tuple[Chosen, ...]:
    options = {one.key: one.name for one in chosen}
    if st.session_state.get("reference") not in (None, *options):
        del st.session_state["reference"]  # it is no longer among the chosen
    reference = controls.choice(
        "Reference", "reference", options, default=chosen[0].key, help="All others are compared to it."
    )
    return tuple(sorted(chosen, key=lambda one: one.key != reference))


def _distinct(chosen: list[Chosen]) -> list[Chosen]:
    """Two files of one name are told apart."""
    seen, found = Counter[str](), []
    for one in chosen:
        seen[one.name] += 1
        found.append(replace(one, name=f"{one.name} ({seen[one.name]})") if seen[one.name] > 1 else one)
    return found


def _below(controls: Controls) -> list[Chosen | LabError]:
    """Files under the folder that the app was started with; none without one."""
    folder = root.root()
    if folder is None:
        return []
    found = root.contents(folder)
    if found.note:
        st.caption(plain(found.note))
    names = {each: each for each in found.checkpoints}
    empty = f"type to search ({len(names):,})" if names else "no files that can be compared"
    picked = controls.several("Files under the root", "paths", names, empty=empty)
    if len(series_among(found.checkpoints)) > 1:  # a verdict is on two encoders; curves over epochs are another figure
        label = "Trainings over their epochs, side by side"
        st.page_link("pages/3_Dynamics.py", label=label, query_params={"of": "series"})
    return [_or_refusal(partial(_own_choice, name, name, of_below)) for name in picked]


def _own_choice(ref: str, name: str, open_one: Callable[[str], Analyses]) -> Chosen:
    analyses = open_one(ref)
    return Chosen(ref, name, analyses.outputs.digest, analyses)


def _or_refusal(choose_one: Callable[[], Chosen]) -> Chosen | LabError:
    """One bad file, or one that has gone since it was listed, leaves the others on the page."""
    try:
        return choose_one()
    except LabError as mistake:
        return mistake


def _of_own(controls: Controls) -> list[Chosen | LabError]:
    """What is open in this session and chosen; what comes in here is chosen at once."""
    place = st.container()
    files = st.file_uploader(
        "And your own",
        type=offer.TYPES,
        accept_multiple_files=True,
        key=offer.uploader_key("own-files"),
        max_upload_size=uploads.caps().file_mb,
        help="Of the same test items: arrays in any form that Checkpoints opens, or files of `python -m"
        " checkpoints.train`. Weights go through their images on Checkpoints first. They stay in this browser session,"
        " on every page, until they are put away, and are never executed.",
    )
    taken = offer.take("own-files", files, "opened", together=True)
    if news := [file.ref for file in taken.news if not file.needs_images]:
        before = st.session_state.get("opened", controls.link.last.get("opened", ()))
        offer.into_view(controls, "opened", list(dict.fromkeys([*before, *news])))
    options = offer.on_offer("opened")
    offer.keep_within("opened", options)
    with place:
        picked = controls.choices("Open in this session", "opened", options, default=()) if options else ()
        offer.warn_of_another(picked)
    for ref in picked:
        _link_to_the_question(ref)
    offer.draw_put_away()
    chosen = [_or_refusal(partial(_of_session, controls, ref)) for ref in picked]
    return [*chosen, *taken.refused, *(_no_images(file.name) for file in offer.waiting("own-files"))]


def _no_images(name: str) -> LabError:
    rule = "must have been through its images to be compared"
    return LabError(name, rule, remedy="Open it on Checkpoints with them: then it is on offer here.")


def _link_to_the_question(ref: str) -> None:
    """Where a file's arrays have names that say nothing here, the way to the page that asks which is what."""
    own = opened()
    file = own.find(ref)
    if file is not None and file.needs == "mapping" and file.sha256 not in own.maps:
        label = plain(f"Say which array of {file.name} is what")
        st.page_link("pages/2_Checkpoints.py", label=label, query_params={"checkpoint": ref})


def _of_session(controls: Controls, ref: str) -> Chosen:
    offer.check_here(controls, ref)
    file = opened().find(ref)
    return _own_choice(ref, file.name if file is not None else ref, analyses_of)
