"""A file's tensors by the names of a module that others' code made; and what is missing, too much, misshapen."""

import math
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from torch import Tensor, nn

from checkpoints.brought.network import Brought, OfLibrary, Shapes, Taken
from checkpoints.foreign.weights import Weights, read_tensors
from checkpoints.reading.quoting import printable, shown
from checkpoints.reading.torch_file.contents import TorchContents
from checkpoints.reading.torch_file.layouts import Layout
from checkpoints.reading.torch_file.naming import COUNTERS, by_place, follows, said
from losses.errors import LabError, plural

_COUNTER = "num_batches_tracked"
_SHOWN, _DEEPEST = 8, 16
_FLOATS = ("<f2", "<f4", "<f8", "bfloat16")


@dataclass(frozen=True, slots=True)
class Set:
    """Tensors of a file under one place and prefix: name without both -> full name."""

    place: str
    prefix: str
    names: Mapping[str, str]

    @property
    def name(self) -> str:
        return said(self.place, self.prefix)


def shapes_in(contents: TorchContents) -> Shapes:
    """Shapes of all tensors by their full names."""
    return {name: tensor.shape for name, tensor in contents.tensors.items()}


def brought_weights(
    contents: TorchContents, brought: Brought, module: Taken, asked: str = ""
) -> tuple[Weights, tuple[str, ...]]:
    """The tensors of the file that `module` has by name, and what is to be said of them. LabError names all that is
    missing or misshapen. `asked`: which of several sets, by its name or a part of it."""
    layout = Layout("brought", f"the names of {brought.title}", opens=False)
    if not brought.takes_weights:
        note = f"{brought.title} has no weights that could be filled: it gives its own, and none of the file's are used"
        return Weights(layout, "", {}, {}), (note,)
    expected = _expected(module)
    elsewhere = module.inner.elsewhere if isinstance(module.inner, OfLibrary) else ()
    found, others = _best(contents, expected, elsewhere, asked, brought.title)
    _check_fit(contents, expected, found, brought.title)
    taken = {name: full for name, full in found.names.items() if name in expected}
    tensors = {name: contents.tensors[full] for name, full in taken.items()}
    return Weights(layout, found.place, tensors, taken), _notes(found, taken, others, brought.title)


def fill(module: Taken, weights: Weights, contents: TorchContents, path: Path) -> None:
    """Put the file's numbers into the module."""
    inner = module.inner
    if not weights.places or not isinstance(inner, nn.Module):
        return
    state, like = read_tensors(list(weights.places), weights, contents, path), _expected(module)
    ready = {name: _as(tensor, like[name]) for name, tensor in state.items()}
    if isinstance(inner, OfLibrary):
        inner.take(ready)
    else:
        inner.load_state_dict(ready, strict=False)


def _as(tensor: Tensor, like: Tensor) -> Tensor:
    return tensor.to(like.dtype).reshape(like.shape)


def _expected(module: Taken) -> dict[str, Tensor]:
    """By the names that a file has: a library's module may have others in memory."""
    inner = module.inner
    if isinstance(inner, OfLibrary):
        return inner.file_state()
    return dict(inner.state_dict()) if isinstance(inner, nn.Module) else {}


def _best(
    contents: TorchContents, expected: Mapping[str, Tensor], elsewhere: tuple[str, ...], asked: str, title: str
) -> tuple[Set, list[str]]:
    """The set that has most of the expected names, of equal ones that which follows no other; and what others there are
    that have as many."""
    counts, sets = Counter[tuple[str, str]](), dict(by_place([*contents.tensors, *contents.refused]))
    for place, names in sets.items():
        for name in names:
            counts.update((place, prefix) for prefix in _prefixes(name, expected))
    called = {key: said(*key) for key in counts}
    keys = [
        key for key in counts if not asked or asked == called[key] or asked in called[key].replace("/", ".").split(".")
    ]
    if not keys:
        raise _no_set(contents, asked, list(called.values()), title)
    keys.sort(key=lambda key: (-counts[key], follows(called[key]), list(sets).index(key[0]), len(key[1])))
    place, prefix = keys[0]
    inside = {name[len(prefix) :]: full for name, full in sets[place].items() if name.startswith(prefix)}
    inside |= {name: sets[place][name] for name in elsewhere if name in sets[place]}
    return Set(place, prefix, inside), [called[key] for key in keys[1:] if counts[key] == counts[keys[0]]]


def _prefixes(name: str, expected: Mapping[str, Tensor]) -> list[str]:
    """What stands before an expected name in `name`: "" where that is all of it."""
    found, start = [""] if name in expected else [], 0
    for _ in islice(range(name.count(".")), _DEEPEST):
        start = name.index(".", start) + 1
        found += [name[:start]] if name[start:] in expected else []
    return found


def _no_set(contents: TorchContents, asked: str, names: list[str], title: str) -> LabError:
    if asked and names:
        few = ", ".join(printable(name)[:80] for name in names[:_SHOWN])
        return LabError("weights", f"must name one of the sets in {contents.name} ({few})", repr(asked[:80]))
    few = ", ".join(printable(name)[:60] for name in islice(contents.tensors, 3)) or "none"
    return LabError(contents.name, f"must have tensors by the names of {title}", but=f"has none; its own are {few}")


def _check_fit(contents: TorchContents, expected: Mapping[str, Tensor], found: Set, title: str) -> None:
    """Whatever is not in the file would be random numbers."""
    wrong = []
    for name, like in expected.items():
        full = found.names.get(name)
        if full is None:
            wrong += [] if name.endswith(_COUNTER) else [f"{name} is missing"]
        elif full in contents.refused:
            wrong.append(f"{name} is {contents.refused[full]}")
        elif (shape := contents.tensors[full].shape) != tuple(like.shape) and not _is_one(shape, like):
            wrong.append(f"{name} is {shape} where {tuple(like.shape)} is needed")
        elif like.is_floating_point() != (contents.tensors[full].dtype in _FLOATS):
            wrong.append(f"{name} has the dtype {contents.tensors[full].dtype.lstrip('<|')}")
    if wrong:
        more = f" and {len(wrong) - _SHOWN:,} more" if len(wrong) > _SHOWN else ""
        extra = [name for name in found.names if name not in expected and name not in COUNTERS]
        beside = f"; {_few(extra)}" if extra else ""
        said = f"{'; '.join(sorted(wrong)[:_SHOWN])}{more}{beside}"
        raise LabError(contents.name, f"must have all weights of {title} under {shown(found.name)}, but {said}")


def _is_one(shape: tuple[int, ...], like: Tensor) -> bool:
    """() and (1,) hold one number alike."""
    return math.prod(shape) == like.numel() == 1


def _notes(found: Set, taken: Mapping[str, str], others: list[str], title: str) -> tuple[str, ...]:
    notes = [f"{plural(len(taken), 'tensor')} of the file fill {title}"]
    if found.place or found.prefix:
        notes[0] += f", those under {printable(found.name)[:80]!r}"
    extra = [name for name in found.names if name not in taken and name not in COUNTERS]
    if extra:
        notes.append(_few(extra))
    if others:
        notes.append(
            f"the file has others of these names under {', '.join(printable(each)[:60] for each in others[:4])}"
        )
    return tuple(notes)


def _few(extra: list[str]) -> str:
    names = ", ".join(printable(name)[:60] for name in extra[:3])
    what = "is of no part of it" if len(extra) == 1 else "are of no part of it"
    return f"{plural(len(extra), 'tensor')} of the file {what}, such as {names}"
