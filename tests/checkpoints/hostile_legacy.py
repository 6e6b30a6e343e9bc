"""Files in the form of torch before 1.6, a row of pickles with storages behind: exploits in each, sizes that lie."""

import os
import pickle
from pathlib import Path

from tests.checkpoints.hostile import Hostile, Pickle, number, pickled, tensor, text
from tests.checkpoints.hostile_code import Runs

_MAGIC = pickled(b"\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19")
_VERSION = pickled(number(1001))
_HERE = pickled(b"}" + text("little_endian") + b"\x88s")


def legacy(value: Pickle, keys: Pickle, rest: bytes = b"", *, machine: Pickle = _HERE, version: int = 1001) -> bytes:
    """A file of that form around the pickle of what was saved."""
    return _MAGIC + pickled(number(version)) + machine + value + keys + rest


def listed(*keys: str) -> Pickle:
    """The pickle of the storages' keys."""
    return pickled(b"](" + b"".join(map(text, keys)) + b"e")


def stored(data: bytes, width: int = 4, numel: int | None = None) -> bytes:
    """A storage behind its number of elements."""
    return (len(data) // width if numel is None else numel).to_bytes(8, "little", signed=True) + data


def good() -> bytes:
    return legacy(pickled(b"}" + text("w") + tensor((4,), (1,)) + b"s"), listed("0"), stored(bytes(range(16))))


def cases(marker: Path) -> list[Hostile]:
    runs = pickle.dumps({"model": Runs(os.system, f"touch {marker}")}, protocol=2)
    empty, one, none = listed(), pickled(tensor((4,), (1,))), pickled(b"N")
    big_endian = pickled(b"}" + text("little_endian") + b"\x89s")
    fewer, evil, huge = (
        pickled(tensor((4,), (1,), **how)) for how in ({"numel": -4}, {"kind": "EvilStorage"}, {"numel": 2**40})
    )
    five = pickled(b"}" + text("w") + tensor((5,), (1,)) + b"s")
    beside = _runs_beside(marker)
    whole, other = "must hold a whole pickle", "must list the storages that it refers to"
    size = "must have storages of the sizes that it says"
    files = {
        "only_magic": (_MAGIC, whole),
        "two_pickles": (_MAGIC + _VERSION, whole),
        "another_version": (legacy(none, empty, version=1000), "as torch.save wrote it before"),
        "big_endian": (legacy(none, empty, machine=big_endian), "little-endian"),
        "no_machine": (legacy(none, empty, machine=none), "as torch.save wrote it before"),
        "keys_that_run": (legacy(one, runs), other),
        "keys_of_numbers": (legacy(one, pickled(b"](K\x01e"), stored(bytes(16))), other),
        "keys_twice": (legacy(one, listed("0", "0"), stored(bytes(16)) * 2), other),
        "keys_that_nobody_needs": (legacy(one, listed("0", "9"), stored(bytes(16)) * 2), other),
        "more_than_said": (legacy(one, listed("0"), stored(bytes(64))), size),
        "fewer_than_none": (legacy(fewer, listed("0"), stored(b"", numel=-4)), size),
        "claims": (legacy(huge, listed("0"), stored(b"", numel=2**40)), "cut off after"),
        "cut_storage": (legacy(one, listed("0"), stored(bytes(16))[:-3]), "cut off after"),
        "cut_number": (legacy(one, listed("0"), b"\x04\x00"), "cut off after"),
        "odd_storage": (legacy(evil, listed("0"), stored(bytes(16))), "torch's kinds"),
    }  # fmt: skip
    shown = {
        "value_that_runs": (legacy(runs, empty), "posix.system"),
        "machine_that_runs": (legacy(one, listed("0"), stored(bytes(16)), machine=beside), "posix.system"),
        "storage_not_listed": (legacy(pickled(b"}" + text("w") + tensor((4,), (1,)) + b"s"), empty), "not in the file"),
        "beyond_its_storage": (
            legacy(five, listed("0"), stored(bytes(16))), "reaches beyond",
        ),
    }  # fmt: skip
    return [
        *(Hostile(f"legacy_{name}.pth", data, why) for name, (data, why) in files.items()),
        *(Hostile(f"legacy_{name}.pth", data, shows=part) for name, (data, part) in shown.items()),
    ]


def _runs_beside(marker: Path) -> Pickle:
    """What machine it was, with a call beside it."""
    call = b"cposix\nsystem\n(" + text(f"touch {marker}") + b"tR"
    return pickled(b"}(" + text("little_endian") + b"\x88" + text("x") + call + b"u")
