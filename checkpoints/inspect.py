"""python -m checkpoints.inspect PATH [--data PATH] [--limit N] [--json] [--export FILE]: a checkpoint's numbers."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from analysis.digits import apart, bounded, cosines, number
from checkpoints.command_line import Parser, add_readings, array_spec, run
from checkpoints.foreign.options import add_foreign, foreign_spec
from checkpoints.foreign.spec import ForeignSpec
from checkpoints.ranks import current, joined
from checkpoints.reading.array_spec import ArraySpec, check_no_arrays
from checkpoints.reading.quoting import printable
from losses.errors import LabError

if TYPE_CHECKING:
    from analysis.accuracy.probe import On
    from analysis.outputs import Outputs
    from checkpoints.foreign.spec import Watch

_WIDEST = 60
_STOPPED = "Stopped. Images that went through are kept: the same command goes on from there."
_SIDES = ("nearest_target_similarity", "nearest_noise_similarity")
_SAID = ("file", "digest", "loss", "data", "seed", "embeddings")
_SAID_OF_FOREIGN = ("sha256", "layout", "weights", "network", "preprocessing", "device", "cache")
_SAID_OF_ARRAYS = (
    "mapping",
    "scores",
    "columns",
    "negative_labels",
    "void_labels",
    "possible_readings",
    "unused_arrays",
    "notes",
)


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 with the numbers on stdout, or 2 with one sentence on stderr."""
    options = _parser().parse_args(argv)
    return run(lambda: _shared(options), options, _STOPPED if options.data else "Stopped.")


def _shared(options: argparse.Namespace) -> int:
    """With the other processes of torchrun, where it began this one: those without images to share help the first."""
    with joined() as ranks:
        if ranks is not None and ranks.rank and options.data is None:
            ranks.serve({})
        return _inspect(options)


def _inspect(options: argparse.Namespace) -> int:
    spec = foreign_spec(options)
    export = None if options.export is None else _export_to(options)
    if options.contents:
        from checkpoints.contents import contents_at
        from checkpoints.reading.file_contents import report

        numbers = report(contents_at(options.path))
    else:
        arrays = array_spec(options)
        numbers = inspect_file(
            options.path, options.data, k=options.k, spec=spec, arrays=arrays, on=options.probe_on, export=export
        )
    print(json.dumps(numbers, indent=2, allow_nan=False) if options.json else _shown(numbers))
    return 0


def inspect_file(
    path: str,
    data: str | None = None,
    *,
    k: int = 1,
    spec: ForeignSpec | None = None,
    arrays: ArraySpec | None = None,
    on: "On" = "features",
    export: Path | None = None,
) -> dict[str, object]:
    """What the checkpoint is, then its numbers (see `Inspection.numbers`), as plain JSON values.

    Of a torch file without images, and of .safetensors that are not NCE Lab's, what is in it: it is read as data, and
    nothing in it is run. `export`: where the items go too, see `exporting.files`.
    """
    # numpy and torch only once the command line is known to be right.
    from checkpoints.opening import needs_images

    weights = needs_images(path)
    if data is None and weights is not None and not (spec and spec.network):
        check_no_arrays(arrays, Path(path).name)
        if export is not None:
            raise LabError(
                "--export", f"must be left out for {Path(path).name}", None, "Without images it has no items."
            )
        from checkpoints.contents import contents_at
        from checkpoints.next_step import next_step
        from checkpoints.reading.file_contents import report

        return report(contents_at(weights)) | next_step(weights, spec)
    from checkpoints.inspection import inspect_outputs
    from checkpoints.opening import open_outputs

    outputs = open_outputs(path, data, spec=spec, watch=_progress(), arrays=arrays)
    if (ranks := current()) is not None and ranks.rank:
        ranks.serve({})
    said = {name: outputs.provenance.get(name) for name in _SAID}
    said |= {
        name: outputs.provenance[name] for name in (*_SAID_OF_FOREIGN, *_SAID_OF_ARRAYS) if name in outputs.provenance
    }
    sizes = {
        "train_items": len(outputs.train),
        "test_items": len(outputs.test),
        "dimensions": outputs.test.embeddings.shape[1],
        "classes": len(outputs.class_names) if outputs.labelled else 0,
    }
    numbers = inspect_outputs(outputs, k=k, on=on, each_class=True).numbers()
    numbers = said | sizes | _within(outputs) | numbers | (_clusters(outputs) if not outputs.labelled else {})
    return numbers if export is None else numbers | {"exported": _exported(outputs, export)}


def _export_to(options: argparse.Namespace) -> Path:
    from checkpoints.exporting.files import check_export

    if options.contents:
        raise LabError("--export", "must be left out with --contents")
    check_export(Path(options.export))
    return Path(options.export)


def _exported(outputs: "Outputs", path: Path) -> list[str]:
    """The files that were written."""
    from checkpoints.exporting.computed import compute
    from checkpoints.exporting.files import write

    return [str(each) for each in write(path, outputs, compute(outputs))]


