"""A config.json beside weights, and the numbers of the preprocessor_config.json beside it: data, by form alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from checkpoints.brought.network import Wanted
from checkpoints.foreign.constants import Constants
from checkpoints.foreign.spec import SIDES, Triple
from checkpoints.reading.quoting import shown
from checkpoints.reading.safe_files import open_regular
from checkpoints.reading.strict_json import parse
from losses.errors import LabError

CONFIG, PREPROCESSOR = "config.json", "preprocessor_config.json"
_MOST_BYTES, _MOST_BRACKETS = 1 << 20, 5_000
_LARGEST, _MOST_PARTS, _DEEPEST = 1 << 20, 256, 8
_COUNTS = ("layer", "depth", "block", "stage", "channels", "groups", "head")
_PIXELS = ("image_size", "patch_size", "input_size")
_BICUBIC = 3


@dataclass(frozen=True, slots=True)
class HubConfig:
    """What the config beside a file says: a model_type of transformers, or an architecture of timm; all fields of it,
    and how images are prepared."""

    kind: str
    library: str
    fields: Mapping[str, Any]
    wanted: Wanted
    text: str


def config_beside(path: Path) -> HubConfig | None:
    """Of the checkpoint at `path`; None where there is none that names a network. LabError for one that asks for code,
    or that is not plain or not of sane size."""
    text = _text(path.parent / CONFIG)
    if text is None:
        return None
    fields = _object(text, CONFIG)
    library = "transformers" if isinstance(fields.get("model_type"), str) else "timm"
    kind = fields.get("model_type" if library == "transformers" else "architecture")
    if not isinstance(kind, str):
        return None
    if "auto_map" in fields or "custom_pipelines" in fields:
        remedy = "Bring that code yourself, if you trust it: --encoder path/to/file.py:function."
        raise LabError(
            CONFIG, "must name a network of the library's own", "one that asks for code from beside it", remedy
        )
    _check(fields, CONFIG)
    beside = _text(path.parent / PREPROCESSOR)
    said = fields if library == "timm" else _object(beside, PREPROCESSOR) if beside else {}
    wanted = _of_timm(said) if library == "timm" else _of_transformers(fields, said, beside is not None)
    return HubConfig(kind, library, fields, wanted, text)


def _text(path: Path) -> str | None:
    """None where there is no such file."""
    if not path.is_file():
        return None
    with open_regular(path) as (file, size):
        if size > _MOST_BYTES:
            raise LabError(path.name, f"must have at most {_MOST_BYTES:,} bytes", f"{size:,} bytes long")
        data = file.read(_MOST_BYTES)
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise LabError(path.name, "must be UTF-8 text", f"not so at byte {error.start}") from error


def _object(text: str, name: str) -> Mapping[str, Any]:
    found = parse(text, name=name, brackets=_MOST_BRACKETS)
    if not isinstance(found, dict):
        raise LabError(name, "must be a JSON object", "a list or a value alone")
    return found


def _check(value: Any, name: str, key: str = "", depth: int = 0) -> None:
    """No number that would make a network of absurd size: it is built before it is compared with the file."""
    if depth > _DEEPEST:
        raise LabError(name, f"must be nested at most {_DEEPEST} deep")
    if isinstance(value, dict):
        for inner, each in value.items():
            if inner not in ("id2label", "label2id", "task_specific_params"):
                _check(each, name, inner, depth + 1)
    elif isinstance(value, list):
        for each in value:
            _check(each, name, key, depth + 1)
    elif isinstance(value, int | float) and not isinstance(value, bool) and abs(value) > _most(key):
        raise LabError(f"{shown(key)} in {name}", f"must be at most {_most(key):,}", shown(value))


def _most(key: str) -> int:
    if key in _PIXELS:
        return SIDES[1] * 2
    counts = any(part in key for part in _COUNTS) and not any(part in key for part in ("channels", "head"))
    return _MOST_PARTS if counts else _LARGEST


def _of_transformers(fields: Mapping[str, Any], said: Mapping[str, Any], there: bool) -> Wanted:
    vision = fields.get("vision_config")
    own = vision if isinstance(vision, dict) else fields
    side = _side(said.get("crop_size")) or _side(said.get("size")) or _side(own.get("image_size"))
    constants = _constants(said.get("image_mean"), said.get("image_std")) if said.get("do_normalize", True) else None
    resample = said.get("resample", 2)
    why = f"as the {PREPROCESSOR} beside the file says" if there else f"as the {CONFIG} beside the file says"
    assumed = () if constants or said else (f"no {PREPROCESSOR} beside it names mean and std: none are assumed",)
    return Wanted(
        why, side, _channels(own.get("num_channels")), constants, bool(said.get("do_center_crop")),
        "bicubic" if resample == _BICUBIC else "bilinear", assumed=assumed,
    )  # fmt: skip


def _of_timm(fields: Mapping[str, Any]) -> Wanted:
    own = fields.get("pretrained_cfg")
    said = own if isinstance(own, dict) else {}
    size = said.get("input_size")
    side = _side(size[-1]) if isinstance(size, list) and len(size) == 3 else None
    constants = _constants(said.get("mean"), said.get("std"))
    crop, way = said.get("crop_pct"), said.get("interpolation")
    cropped = isinstance(crop, int | float) and crop < 1
    why = f"as the {CONFIG} beside the file says"
    return Wanted(why, side, 3, constants, cropped, "bicubic" if way == "bicubic" else "bilinear")


def _side(size: Any) -> int | None:
    """Pixels, of a number or of {"height": ..., "width": ...} or {"shortest_edge": ...}."""
    if isinstance(size, dict):
        size = next((size[key] for key in ("height", "shortest_edge") if key in size), None)
    return size if type(size) is int and SIDES[0] <= size <= SIDES[1] else None


def _channels(said: Any) -> int:
    return 1 if said == 1 else 3


def _constants(mean: Any, std: Any) -> Constants | None:
    first, second = _triple(mean, 0.0), _triple(std, 1e-6)
    return (first, second) if first and second else None


def _triple(numbers: Any, low: float) -> Triple | None:
    if not isinstance(numbers, list) or len(numbers) not in (1, 3):
        return None
    if not all(isinstance(each, int | float) and low <= each <= 1 for each in numbers):
        return None
    first, second, third = (float(each) for each in (numbers if len(numbers) == 3 else numbers * 3))
    return first, second, third
