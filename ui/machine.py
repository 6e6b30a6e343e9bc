"""What this machine is: versions from package metadata at once, the device once torch is there.

torch takes seconds to import and UMAP more to compile, so a thread does both after the first page has been painted.
"""

import platform
import threading
from functools import cache
from importlib.metadata import version

from ui.server import memory

_PAINTED_AFTER = 3.0
_PACKAGES = ("torch", "streamlit", "plotly", "numpy", "scikit-learn", "umap-learn")
_torch_is_there = threading.Event()


def versions() -> dict[str, str]:
    """Package -> installed version, with Python first; nothing is imported for it."""
    return {"Python": platform.python_version(), **{name: version(name) for name in _PACKAGES}}


@cache
def warm_up() -> None:
    """Import torch and compile UMAP in the background, once a process, when the first page has had time to appear."""
    timer = threading.Timer(_PAINTED_AFTER, _load)
    timer.daemon = True
    timer.start()


def _load() -> None:
    import torch

    _torch_is_there.set()
    # The first optimiser imports torch's compiler: as long again as torch itself, so not while somebody waits.
    torch.optim.SGD([torch.zeros(1, requires_grad=True)])
    memory.put_aside()
    from analysis.maps.process import PROCESS

    PROCESS.warm_up()


def devices() -> tuple[str, ...]:
    """What can be chosen here: auto, cpu, and cuda or mps where present. Imports torch."""
    from toy_models.device import available_devices

    return available_devices()


def device() -> str | None:
    """Where "auto" computes, in words; None while torch is not there yet."""
    if not _torch_is_there.is_set():
        return None
    import torch

    from toy_models.device import resolve

    chosen = resolve("auto").type
    return f"{chosen} · {torch.cuda.get_device_name() if chosen == 'cuda' else f'{torch.get_num_threads()} threads'}"
