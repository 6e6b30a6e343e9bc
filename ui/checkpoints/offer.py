"""What is open in the session as pages offer it: in lists, from an uploader, to be put away, asked for by a link."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from losses.errors import LabError
from ui import root, uploads
from ui.checkpoints import image_pass, taken_back
from ui.checkpoints.opened import BELOW, PREFIX, OpenedFile, missing, opened
from ui.checkpoints.together import Given, sorted_out
from ui.controls import Controls
from ui.foreign_text import plain
from ui.lost import remember
from ui.session import session

TYPES = [
    "safetensors", "npz", "npy", "csv", "tsv", "txt", "parquet", "feather", "arrow", "mat", "json", "jsonl", "ndjson",
    "pth", "pt", "tar", "ckpt", "bin", "pkl", "pickle", "p",
]  # fmt: skip
"""Endings of files that uploaders of checkpoints and arrays take."""
_ASKED = re.compile(rf".{{1,120}} [0-9a-f]{{{PREFIX}}}")
_MENU = "put-away-opened"
_LABELS = "nce_lab_labels"  # of each control of files: name -> label, as it was last drawn


@dataclass(frozen=True, slots=True)
class Taken:
    """What an uploader gave: files that were not there at the last run, and why others are not opened.

    last: whether the last of them is not.
    """

    news: tuple[OpenedFile, ...]
    refused: tuple[LabError, ...]
    last: bool = False


def named_in_link(key: str) -> tuple[str, ...]:
    """The files that the page's address names in the control `key`, here or not."""
    return tuple(said for said in st.query_params.get_all(key) if _ASKED.fullmatch(said))


def on_offer(key: str, *, images: bool = False, below: bool = False) -> dict[str, str]:
    """Ref -> label of what is open in this session, and of what the address asks for in the control `key`.

    images: also files whose images have not been through their network. below: also what was opened under the root.
    """
    own = opened()
    said = {ref: own.find(ref) for ref in named_in_link(key)}
    calls = {file.sha256: ref for ref, file in said.items() if file is not None}
    shown = [file for file in own.files.values() if images or not file.needs_images]
    found = _told_apart({calls.get(file.sha256, file.ref): file.name for file in shown})
    found |= {name: name for name in image_pass.finished()}
    if below:
        found |= {BELOW + name: name for name in _below(key)}
    return found | {ref: f"{ref.rpartition(' ')[0]} (not here)" for ref, file in said.items() if file is None}


def _told_apart(files: Mapping[str, str]) -> dict[str, str]:
    """Ref -> name, or the ref where two have one name."""
    names = Counter(files.values())
    return {ref: name if names[name] == 1 else ref for ref, name in files.items()}


def _below(key: str) -> list[str]:
    """Opened under the root, or asked for; none that is not listed there."""
    folder = root.root()
    listed = root.contents(folder).checkpoints if folder else ()
    said = [each.removeprefix(BELOW) for each in st.query_params.get_all(key) if each.startswith(BELOW)]
    return [name for name in dict.fromkeys((*opened().below, *said)) if name in listed]


def check_here(controls: Controls, ref: str) -> None:
    """LabError for a file that the address asks for and that is not in this session; the address stays as it is."""
    if _ASKED.fullmatch(ref) and opened().find(ref) is None:
        controls.waits = True
        raise missing(ref)


def warn_of_another(refs: Sequence[str]) -> None:
    """Say which of the files in view were given where a link asked for others."""
    for ref in refs:
        file = opened().find(ref)
        if file is not None and file.instead_of:
            name, _, begins = file.instead_of.rpartition(" ")
            st.warning(
                plain(
                    f"The link is about {name}, whose sha256 begins with {begins}. {file.name}, which was given, has"
                    f" {file.sha256[:PREFIX]}: it is another file."
                )
            )


def waiting(key: str) -> list[OpenedFile]:
    """What the uploader `key` holds whose images have not been through their network."""
    _, held = opened().held.get(key, (0, {}))
    files = (opened().files.get(ref) for ref in held.values())
    return [file for file in files if file is not None and file.needs_images]


