"""Arrays and lists that pickle.dump saved, listed like those of a torch file; without any, what there is instead."""

from pathlib import Path

from checkpoints.arrays.listed import ListedArray
from checkpoints.arrays.pickled_lists import called
from checkpoints.arrays.tensors import list_torch
from checkpoints.arrays.torch_rows import WEIGHTS
from checkpoints.reading.quoting import file_name, printable
from checkpoints.reading.torch_file.contents import TorchContents, torch_contents
from losses.errors import LabError, plural

_RULE = "must hold arrays, tensors or lists of numbers"
_WEIGHTS = "Save them with torch.save(state_dict, file): images go through them."
_OBJECT = "Save its arrays with numpy.savez; --contents and the page File contents name what would run."


def list_pickle(path: Path) -> tuple[ListedArray, ...]:
    """By the records in it. LabError, which says what is there, where no array can be read."""
    found = list_torch(path)
    if all(each.refused for each in found):
        raise _without_arrays(torch_contents(path))
    if all(WEIGHTS.search(each.name) for each in found):
        raise LabError(file_name(path), _RULE, but="holds weights of a network", remedy=_WEIGHTS)
    return found


def _without_arrays(contents: TorchContents) -> LabError:
    holds, remedy = _instead(contents)
    return LabError(contents.name, _RULE, but=f"holds {holds}", remedy=remedy)


def _instead(contents: TorchContents) -> tuple[str, str]:
    """What there is, and how it is saved so that it opens."""
    foreign = list(contents.foreign.values())
    pandas = next((name for name in foreign if name.startswith("pandas.")), None)
    if pandas is not None:
        return f"{called(pandas)} of pandas", "Save it with to_parquet, and give that."
    if contents.refused:
        why = next(iter(contents.refused.values()))
        return why, "" if ":" in why else "Save its numbers with numpy.savez."
    if foreign:
        return f"an object of {printable(foreign[0])[:80]}, which only its code can make", _OBJECT
    values = len(contents.values)
    return plural(values, "single value") if values else "nothing", "Give the file of embeddings or class scores."
