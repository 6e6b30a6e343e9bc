"""From a file to `Outputs`: a registry of openers, chosen by what the file is and never by its name."""

from collections.abc import Callable
from pathlib import Path

from analysis.outputs import Outputs
from checkpoints.bundle import open_folder, open_npz
from checkpoints.content import check_kind, kind_of
from checkpoints.native_outputs import open_native
from checkpoints.safe_files import read_head

Opener = Callable[[Path, Path | None], Outputs]

# Kind of content (see `content.kind_of`) -> its opener. A further format is one file and one line.
OPENERS: dict[str, Opener] = {"safetensors": open_native, "npz": open_npz}


def open_outputs(path: str | Path, data: str | Path | None = None) -> Outputs:
    """Open a checkpoint: embeddings, labels, logits and images of its train and test data.

    `data` is the folder of images that a foreign checkpoint needs; a native one names its own. Nothing in a file is
    ever executed. LabError, one sentence, for whatever is refused.
    """
    given = None if data is None else Path(data)
    if Path(path).is_dir():
        return open_folder(Path(path), given)
    head = read_head(path)
    kind = kind_of(head)
    if kind not in OPENERS:
        check_kind(head, "safetensors", name=Path(path).name)
    return OPENERS[kind](Path(path), given)