def uploader_key(key: str) -> str:
    """Of a file uploader; another one, which is empty, after one of its files was put away."""
    emptied = opened().emptied[key]
    return key if not emptied else f"{key}-{emptied}"


def take(key: str, files: Sequence[UploadedFile], control: str, *, together: bool = False) -> Taken:
    """Open what the uploader `key` holds, for the control `control`; what was taken out of it by hand is put away.

    together: files of one array each that came in at once are one set of arrays. What is refused is said until
    something else comes in.
    """
    own = opened()
    uploads.count(key, *files)
    visit, before = own.held.pop(key, (0, {}))
    before = before if visit == session().visits else {}
    # It is no longer held while its own are put away: emptied, it would lose what the user gives it next.
    given = _given(key, files, together=together)
    for upload in before.keys() - {one.key for one in given}:
        own.put_away(before[upload], but=[file.file_id for file in files])
    held, news, refused, left, last = {}, [], [], {}, False
    for one in given:
        try:
            known = own.files.get(before.get(one.key, ""))
            found, last = known or _take(key, one, control), False
        except LabError as mistake:
            refused += [mistake] if one.key in own.latest.get(key, ()) else []
            left[one.name], last = f"{one.name}, upload it again", True
        else:
            held[one.key] = found.ref
            news += [found] if one.key not in before else []
    own.held[key] = session().visits, held
    remember(key, left)
    return Taken(tuple(news), tuple(refused), last)


def _given(key: str, files: Sequence[UploadedFile], *, together: bool) -> list[Given]:
    """The files as they came in, those of one time together; what came in last stands last."""
    own, here = opened(), {file.file_id: file for file in files}
    before = [numbers for numbers in own.sets.get(key, ()) if here.keys() >= set(numbers)]
    known = {number for numbers in before for number in numbers}
    news = sorted_out([file for file in files if file.file_id not in known], together=together)
    if news:
        own.latest[key] = tuple(one.key for one in news)
    given = [*(Given(tuple(here[number] for number in numbers)) for numbers in before), *news]
    own.sets[key] = tuple(tuple(file.file_id for file in one.files) for one in given)
    return given


def _take(key: str, one: Given, control: str) -> OpenedFile:
    found = opened().take(one.name, one.key, one.content(), named_in_link(control), together=one.together)
    if found.upload == one.key:
        for file in one.files:
            uploads.keep(key, file.file_id, file.size)
    return found


def draw_put_away() -> None:
    """A menu of what is open, to put away; and, in the tab, the memory of it."""
    own = opened()
    taken_back.known()
    held = {file.name: f"{file.name}, upload it again" for file in own.files.values()}
    remember("opened", held, taken_back.take_back)
    image_pass.remember_passes()
    options = _told_apart({file.ref: file.name for file in own.files.values()})
    options |= {BELOW + name: BELOW + name for name in own.below} | {name: name for name in image_pass.finished()}
    if options:
        st.menu_button(
            "Put away …", list(options), format_func=lambda ref: plain(options[ref]), key=_MENU, type="tertiary",
            help="What is open in this session stays on offer on every page until then.", on_click=_put_away,
        )  # fmt: skip


def _put_away() -> None:
    opened().put_away(st.session_state[_MENU])


def into_view(controls: Controls, key: str, value: object) -> None:
    """Set a control before it is drawn."""
    if key in st.session_state:
        st.session_state[key] = value
    controls.link.last[key] = value


def keep_within(key: str, options: Mapping[str, str]) -> None:
    """What a control of many has chosen, without what is no longer on offer; one of one then begins anew.

    A browser goes on showing the label that a choice had, whatever it is called now, unless the choice is set again.
    """
    before: dict[str, dict[str, str]] = st.session_state.setdefault(_LABELS, {})
    were, before[key] = before.get(key, {}), dict(options)
    value = st.session_state.get(key)
    chosen = value if isinstance(value, list) else [value or ""]
    if any(each in options and were.get(each, options[each]) != options[each] for each in chosen):
        st.session_state[key] = value
    if isinstance(value, list):
        st.session_state[key] = [each for each in value if each in options]
    elif value is not None and value not in options:
        del st.session_state[key]