def _clusters(outputs: "Outputs") -> dict[str, object]:
    """Groups of k-means where there are no labels, with the silhouette that says how far they are apart."""
    from analysis.geometry.clusters import clusters
    from analysis.statistics.bootstrap import Unavailable

    found = clusters(outputs.test.embeddings)
    if isinstance(found, Unavailable):
        return {"clusters": None, "clusters_reason": found.reason}
    best = found.silhouettes[found.k]
    by_k = {str(k): each.value for k, each in found.silhouettes.items()}
    return {
        "clusters": found.k,
        "cluster_sizes": found.sizes.tolist(),
        "silhouette": best.value,
        "silhouette_interval": [best.low, best.high],
        "silhouette_by_k": by_k,
        "clusters_by": f"scikit-learn's k-means on {len(found.items):,} items, seed {found.seed}",
    }


def _within(outputs: "Outputs") -> dict[str, object]:
    """What similarities and a probe are of where there are no train items."""
    if not (outputs.within and outputs.labelled and outputs.has_embeddings):
        return {}
    half = f"learned from half of each class, drawn with seed {outputs.split_seed}, judged on the rest"
    return {"similarities": "within the items, each left out of its own search", "probe_split": half}


def _progress() -> "Watch":
    """A line that counts, where somebody watches."""
    from checkpoints.foreign.rate import Rate

    rate = Rate()

    def watch(done: int, total: int) -> None:
        rate.hear(done, total)
        if total and sys.stderr.isatty():
            line = f"{done:,} of {total:,} images" + (f", {rate.words}" if rate.words else "")
            print(f"\r{line:<60}", end="\n" if done == total else "", file=sys.stderr, flush=True)

    return watch


def _shown(numbers: dict[str, object]) -> str:
    """The table, and below it the lines of code that lead on, to be copied as they are."""
    lines = numbers.get("lines")
    code = [printable(line) for line in lines] if isinstance(lines, list) else []
    return "\n".join([table({name: each for name, each in numbers.items() if name != "lines"}), *code])


def table(numbers: dict[str, object]) -> str:
    """Two columns, a line a number; intervals in brackets; what has many parts is indented below its name."""
    shown = numbers | _alike(numbers)
    rows = [row for name, value in shown.items() for row in _rows(name.replace("_", " "), value)]
    width = min(_WIDEST, max(len(name) for name, _ in rows))
    return "\n".join(f"{name:<{width}}  {cell}".rstrip() for name, cell in rows)


def _alike(numbers: dict[str, object]) -> dict[str, object]:
    """Texts for numbers that are read beside each other: the two similarities, and each value with its interval."""
    from analysis.statistics.intervals import Interval

    found: dict[str, object] = {}
    sides = [name for name in _SIDES if isinstance(numbers.get(name), float)]
    found |= zip(sides, cosines([float(str(numbers[name])) for name in sides]), strict=True)
    for name, ends in numbers.items():
        value = numbers.get(name.removesuffix("_interval"))
        if name.endswith("_interval") and isinstance(ends, list) and isinstance(value, float):
            shown = bounded(Interval(value, *ends), least=4)
            found |= {name.removesuffix("_interval"): shown[0], name: f"[{shown[1]}, {shown[2]}]"}
    return found


def _rows(name: str, value: object) -> list[tuple[str, str]]:
    if isinstance(value, list) and value and all(isinstance(item, dict) and "class" in item for item in value):
        from checkpoints.by_class import rows

        return [(name, f"{len(value):,}"), *rows(value)]
    if isinstance(value, dict) and len(value) > 1:
        return [(name, f"{len(value):,}"), *((f"  {printable(key)}", _cell(item)) for key, item in value.items())]
    return [(name, _cell(value))]


def _cell(value: object) -> str:
    if isinstance(value, float):
        return number(value, least=4)
    if isinstance(value, list) and value and all(isinstance(item, float) for item in value):
        return "[" + ", ".join(apart(value, least=4)) + "]"
    if isinstance(value, list):
        return "[" + ", ".join(_cell(item) for item in value) + "]"
    if isinstance(value, dict):
        return "; ".join(f"{printable(name)}: {_cell(item)}" for name, item in value.items()) or "nothing"
    return "-" if value is None else printable(str(value))


def _parser() -> Parser:
    parser = Parser("python -m checkpoints.inspect", description="Inspect a checkpoint.", allow_abbrev=False)
    parser.add_argument("path", help="the checkpoint")
    parser.add_argument(
        "--data", help="the images that a foreign checkpoint needs: a folder, zip or tar of them, Parquet, CSV, .npz"
    )
    add_foreign(parser)
    parser.add_argument("--probe-on", choices=("features", "embeddings"), default="features", help="of a linear probe")
    parser.add_argument("--contents", action="store_true", help="what is in the file, and whether to open it")
    add_readings(parser)
    parser.add_argument("--export", metavar="FILE", help="the items too: .parquet, .npz, or .tsv for the projector")
    parser.add_argument("--k", type=int, default=1, help="neighbours that vote")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    return parser


if __name__ == "__main__":
    sys.exit(main())
