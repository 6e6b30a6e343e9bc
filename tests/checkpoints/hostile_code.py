"""Files that would run something. Each would make a marker file if anything in it were called."""

import os
import pickle
from collections.abc import Callable
from pathlib import Path

from tests.checkpoints.hostile import Hostile, archive, number, pickled, storage, text, zipped


class Runs:
    """Pickles as a call."""

    def __init__(self, function: Callable, *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple:
        return self.call


def cases(marker: Path) -> list[Hostile]:
    return [*_calls(marker), *_opcodes(marker), *_elsewhere(marker), _distributed(marker)]


def _distributed(marker: Path) -> Hostile:
    """A folder of torch.distributed.checkpoint: pickles, of which none is opened."""

    def make(path: Path) -> None:
        path.mkdir()
        for name in (".metadata", "__0_0.distcp"):
            (path / name).write_bytes(pickle.dumps(Runs(exec, f"open({str(marker)!r}, 'w').close()")))

    return Hostile("distributed", make=make, sentence="is a folder of torch.distributed.checkpoint", reader="weights")


def _calls(marker: Path) -> list[Hostile]:
    """What pickle itself writes of an object that is a call."""
    touch, code = f"touch {marker}", f"open({str(marker)!r}, 'w').close()"
    calls = {
        "system": (Runs(os.system, touch), "posix.system"),
        "exec": (Runs(exec, code), ".exec"),
        "eval": (Runs(eval, code), ".eval"),
        "nested": ({"model": [{"deep": Runs(os.system, touch)}]}, "posix.system"),
        "as_option": ({"opt": Runs(os.system, touch)}, "posix.system"),
        "beside_weights": ({"model": {"w": 1.0}, "optimizer": Runs(exec, code)}, ".exec"),
    }
    return [
        Hostile(f"{name}_{protocol}.pth", archive(pickle.dumps(value, protocol=protocol)), shows=shows)
        for name, (value, shows) in calls.items()
        for protocol in (2, 4, 5)
    ]


def _opcodes(marker: Path) -> list[Hostile]:
    """Pickles that only a hand writes."""
    touch = text(f"touch {marker}")
    line = f"touch {marker}".encode()
    call = b"cposix\nsystem\n(" + touch + b"tR"
    shadowed = b"ctorch._utils\n_rebuild_parameter_with_state\n(" + call + b"\x89N}" + text("detach") + call + b"stR"
    rebuilt = b"ctorch._utils\n_rebuild_tensor_v2\n(" + call + number(0) + b")\x29\x89NtR"
    return [
        Hostile("reduce.pth", archive(pickled(call)), shows="posix.system"),
        Hostile("as_key.pth", archive(pickled(b"}" + call + b"K\x01s")), shows="<Call 0>"),
        Hostile("build.pth", archive(pickled(call + b"}" + text("x") + b"K\x01sb")), shows="posix.system"),
        Hostile(
            "attribute_path.pth",
            archive(b"\x80\x04" + text("os") + text("system") + b"\x93(" + touch + b"tR."),
            shows="os.system",
        ),
        Hostile(
            "getattr_chain.pth",
            archive(pickled(b"cbuiltins\ngetattr\n(cos\npath\n" + text("os") + b"tR")),
            shows="builtins.getattr",
        ),
        Hostile("call_of_a_call.pth", archive(pickled(call + b"(" + touch + b"tR")), shows="posix.system"),
        Hostile("tensor_of_a_call.pth", archive(pickled(rebuilt)), shows="a tensor whose record is not torch's"),
        Hostile("shadowed_detach.pth", archive(pickled(shadowed)), shows="posix.system"),
        Hostile("storage_of_a_call.pth", archive(pickled(call + b"Q")), shows="outside reference"),
        Hostile(
            "option_of_a_call.pth",
            archive(pickled(b"cargparse\nNamespace\n)\x81}" + text("x") + call + b"sb")),
            shows="posix.system",
        ),
        Hostile(
            "ordered_by_a_call.pth",
            archive(pickled(b"ccollections\nOrderedDict\n)R" + text("x") + call + b"s")),
            shows="posix.system",
        ),
        Hostile("torch_load.pth", archive(pickled(b"ctorch\nload\n(" + touch + b"tR")), shows="torch.load"),
        Hostile(
            "hub.pth",
            archive(pickled(b"ctorch.hub\nload\n(" + text("evil/repo") + text("x") + b"tR")),
            shows="torch.hub.load",
        ),
        Hostile("inst.pth", archive(b"(" + touch + b"ios\nsystem\n."), "uses the opcode INST"),
        Hostile("obj.pth", archive(pickled(b"(cos\nsystem\n" + touch + b"o")), "uses the opcode OBJ"),
        Hostile("newobj_ex.pth", archive(b"\x80\x04cos\nsystem\n(" + touch + b"t}\x92."), "uses the opcode NEWOBJ_EX"),
        Hostile("text_persid.pth", archive(b"P" + line + b"\n."), "uses the opcode PERSID"),
        Hostile("text_string.pth", archive(b"S'" + line + b"'\n."), "uses the opcode STRING"),
        Hostile("text_memo.pth", archive(b"Np0\n."), "uses the opcode PUT"),
        Hostile("extension.pth", archive(pickled(b"\x82\x01")), "uses the opcode EXT1"),
        Hostile("out_of_band.pth", archive(b"\x80\x05\x97."), "uses the opcode NEXT_BUFFER"),
        Hostile("numel_of_a_call.pth", archive(pickled(storage() + b"0" + call)), shows="posix.system"),
    ]


def _elsewhere(marker: Path) -> list[Hostile]:
    """A pickle where none is looked for."""
    code = pickle.dumps(Runs(os.system, f"touch {marker}"))
    objects = b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n"
    npy = b"\x93NUMPY\x01\x00" + len(objects).to_bytes(2, "little") + objects + code
    python = f"__import__('os').system('touch {marker}')\n".encode()
    return [
        Hostile("bare_pickle.pth", code, shows="it could call posix.system", reader="contents"),
        Hostile("objects.npz", zipped({"train_embeds.npy": npy}), "must hold plain numbers or texts"),
        Hostile(
            "header_code.npz",
            zipped({"x.npy": b"\x93NUMPY\x01\x00" + len(python).to_bytes(2, "little") + python}),
            "a header that numpy writes",
        ),
        Hostile("setup.py", python, "is a text"),
    ]
