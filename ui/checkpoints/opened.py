"""What is open in this session, for every page that takes a checkpoint: each is opened once, in one place, and stays on
offer until it is put away.

A shipped file is everybody's. What a user brought is this session's alone: its bytes, its outputs and all that was
computed on them lie in the session and go with it.
"""

import hashlib
import tempfile
from collections import Counter
from collections.abc import Callable, Collection
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

import streamlit as st

from analysis.outputs import Outputs
from checkpoints.arrays.listed import ArrayListing
from checkpoints.arrays.opening import listing_of
from checkpoints.listing import inside
from checkpoints.opening import needs_of
from checkpoints.reading.array_spec import AS_IT_COMES, ArraySpec
from checkpoints.zoo import ZooEntry
from losses.errors import LabError
from ui import root, uploads
from ui.checkpoints import image_pass
from ui.checkpoints.analyses import Analyses
from ui.checkpoints.together import unpacked
from ui.memo import Memo

T = TypeVar("T")
MOST = 12  # files that a session holds
PREFIX = 12  # digits of a file's sha256 in a link
BELOW = "./"  # begins a file under the root in a list of all kinds
_KEY = "nce_lab_opened"
_MADE = 10  # sets of outputs, and what else was read from a file, that a session keeps: the rest is read again


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A file of the user's: `ref` is what links call it, `sha256` of its content, `upload` its number where it came in.

    instead_of: the ref of the file that a link had asked for when this one was given. needs: "images" of weights, a
    "mapping" of arrays whose names say nothing here, "" of what opens as it is. together: it is an archive
    of several that were given at once, `upload` their numbers.
    """

    name: str
    ref: str
    sha256: str
    upload: str
    content: bytes = field(repr=False)
    instead_of: str = ""
    needs: str = ""
    together: bool = False

    @property
    def needs_images(self) -> bool:
        """Whether it is a torch file of weights without outputs."""
        return self.needs == "images"

    def listing(self) -> ArrayListing:
        """Its arrays."""
        return self.once("listing", listing_of)

    def analyses(self, spec: ArraySpec = AS_IT_COMES) -> Analyses:
        """The same object on every page. LabError where the file is refused, or nobody has said which array is what."""
        spec = opened().with_map(self.sha256, spec)
        return self.once(("analyses", spec), lambda path: Analyses(_outputs(path, spec), shared=False))

    def once(self, what: object, read: Callable[[Path], T]) -> T:
        """What `read` makes of the file, from a private copy that is gone before this returns."""
        return opened().made.once((self.sha256, what), lambda: self._read(read))

    def log(self, read: Callable[[Path], T]) -> T:
        """The same of its training log. Kept apart: a page asks for those of all files, and they are small."""
        return opened().logs.once((self.sha256,), lambda: self._read(read))

    def _read(self, read: Callable[[Path], T]) -> T:
        with st.spinner("Opening your file …"), tempfile.TemporaryDirectory(prefix="nce-lab-") as folder:
            path = Path(folder) / uploads.safe_name(self.name)
            if self.together:
                unpacked(self.content, path)
            else:
                path.write_bytes(self.content)
            return read(path)


@dataclass(slots=True, weakref_slot=True)
class Opened:
    """Of one session. files: by ref. below: names under the root that were opened, the last one last.

    `held` has, for each uploader, the visit of the page and the ref of each upload in it; `emptied` counts how often it
    was emptied; `sets` has the numbers of uploads that came in together, `latest` of those that came in last. maps:
    which array is what, as `--map` says it, by a file's sha256 or its name below the root; asked_again: those whose
    choice is to be changed. passes: those of the session, as they were when its page was last drawn.
    """

    files: dict[str, OpenedFile] = field(default_factory=dict)
    below: list[str] = field(default_factory=list)
    held: dict[str, tuple[int, dict[str, str]]] = field(default_factory=dict)
    made: Memo = field(default_factory=lambda: Memo(_MADE))
    logs: Memo = field(default_factory=lambda: Memo(2 * MOST))
    emptied: Counter[str] = field(default_factory=Counter)
    sets: dict[str, tuple[tuple[str, ...], ...]] = field(default_factory=dict)
    latest: dict[str, tuple[str, ...]] = field(default_factory=dict)
    maps: dict[str, str] = field(default_factory=dict)
    asked_again: set[str] = field(default_factory=set)
    passes: list[image_pass.ImagePass] = field(default_factory=list)

    def with_map(self, key: str, spec: ArraySpec) -> ArraySpec:
        """The spec with what was confirmed for this file."""
        return spec if spec.mapping else replace(spec, mapping=self.maps.get(key, ""))

    def find(self, ref: str) -> OpenedFile | None:
        """The file that a link calls so: by its content, whatever its name was here."""
        _, _, begins = ref.rpartition(" ")
        same = (file for file in self.files.values() if file.sha256[:PREFIX] == begins)
        return self.files.get(ref) or next(same, None)

    def _is(self, said: str, ref: str) -> bool:
        """Whether a link's words are another name of the file `ref`."""
        found = self.find(said)
        return found is not None and found.ref == ref

    def take(
        self, name: str, upload: str, content: bytes, asked: tuple[str, ...], *, together: bool = False
    ) -> OpenedFile:
        """Hold a file that can be opened, called as one of `asked` calls its content. LabError for what is refused."""
        sha256 = hashlib.sha256(content).hexdigest()
        known = next((file for file in self.files.values() if file.sha256 == sha256), None)
        if known is not None:
            return known
        if len(self.files) >= MOST:
            raise LabError(name, f"must wait: a session holds {MOST} opened files", None, "Put one away.")
        ref = next((each for each in asked if each.endswith(f" {sha256[:PREFIX]}")), "")
        others = () if ref else (each for each in asked if self.find(each) is None)
        file = OpenedFile(name, ref or reference(name, sha256), sha256, upload, content, next(iter(others), ""))
        file = replace(file, together=together)
        file = replace(file, needs=file.once("needs", needs_of))
        if not file.needs:
            file.analyses()
        self.files[file.ref] = file
        return file

    def empty_uploaders(self, ref: str) -> None:
        """Those that hold the file: they would give it again."""
        for key in [key for key, (_, refs) in self.held.items() if ref in refs.values()]:
            del self.held[key]
            self.emptied[key] += 1

    def put_away(self, ref: str, but: Collection[str] = ()) -> None:
        """Forget the file or the pass, all that was made of it, and that the address says it; `but` the uploads of
        these numbers, which are still in an uploader."""
        for name in list(st.query_params):
            said = st.query_params.get_all(name)
            st.query_params[name] = [each for each in said if each != ref and not self._is(each, ref)]
        file = self.files.pop(ref, None)
        if file is not None:
            for upload in file.upload.split():
                if upload not in but:
                    uploads.put_away(upload)
            for memo in (self.made, self.logs):
                memo.forget(lambda key: key[0] == file.sha256)
            self.maps.pop(file.sha256, None)
            self.empty_uploaders(ref)
        self.below = [name for name in self.below if BELOW + name != ref]
        image_pass.put_away(ref)


