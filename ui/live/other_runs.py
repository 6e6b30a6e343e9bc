"""Runs of the page's settings that this session has not made: finished, kept on disk or shipped, or going on elsewhere.

Elsewhere is another tab, or this one before it was loaded anew.
"""

import time
from typing import Any
from weakref import WeakKeyDictionary, WeakValueDictionary

from toy_models import shipped as shipped_runs
from toy_models.shipped import ShippedRun
from toy_models.worlds import WORLDS
from ui.live.kept_runs import KeptRun, default_folder, find, keep, path_of
from ui.live.run import Phase, Run
from ui.memo import Memo
from ui.server.public import caps
from ui.session import session

Spec = Any
_shipped = Memo(8)
_begun: "WeakValueDictionary[tuple[str, Spec], Run[Any]]" = WeakValueDictionary()
_since: "WeakKeyDictionary[Run[Any], float]" = WeakKeyDictionary()  # when each was begun (Unix time)


def kept(name: str, spec: Spec) -> KeptRun | None:
    """The finished run of a world's settings that lies on disk; read again only where the file is another one.

    None where nothing is kept, see `public.Caps`.
    """
    if not caps().keeps:
        return None
    own, path = session(), _path(name, spec)
    try:
        state = (path, path.stat().st_ino)
    except OSError:
        own.kept = None
        return None
    if own.kept is None or own.kept[0] != state:
        own.kept = (state, find(path, _parts(spec)[0], WORLDS[name]))
    return own.kept[1]


def shipped(name: str, spec: Spec) -> ShippedRun | None:
    """The finished run of a preset that comes with the lab: a CPU's, whatever the device."""
    plain = _parts(spec)[0]
    found: ShippedRun | None = _shipped.once((name, plain), lambda: shipped_runs.find(WORLDS[name], plain))
    return found


def keep_finished(name: str, spec: Spec, frames: tuple[Any, ...], seconds: float) -> None:
    """In the run's own thread."""
    if caps().keeps:
        keep(_path(name, spec), _parts(spec)[0], frames, seconds)


def begun(name: str, spec: Spec, run: Run[Any]) -> None:
    """So that others find it while it lives."""
    _begun[name, spec], _since[run] = run, time.time()


def going_elsewhere(name: str, spec: Spec) -> Run[Any] | None:
    """The last run of these settings in this process, if it still goes or waits; not one whose end lies on disk
    already, as it does a moment before the run counts as ended."""
    run = _begun.get((name, spec))
    if run is None or run.glance().phase is Phase.ENDED:
        return None
    finished = kept(name, spec)
    return None if finished is not None and finished.ended >= _since[run] else run


def _path(name: str, spec: Spec) -> Any:
    plain, device = _parts(spec)
    return path_of(WORLDS[name], plain, _computes(device), default_folder())


def _parts(spec: Spec) -> tuple[Any, str]:
    """(spec, device) of what names a run: a world that only the CPU computes has no device."""
    return spec if isinstance(spec, tuple) else (spec, "cpu")


def _computes(device: str) -> str:
    if device == "cpu":
        return device
    import torch

    from toy_models.device import resolve

    kind = resolve(device).type
    return f"cuda {torch.cuda.get_device_name()}" if kind == "cuda" else kind
