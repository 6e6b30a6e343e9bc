"""Write down every number that pages and commands give, so that a rebuilt house can be held to the one before it.

    python -m tests.record before.json          # at one commit
    python -m tests.record after.json           # at another, on the same machine
    diff before.json after.json

Pages at their defaults and at every preset of Anatomy and Compare: title, how to read, and the table of each exhibit;
the texts beside them. Commands on the shipped files: what they print. Worlds: a digest of each array of the trace, for
the defaults and every preset, with few steps. About a minute on two cores.
"""

import argparse
import contextlib
import hashlib
import importlib
import io
import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
from streamlit.testing.v1 import AppTest

from losses.catalog import CATALOG

ROOT = Path(__file__).parents[1]
FEW_STEPS = 60
ZOO = sorted((ROOT / "checkpoints" / "zoo").rglob("*.safetensors"))
# Where things stand, before and after a move: the first that can be imported is meant.
SECTIONS = ["similarity", "calibration", "accuracy", "curves", "tails", "geometry", "provenance"]
EXHIBITS = ("ui.exhibit",)
ANATOMY = ("ui.losses.anatomy_presets", "ui.losses.anatomy_presets")
COMPARE = ("ui.compare.presets", "ui.compare.presets")


def first(names: tuple[str, ...]) -> object:
    for name in names:
        with contextlib.suppress(ModuleNotFoundError):
            return importlib.import_module(name)
    raise ModuleNotFoundError(f"none of {names}")


def settle(app: AppTest, done: Callable[[], bool], seconds: float = 300) -> None:
    """Look again until what is computed beside the page has arrived."""
    deadline = time.monotonic() + seconds
    while not done() and not app.exception and not app.error:
        assert time.monotonic() < deadline, "the page never showed its figures"
        time.sleep(0.2)
        app.run()


def page(script: str, query: Mapping[str, object], awaited: bool = False) -> dict[str, object]:
    """What a page shows under a link: its exhibits by key, its texts. `awaited`: it shows exhibits in the end."""
    exhibits: dict[str, object] = {}
    module = first(EXHIBITS)
    below = module._below  # type: ignore[attr-defined]

    def noted(exhibit, key):  # type: ignore[no-untyped-def]
        exhibits[key] = {
            "title": exhibit.title,
            "how_to_read": exhibit.how_to_read,
            "alt": exhibit.alt,
            "table": exhibit.table.to_csv(index=False).splitlines(),
        }
        below(exhibit, key)

    with mock.patch.object(module, "_below", noted), mock.patch("ui.machine.warm_up", return_value=None):
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=300)
        if script != "app.py":
            app.switch_page(script)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        settle(app, lambda: not awaited or bool(exhibits))
    texts = [each.value for each in (*app.markdown, *app.caption, *app.warning, *app.error, *app.info)]
    texts += [f"{each.label}: {each.value} {each.delta}" for each in app.metric]
    assert not app.exception, (script, query, app.exception)
    return {"exhibits": exhibits, "texts": texts}


def pages(quick: bool) -> Iterator[tuple[str, object]]:
    from ui.frame import PAGES

    for name, each in PAGES.items():
        if (ROOT / each.script).exists():
            yield name, page(each.script, {})
    for (name, title), query in links(quick).items():
        yield f"{name}?{title}", page(PAGES[name].script, {**query, "v": "1"}, awaited=name != "losses")


def links(quick: bool) -> dict[tuple[str, str], Mapping[str, object]]:
    """(page, what it is) -> what the link says."""
    presets = {"anatomy": first(ANATOMY).PRESETS, "compare": {} if quick else first(COMPARE).PRESETS}  # type: ignore[attr-defined]
    found = {(name, title): each.query for name, named in presets.items() for title, each in named.items()}
    shipped = [path.stem for path in ZOO if path.parent.name == "zoo"]
    found |= {("checkpoints", name): {"checkpoint": name, "show": SECTIONS} for name in shipped}
    found |= {("losses", name): {"loss": name} for name in CATALOG}
    return found | {
        ("forces", name): {"of": "logits", "head_loss": name} if entry.family == "class head" else {"loss": name}
        for name, entry in CATALOG.items()
    }


def commands() -> Iterator[tuple[str, object]]:
    for path in ZOO:
        yield f"inspect {path.name}", printed("checkpoints.inspect", str(path.relative_to(ROOT)), "--json")
    two = [str(path.relative_to(ROOT)) for path in ZOO if path.stem in ("supcon", "sincere")]
    yield "compare", printed("checkpoints.compare", *two, "--json")


def printed(module: str, *arguments: str) -> list[str]:
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        importlib.import_module(module).main(list(arguments))
    return out.getvalue().splitlines()


def worlds() -> Iterator[tuple[str, object]]:
    from toy_models.worlds import WORLDS

    for world in WORLDS.values():
        specs = {"default": world.defaults, **{name: preset.spec for name, preset in world.presets.items()}}
        for name, spec in specs.items():
            yield f"{world.name} {name}", trace(world, shortened(spec))


def shortened(spec):  # type: ignore[no-untyped-def]
    """The spec with few steps, where it has steps of its own."""
    has_steps = "steps" in getattr(spec, "__dataclass_fields__", {})
    return replace(spec, steps=min(FEW_STEPS, spec.steps)) if has_steps else spec


def trace(world, spec) -> dict[str, str]:  # type: ignore[no-untyped-def]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trace.npz"
        world.trace(spec).save(path)
        with np.load(path) as arrays:
            numbers = [name for name in arrays.files if name != "seconds"]  # how long it took is not of the run
            return {name: hashlib.sha256(arrays[name].tobytes()).hexdigest() for name in numbers}


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.record", description=__doc__.split("\n")[0])
    parser.add_argument("out", type=Path)
    parser.add_argument("--quick", action="store_true", help="without worlds and without the presets of Compare")
    asked = parser.parse_args(arguments)
    found: dict[str, dict[str, object]] = {"pages": {}, "commands": {}, "worlds": {}}
    for kind, entries in {"pages": pages(asked.quick), "commands": commands(), "worlds": worlds()}.items():
        if asked.quick and kind == "worlds":
            continue
        for name, value in entries:
            print(kind, name, file=sys.stderr, flush=True)
            found[kind][name] = value
    asked.out.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