def opened() -> Opened:
    """This browser session's."""
    return st.session_state.setdefault(_KEY, Opened())


def reference(name: str, sha256: str) -> str:
    """What a link calls a file: its name, and the beginning of its sha256."""
    return f"{name[-120:]} {sha256[:PREFIX]}"


def of_shipped(entry: ZooEntry) -> Analyses:
    """The same object for all sessions and pages."""
    return _shipped(entry.digest, entry.path)


def of_below(name: str, spec: ArraySpec = AS_IT_COMES) -> Analyses:
    """Of a file or folder under the root, opened anew when it changes. LabError where it has gone or is refused."""
    folder = root.root()
    if folder is None:
        raise LabError(name, "cannot be opened in an app that was started without a folder")
    path, own = inside(folder, name), opened()
    spec = own.with_map(name, spec)
    key = (str(path), root.state(path), spec)
    analyses = own.made.once(key, lambda: _read_below(path, spec))
    own.below = [*(other for other in own.below if other != name), name][-MOST:]
    return analyses


def needs_below(path: Path) -> str:
    """What a file or folder under the root needs, as `OpenedFile.needs`; looked at anew when it changes."""
    return opened().made.once((str(path), root.state(path), "needs"), lambda: needs_of(path))


def listing_below(path: Path) -> ArrayListing:
    """The arrays in a file or folder under the root."""
    return opened().made.once((str(path), root.state(path), "listing"), lambda: listing_of(path))


def analyses_of(ref: str) -> Analyses:
    """Of what `offer.on_offer` lists. LabError for a file that is asked for and not here."""
    file, made = opened().find(ref), image_pass.finished()
    if file is not None:
        return file.analyses()
    if ref in made:
        return made[ref]
    if ref.startswith(BELOW):
        return of_below(ref.removeprefix(BELOW))
    raise missing(ref)


def missing(ref: str) -> LabError:
    """Which file a link asks for that is not in this session."""
    name, _, begins = ref.rpartition(" ")
    rule = f"must be given: this link is about it, and it is not in this session (its sha256 begins with {begins})"
    return LabError(name, rule, None, "Give it under 'Or open your own' on Checkpoints: then it is on every page.")


@st.cache_resource(max_entries=16, show_spinner="Opening the checkpoint …")
def _shipped(digest: str, _path: Path) -> Analyses:
    return Analyses(_outputs(_path), shared=True)


def _read_below(path: Path, spec: ArraySpec) -> Analyses:
    with st.spinner("Opening the file …"):
        return Analyses(_outputs(path, spec), shared=True)


def _outputs(path: Path, spec: ArraySpec | None = None) -> Outputs:
    from checkpoints import open_outputs  # brings torch, which the page's title need not wait for

    return open_outputs(path, arrays=spec)
