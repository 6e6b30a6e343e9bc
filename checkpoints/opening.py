"""From a file to `Outputs`: a registry of openers, chosen by what the file is and never by its name."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.outputs import Outputs
from checkpoints.arrays.forms import is_of_arrays
from checkpoints.arrays.opening import open_arrays
from checkpoints.native.file import is_native
from checkpoints.native.outputs import open_native
from checkpoints.reading.array_spec import ArraySpec, check_no_arrays
from checkpoints.reading.content import check_kind, kind_of
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
    if is_of_arrays(Path(path)):
        return open_arrays(Path(path), given, arrays)
    head = read_head(path)
    kind = kind_of(head)
    if kind == "torch" or (kind == "safetensors" and not is_native(path)):
        check_no_arrays(arrays, Path(path).name)
        from checkpoints.foreign.cache import default_folder
        from checkpoints.foreign.opening import open_foreign
        from checkpoints.foreign.spec import ForeignSpec

        folder = default_folder() if keep else None
        return open_foreign(Path(path), given, spec or ForeignSpec(), watch, cache=folder)
    if kind not in OPENERS:
        check_kind(head, "safetensors, torch, .npz, CSV, Parquet or MATLAB", name=file_name(path))
    return OPENERS[kind](Path(path), given, arrays)
