"""How training scripts put a network's names into a file: what wraps modules, where state_dicts lie, what follows."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping

# What several GPUs, torch.compile, FSDP, activation checkpoints and DeepSpeed put into names.
WRAPPERS = ("module", "_orig_mod", "_fsdp_wrapped_module", "_checkpoint_wrapped_module", "_forward_module")
COUNTERS = ("n_averaged",)  # beside a network under torch's AveragedModel
TOP = "top level"  # what a set is called that lies in no dict and under no prefix
# Where state_dicts are put, the usual first.
_PLACES = ("model", "state_dict", "model_state_dict", "")
_BUFFERS = ("running_mean", "running_var", "num_batches_tracked")
# Networks that follow another one: an average of its weights, or a copy of before.
_FOLLOWS = re.compile(r"(^|[^a-z])(ema|teacher|target|momentum|swa|average|averaged|avg|k|key|m|params_ema)([^a-z]|$)")


def plain(name: str) -> str:
    """A tensor's name without its place, and without what wraps its module.

    >>> plain("model/module.encoder._orig_mod.conv1.weight")
    'encoder.conv1.weight'
    """
    return ".".join(part for part in name.rpartition("/")[2].split(".") if part not in WRAPPERS)


def wrappers_in(names: Iterable[str]) -> tuple[str, ...]:
    """The wrappers that stand in some of these names, in the order in which they are met."""
    return tuple(
        dict.fromkeys(part for name in names for part in name.rpartition("/")[2].split(".") if part in WRAPPERS)
    )


def is_buffer(name: str) -> bool:
    """Whether a tensor of this name is a batch norm's running statistic or counter."""
    return name.rpartition(".")[2] in _BUFFERS


def by_place(names: Iterable[str]) -> list[tuple[str, Mapping[str, str]]]:
    """(place, plain name -> full name) of each dict in the file, the usual places first."""
    places: dict[str, dict[str, str]] = defaultdict(dict)
    for full in names:
        places[full.rpartition("/")[0]][plain(full)] = full
    return sorted(places.items(), key=lambda item: _rank(item[0]))


def _rank(place: str) -> tuple[int, str]:
    return (_PLACES.index(place) if place in _PLACES else len(_PLACES)), place


def follows(name: str) -> bool:
    """Whether a set of weights of this name follows another one, by what it is called.

    >>> follows("model_ema"), follows("state_dict/encoder_k"), follows("student/backbone")
    (True, True, False)
    """
    return _FOLLOWS.search(name.lower()) is not None


def said(place: str, prefix: str) -> str:
    """What a set of weights is called: its place and prefix in the file."""
    parts = [part for part in (place, prefix.rstrip(".")) if part]
    return "/".join(parts) or TOP
