"""From a file of arrays to `Outputs`: arrays of known names as they are, any others by the roles that are given."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from analysis.outputs import Outputs
from checkpoints.array_sides import NAMES
from checkpoints.arrays import forms
from checkpoints.arrays.listed import ArrayListing, shown_name
from checkpoints.arrays.roles import CLASS_NAMES, propose, said
from checkpoints.bundle import KNOWN, open_folder, open_npz, outputs_of
from checkpoints.exporting.own_arrays import MARK
from checkpoints.reading import class_scores as scores
from checkpoints.reading.array_spec import AS_IT_COMES, ROLES, ArraySpec, roles_in
from checkpoints.reading.class_names import names_of
from checkpoints.reading.ending import though_named
from checkpoints.reading.quoting import file_name, printable
from losses.errors import LabError

CANONICAL = {
    "embeddings": "test_embeddings",
    "labels": "test_labels",
    "ids": "test_ids",
    "coordinates": "test_coordinates",
}
"""Role -> the name under which `outputs_of` takes its array, where that is another."""
_OPENING = {"embeddings", "train_embeddings", "logits", "probabilities"}
NO_MAPPING = "must say which array is what"
"""The rule that a file breaks whose arrays have names that say nothing here."""
_FLOATS = ("float", "bfloat")
_NO_ROLE = "it was given no role"
_NO_KIND = "(?<!taken as )(?<!to be )(?<!are no )"  # there, logits and probabilities are kinds and no array's name
_NO_ANALYSIS = {"predictions": "no analysis takes predicted classes without scores"}


def listing_of(path: str | Path) -> ArrayListing:
    """The arrays in a file or folder, without reading them. LabError for what has none, and for a broken file."""
    path = Path(path)
    kind = forms.kind_in(path)
    words = "a folder of arrays" if kind == "folder" else forms.FORMS[kind].words
    return ArrayListing(file_name(path), words, forms.listed(path), though_named(path.name, kind))


def open_arrays(path: Path, data: Path | None = None, spec: ArraySpec | None = None) -> Outputs:
    """Outputs of the arrays in a file or folder. LabError names what is missing or refused, and what would open it."""
    if data is not None:
        raise LabError("data", f"must be left out for {file_name(path)}", str(data), "Arrays need no images.")
    spec = spec or AS_IT_COMES
    if path.is_dir() and not spec.mapping and _has_known_files(path):
        return open_folder(path, spec)
    listing = _with_numbers(path)
    return _noted(_opened(path, listing, spec), listing)


def _with_numbers(path: Path) -> ArrayListing:
    """As `listing_of`. LabError for words: prose has rows and commas, too."""
    listing = listing_of(path)
    if path.is_file() and forms.kind_in(path) == "table" and not any(each.are_numbers for each in listing.arrays):
        remedy = "Give the file of embeddings or class scores."
        raise LabError(file_name(path), "must have numbers to be read as a table", but="has texts alone", remedy=remedy)
    return listing


def _opened(path: Path, listing: ArrayListing, spec: ArraySpec) -> Outputs:
    if spec.mapping:
        return _mapped(path, listing, spec)
    if are_known(listing):
        return _known(path, listing, spec)
    if named_by_role(listing):
        return _mapped(path, listing, replace(spec, mapping=said(listing, propose(listing).roles)), asked=False)
    raise no_mapping(listing)


def _noted(outputs: Outputs, listing: ArrayListing) -> Outputs:
    """With a note where the file is not what its name says."""
    if not listing.though_named:
        return outputs
    notes = filter(None, (f"{listing.file} is {listing.whole_form}", outputs.provenance.get("notes")))
    return replace(outputs, provenance={**outputs.provenance, "notes": "; ".join(map(str, notes))})


def _mapped(path: Path, listing: ArrayListing, spec: ArraySpec, *, asked: bool = True) -> Outputs:
    """By the spec's mapping; `asked`: it is the user's, who is told where names of classes are not those of the labels,
    which a note says otherwise."""
    roles = roles_of(spec, listing)
    loaded = forms.load(path, set(roles.values()))
    unused = {each.name: each.refused or _NO_ROLE for each in listing.arrays if each.name not in roles.values()}
    unused |= {roles[role]: why for role, why in _NO_ANALYSIS.items() if role in roles}
    arrays = {
        CANONICAL.get(role, role): loaded.arrays[name] for role, name in roles.items() if role not in _NO_ANALYSIS
    }
    own = {CANONICAL.get(role, role): name for role, name in roles.items()}
    names = arrays.pop("class_names") if _numbers_are_named(arrays) else None
    spec = replace(spec, mapping=said(listing, roles))
    facts = {"file": listing.file, "digest": loaded.digest, "size": loaded.size}
    try:
        outputs = outputs_of(arrays, **facts, spec=spec, unused=unused)  # type: ignore[arg-type]
    except LabError as mistake:
        raise _in_the_files_names(mistake, own) from mistake
    notes = _renamed(str(outputs.provenance["notes"]), own)
    if names is not None:
        outputs, how = _called(outputs, names, f"{listing.file}: {printable(roles['class_names'])[:60]}", asked=asked)
        notes += f"; {printable(roles['class_names'])[:60]}: {how}"
    return replace(outputs, provenance={**outputs.provenance, "notes": notes, "mapping": spec.mapping})


def _called(outputs: Outputs, names: np.ndarray, where: str, *, asked: bool) -> tuple[Outputs, str]:
    """The classes by their names, and how these were read; by numbers where `names` do not fit and nobody asked."""
    try:
        called, how = names_of([int(each) for each in outputs.class_names], names, where)
    except LabError as mistake:
        if asked:
            raise
        return outputs, f"left out, for names {mistake.rule}, but {mistake.but}"
    return replace(outputs, class_names=called), how


def _numbers_are_named(arrays: Mapping[str, np.ndarray]) -> bool:
    """Whether there are names of classes, and labels that are no texts."""
    labels = [array for name, array in arrays.items() if name.endswith("labels")]
    return "class_names" in arrays and bool(labels) and all(array.dtype.kind not in "US" for array in labels)


def needs_mapping(path: str | Path) -> bool:
    """Whether the arrays of a file or folder have names that are not known, so that somebody must say what is what."""
    if Path(path).is_dir() and _has_known_files(Path(path)):
        return False
    listing = _with_numbers(Path(path))
    return not (are_known(listing) or named_by_role(listing))


def _has_known_files(folder: Path) -> bool:
    """Whether a file of a folder is called like an array of one side: whatever it is, that is what is meant."""
    every = [name for names in NAMES.values() for name in names]
    known = {name for name in every if name.startswith(("train_", "test_", "embeds"))}
    return any(each.stem in known and each.suffix in (".npy", ".pth") for each in folder.iterdir())


def are_known(listing: ArrayListing) -> bool:
    """Whether the arrays' own names say what is what: some embeddings have a name that is known here, or there are none
    but class scores, and no labels under another name (what is missing is then said by its name)."""
    names = set(listing.names)
    if MARK in names or names & {*NAMES["train embeddings"], *NAMES["test embeddings"]}:
        return True
    proposed = set() if not names & set(scores.NAMES) else propose(listing).roles.keys()
    labelled = bool(names & set(NAMES["test labels"])) or "labels" not in proposed
    return bool(proposed) and "embeddings" not in proposed and labelled


def named_by_role(listing: ArrayListing) -> bool:
    """Whether every array is called like the role that it would be given, as embeddings and labels are; names of
    classes also `classes`, or `names`."""
    roles = propose(listing).roles
    names = [each.name for each in listing.arrays if not each.refused or each.name in ROLES]
    alike = all(array == role or (role == "class_names" and array in CLASS_NAMES) for role, array in roles.items())
    return "embeddings" in roles and sorted(names) == sorted(roles.values()) and alike


def roles_of(spec: ArraySpec, listing: ArrayListing) -> dict[str, str]:
    """Role -> array of this file. LabError for an array that it has not, and for one that cannot be read."""
    found = {role: listing.find(name) for role, name in roles_in(spec.mapping).items()}
    for array in found.values():
        if array.refused:
            where = f"{listing.file}: {printable(array.name)[:60]}"
            raise LabError(where, "must hold plain numbers or texts", but=f"holds {array.refused}")
    return {role: array.name for role, array in found.items()}


def specs_of(paths: Sequence[str], specs: Sequence[ArraySpec]) -> dict[str, ArraySpec]:
    """The spec of each of several files of arrays: the first mapping whose arrays a file has is its own, others are
    read by their names. LabError for a mapping whose arrays none has."""
    first = specs[0] if specs else AS_IT_COMES
    found = dict.fromkeys(paths, replace(first, mapping=""))
    for spec in reversed([each for each in specs if each.mapping]):
        refused = None
        for path in paths:
            try:
                roles_of(spec, listing_of(path))
            except LabError as mistake:
                refused = mistake
            else:
                found[path] = spec
        if refused is not None and spec not in found.values():
            raise refused
    return found


def no_mapping(listing: ArrayListing) -> LabError:
    """What a file of other names is answered: what is in it, and what would most likely open it."""
    proposal = propose(listing)
    objects = next((f" {shown_name(each.name)} holds {each.refused}." for each in listing.arrays if each.refused), "")
    objects += f" It is {listing.whole_form}." if listing.though_named else ""
    if not _OPENING & proposal.roles.keys():
        remedy = f"No array looks like embeddings (N, D) or class scores.{_too_few(listing)}{_deeper(listing)}{objects}"
        return LabError(listing.file, "must have embeddings", but=f"has {listing.in_words()}", remedy=remedy)
    likely = f"Likely right is --map {said(listing, proposal.roles)}; the page Checkpoints asks."
    remedy = f"{likely}{_on_its_side(listing)}{_no_labels(listing, proposal.roles)}{objects}"
    return LabError(listing.file, NO_MAPPING, but=f"has {listing.in_words()}", remedy=remedy)


def _too_few(listing: ArrayListing) -> str:
    """Of a table of one row, or none."""
    few = next((each for each in listing.arrays if len(each.shape) == 2 and each.shape[0] < 2 <= each.shape[1]), None)
    if few is None:
        return ""
    rows = "one row" if few.shape[0] else "no rows"
    return f" {shown_name(few.name)} has {rows}, and two items at least are asked for."


def _no_labels(listing: ArrayListing, roles: Mapping[str, str]) -> str:
    """Why arrays that are called labels are not proposed as such."""
    called = {*NAMES["train labels"], *NAMES["test labels"]} & set(listing.names) - set(roles.values())
    left = next((each for each in listing.arrays if each.name in called and not each.refused), None)
    if left is None:
        return ""
    return (
        f" {shown_name(left.name)} {left.what} is not proposed as labels, which are one whole number or text an item."
    )


def _deeper(listing: ArrayListing) -> str:
    """How numbers for each of N items on more than one axis become rows."""
    deep = next((each for each in listing.arrays if len(each.shape) > 2 and each.dtype.startswith(_FLOATS)), None)
    if deep is None:
        return ""
    name = shown_name(deep.name)
    return f" {name} {deep.shape} becomes rows by {name}.reshape(len({name}), -1), or by a mean over its places."


def _on_its_side(listing: ArrayListing) -> str:
    """Of a table (D, N), as banks of features are kept, where labels number N."""
    labels = {each.shape[0] for each in listing.arrays if len(each.shape) == 1}
    for each in listing.arrays:
        if len(each.shape) == 2 and each.shape[1] in labels and each.shape[0] not in labels:
            return f" {shown_name(each.name)} {each.shape} lies on its side, if its items are its columns: save its .T."
    return ""


def _known(path: Path, listing: ArrayListing, spec: ArraySpec) -> Outputs:
    """Of arrays of known names."""
    if opener := _OF_BUNDLE.get(forms.kind_in(path)):
        return opener(path, spec)
    loaded = forms.load(path, {name for name in listing.names if name in KNOWN})
    others = [each for each in listing.arrays if each.name not in KNOWN]
    unused = {each.name: each.refused or "no name that is known here" for each in others}
    return outputs_of(
        loaded.arrays, file=listing.file, digest=loaded.digest, size=loaded.size, spec=spec, unused=unused
    )


_OF_BUNDLE: Mapping[str, Callable[..., Outputs]] = {"npz": open_npz, "folder": open_folder}


def _in_the_files_names(mistake: LabError, names: Mapping[str, str]) -> LabError:
    """The same sentence, in which each array is called as in the file."""
    told = (_renamed(text, names) for text in (mistake.name, mistake.rule, mistake.but))
    name, rule, but = told
    return LabError(name, rule, remedy=mistake.remedy, but=but)


def _renamed(text: str, names: Mapping[str, str]) -> str:
    pattern = re.compile(rf"{_NO_KIND}\b({'|'.join(map(re.escape, names))})\b")
    return pattern.sub(lambda found: printable(names[found[0]])[:60], text)
