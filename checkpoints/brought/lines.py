"""Lines that write an .npz from the user's own model and loaders, made for one file's names: where no network fits.

A name in a file is quoted by Python, and stands in a literal or a comment alone.
"""

from collections.abc import Iterable

from checkpoints.reading.npz_lines import LOADERS, MODEL, lines, quoted
from checkpoints.reading.torch_file.contents import TorchContents
from checkpoints.reading.torch_file.naming import by_place

__all__ = ["LOADERS", "MODEL", "npz_lines"]


def npz_lines(contents: TorchContents) -> str:
    """Copyable Python. Two lines are to be filled in: `MODEL`, a module that gives embeddings (N, D), and `LOADERS`."""
    return lines(contents.name, _load(contents, _place(contents)))


def _load(contents: TorchContents, place: str) -> list[str]:
    """Of the file's weights into the model, its wrappers left out."""
    if not contents.tensors:
        return ["model.eval(); found = {}"]
    files = [path.name for path, _ in contents.shards] or [contents.name]
    tensors = files[0].lower().endswith(".safetensors")
    keys = "".join(f"[{quoted(key)}]" for key in place.split("/") if key)
    load = "load_file(file)" if tensors else f'torch.load(file, map_location="cpu", weights_only=True){keys}'
    imports = ["from safetensors.torch import load_file"] if tensors else []
    prefix = _prefix(contents, place)
    name = f"name.removeprefix({quoted(prefix)})" if prefix else "name"
    files_in_code = f"[{', '.join(map(quoted, files))}]"
    state = f"state = {{{name}: each for file in {files_in_code} for name, each in {load}.items()}}"
    return [*imports, f"{state}  # here: give their paths", "model.load_state_dict(state); model.eval(); found = {}"]


def _place(contents: TorchContents) -> str:
    """The dict in the file that has most tensors, the usual places first."""
    places = by_place(contents.tensors)
    return max(places, key=lambda item: len(item[1]))[0] if places else ""


def _prefix(contents: TorchContents, place: str) -> str:
    """What wraps the whole network in all names: module. and _orig_mod., as often as they stand there."""
    names = [full.rpartition("/")[2] for full in contents.tensors if full.rpartition("/")[0] == place]
    prefix = ""
    while (found := _common(names, prefix)) is not None:
        prefix = found
    return prefix


def _common(names: Iterable[str], prefix: str) -> str | None:
    longer = (prefix + wrapper for wrapper in ("module.", "_orig_mod.", "_fsdp_wrapped_module.", "_forward_module."))
    known = list(names)
    return next((each for each in longer if known and all(name.startswith(each) for name in known)), None)
