"""May I open this file? What would run if it were opened with pickle or torch.load, and by whom that is named.

Judged by the names in its pickle alone: a pickle does nothing but through functions that it names.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

Level = Literal["yes", "trust", "no"]

# Exact names alone: what follows a dot could lead from a harmless function to all that its module has.
_REBUILDS = (
    "tensor", "tensor_v2", "tensor_v3", "parameter", "parameter_with_state", "sparse_tensor", "nested_tensor",
    "qtensor", "meta_tensor_no_storage", "device_tensor_from_numpy", "device_tensor_from_cpu_tensor",
)  # fmt: skip
_DTYPES = (
    "float", "float16", "float32", "float64", "bfloat16", "half", "double", "int8", "int16", "int32", "int64", "uint8",
    "uint16", "uint32", "uint64", "int", "long", "short", "bool", "complex64", "complex128", "float8_e4m3fn",
    "float8_e5m2", "quint8", "qint8", "qint32", "strided", "sparse_coo", "Size", "device", "Tensor",
    "per_tensor_affine",
)  # fmt: skip
_STORAGES = (
    "Double", "Float", "Half", "BFloat16", "Long", "Int", "Short", "Char", "Byte", "Bool", "ComplexFloat",
    "ComplexDouble", "QInt8", "QUInt8", "QInt32",
)  # fmt: skip
_TORCH = frozenset(
    {f"torch._utils._rebuild_{what}" for what in _REBUILDS}
    | {f"torch.{what}" for what in _DTYPES}
    | {f"torch.{what}Storage" for what in _STORAGES}
    | {"torch._tensor._rebuild_from_type_v2", "torch.nn.parameter.Parameter", "torch.storage.UntypedStorage"}
    | {"torch.serialization._get_layout", "collections.OrderedDict"}
)
# A class of torch's own layers, as a whole network that was saved names them.
_LAYER = re.compile(r"torch\.nn\.modules\.[a-z]+\.[A-Z][A-Za-z0-9]*", re.ASCII)
_PLAIN = {
    "argparse": ("Namespace",),
    "collections": ("defaultdict", "Counter", "deque"),
    "pathlib": ("PosixPath", "WindowsPath", "PurePosixPath", "PureWindowsPath", "Path"),
    "datetime": ("datetime", "date", "timedelta"),
    "numpy": ("ndarray", "dtype"),
    "numpy.core.multiarray": ("scalar", "_reconstruct"),
    "numpy._core.multiarray": ("scalar", "_reconstruct"),
    "numpy.core.numeric": ("_frombuffer",),
    "numpy._core.numeric": ("_frombuffer",),
    "_codecs": ("encode",),
    "copyreg": ("_reconstructor",),
    "copy_reg": ("_reconstructor",),
}
_BUILTINS = frozenset(
    {"set", "frozenset", "dict", "list", "tuple", "int", "float", "bool", "str", "bytes", "bytearray"}
    | {"complex", "slice", "range", "object"}
)
_COMMANDS = frozenset(
    {"os", "posix", "nt", "subprocess", "sys", "shutil", "socket", "importlib", "runpy", "ctypes", "code", "codeop"}
    | {"pty", "webbrowser", "urllib", "http", "requests", "multiprocessing", "pickle", "_pickle", "marshal", "operator"}
    | {
        "_operator",
        "builtins",
        "__builtin__",
        "timeit",
        "pdb",
        "bdb",
        "pip",
        "asyncio",
        "commands",
        "platform",
        "types",
    }
    | {"tempfile", "signal", "threading", "_thread", "ftplib", "smtplib", "telnetlib", "cProfile", "profile", "trace"}
)
# Who opens the file -> how it would run its pickle, and what refuses that unrun.
Opener = Literal["torch", "numpy", "pickle"]
_HOW = {
    "torch": "pickle or torch.load(weights_only=False)",
    "numpy": "numpy.load(allow_pickle=True)",
    "pickle": "pickle.load",
}
_SAFE = {
    "torch": "torch.load(weights_only=True) refuses it unrun.",
    "numpy": "numpy.load(allow_pickle=False) refuses it unrun.",
    "pickle": "pickle.load refuses nothing.",
}
# What pickle.dump writes for a tensor's numbers.
_NESTED = "torch.storage._load_from_bytes"
TORCH, LAYER, PLAIN, NESTED, OWN, COMMAND = (
    "torch.save, for tensors",
    "torch.save, for a layer of torch's own in a network that was saved whole",
    "the script that saved it: a plain object of Python's or numpy's",
    "pickle.dump, for a tensor: torch.load(weights_only=False) of bytes in it, which may call anything",
    "the script that saved it, or whoever changed the file: code that is not torch's",
    "whoever wrote the file: code that no checkpoint needs",
)
_SHOWN = 5


@dataclass(frozen=True, slots=True)
class Verdict:
    """level: "yes", "trust" for only if you trust its maker, or "no". answer: one sentence; would_run: of its pickle;
    read_here: what was looked at instead. named: (name in the pickle, by whom it was put there).
    """

    level: Level
    answer: str
    would_run: str
    read_here: str
    named: tuple[tuple[str, str], ...] = ()


def named_by(name: str) -> str:
    """Who puts a global of this name into a pickle.

    >>> named_by("posix.system") == COMMAND, named_by("torch.FloatStorage") == TORCH
    (True, True)
    """
    module, _, attribute = name.rpartition(".")
    if name in _TORCH:
        return TORCH
    if name == _NESTED:
        return NESTED
    if _LAYER.fullmatch(name):
        return LAYER
    if attribute in _PLAIN.get(module, ()) or (module in ("builtins", "__builtin__") and attribute in _BUILTINS):
        return PLAIN
    return COMMAND if module.split(".")[0] in _COMMANDS or name in ("torch.load", "torch.hub.load") else OWN


def on_pickle(names: Iterable[str], read_here: str, opener: Opener = "torch") -> Verdict:
    """Of a pickle that names these globals: in a torch file, in arrays of objects that numpy wrote, or by itself."""
    how, safe = _HOW[opener], _SAFE[opener]
    named = tuple((name, named_by(name)) for name in names)
    own, commands = ([name for name, by in named if by in which] for which in ((OWN, NESTED), (COMMAND,)))
    if commands:
        answer = f"No: with {how} it could call {_few(commands)}, which no checkpoint needs."
        would = f"{_few(commands + own)}, with arguments that whoever wrote the file chose. {safe}"
        return Verdict("no", answer, would, read_here, named)
    if own:
        answer = f"Only if you trust whoever made it: with {how} it would import and call {_few(own)}."
        return Verdict("trust", answer, f"Code of the modules of {_few(own)}. {safe}", read_here, named)
    plain = [name for name, by in named if by in (PLAIN, LAYER)]
    makes = (["tensors"] if opener == "torch" else []) + ([f"objects of {_few(plain)}"] if plain else [])
    would = f"No code of its own: with {how} it makes {' and '.join(makes) or 'plain values'}."
    if plain and opener == "torch":
        would += " torch.load(weights_only=True), the default since torch 2.6, may refuse it for those objects."
    return Verdict(
        "yes", "Yes: its pickle names no code that is not torch's, Python's or numpy's own.", would, read_here, named
    )


def on_plain(kind: str, read_here: str) -> Verdict:
    """Of a format without any pickle; `kind` says which, in words that a sentence begins with."""
    return Verdict("yes", f"Yes: {kind}, and nothing in it can run, whichever way it is opened.", "Nothing.", read_here)


def _few(names: list[str]) -> str:
    shown = [name if len(name) <= 80 else f"{name[:77]}..." for name in names[:_SHOWN]]
    return ", ".join(shown) + (f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else "")
