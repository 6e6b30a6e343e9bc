"""From a file to `Outputs`: a registry of openers, chosen by what the file is and never by its name."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.outputs import Outputs
from checkpoints.arrays.forms import is_of_arrays
from checkpoints.arrays.opening import needs_mapping, open_arrays
from checkpoints.brought.sharded import INDEX, weights_at
from checkpoints.native.file import is_native
from checkpoints.native.outputs import open_native
from checkpoints.reading.array_spec import ArraySpec, check_no_arrays
from checkpoints.reading.content import ACCEPTED, check_kind, kind_of
from checkpoints.reading.quoting import file_name
from checkpoints.reading.safe_files import read_head

if TYPE_CHECKING:
    from checkpoints.foreign.spec import ForeignSpec, Watch

Opener = Callable[[Path, Path | None, ArraySpec | None], Outputs]

# Kind of content (see `content.kind_of`) -> its opener; for forms of arrays see `arrays.forms`.
OPENERS: dict[str, Opener] = {"safetensors": open_native}


def open_outputs(
    path: str | Path,
    data: str | Path | None = None,
    *,
    spec: "ForeignSpec | None" = None,
    watch: "Watch | None" = None,
    keep: bool = True,
    arrays: ArraySpec | None = None,
) -> Outputs:
    """Open a checkpoint: embeddings, labels, logits and images of its train and test data.

    `data` are the images that a foreign checkpoint needs (see `images.finding`); a native one names its own. `spec`
    says how they go through it, `watch` hears of the progress, `keep`: the outputs stay in the cache folder. `arrays`
    says how arrays are read that can be read in two ways. Nothing in a file is ever executed. LabError, one sentence,
    for whatever is refused.
    """
    given = None if data is None else Path(data)
    if (weights := needs_images(path)) is not None:
        check_no_arrays(arrays, Path(path).name)
        from checkpoints.foreign.cache import default_folder
        from checkpoints.foreign.opening import open_foreign
        from checkpoints.foreign.spec import ForeignSpec

        folder = default_folder() if keep else None
        return open_foreign(weights, given, spec or ForeignSpec(), watch, cache=folder)
    if is_of_arrays(Path(path)):
        return open_arrays(Path(path), given, arrays)
    head = read_head(path)
    kind = kind_of(head)
    if kind not in OPENERS:
        check_kind(head, ACCEPTED, name=file_name(path))
    return OPENERS[kind](Path(path), given, arrays)


def needs_images(path: str | Path) -> Path | None:
    """Where the weights are of a file or folder that images must go through; None for one that has outputs.

    Of a folder, the index of several files in it, or its one file.
    """
    at = weights_at(Path(path)) or (None if Path(path).is_dir() else Path(path))
    if at is None or at.name.endswith(INDEX):
        return at
    if is_of_arrays(at):
        return None
    kind = kind_of(read_head(at))
    return at if kind == "torch" or (kind == "safetensors" and not is_native(at)) else None


def needs_of(path: str | Path) -> str:
    """What a file needs to be opened: "images" of weights, a "mapping" of arrays whose names are not known, else ""."""
    if needs_images(path) is not None:
        return "images"
    return "mapping" if is_of_arrays(Path(path)) and needs_mapping(path) else ""
