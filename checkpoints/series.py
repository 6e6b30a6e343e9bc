"""python -m checkpoints.series FOLDER [--json]: a training's numbers, epoch after epoch."""

import argparse
import json
import sys

from checkpoints.command_line import Parser, run
from checkpoints.reading.quoting import printable

_COLUMNS = ("margin", "target_noise_auc", "knn_accuracy", "class_head_accuracy", "probe_accuracy", "ece")


def main(argv: list[str] | None = None) -> int:
    """Exit code 0 with the table on stdout, or 2 with one sentence on stderr."""
    options = _parser().parse_args(argv)
    return run(lambda: _series(options), options)


def _series(options: argparse.Namespace) -> int:
    found = series_numbers(options.folder)
    print(json.dumps(found, indent=2, allow_nan=False) if options.json else table(found))
    return 0


def series_numbers(folder: str) -> dict[str, object]:
    """`epochs`: of each snapshot its epoch, file and numbers (see `Inspection.numbers`); `refused`: the sentence of
    each file that could not be read, by name, half-written ones among them; `left_out`: one on others."""
    # numpy and torch only once the command line is known to be right.
    from analysis.comparison.over_epochs import Point
    from checkpoints.snapshots import check_items, find_series, read_snapshot
    from losses.errors import LabError

    series, refused, points = find_series(folder), dict[str, str](), list[Point]()
    for snapshot in series.snapshots:
        try:
            points.append(check_items(read_snapshot(snapshot), points[0] if points else None))
        except LabError as mistake:
            refused[printable(snapshot.path.name)] = str(mistake)
    epochs = [{"epoch": each.epoch, "file": each.file, **each.numbers.numbers()} for each in points]
    return {"folder": folder, "left_out": series.left_out, "refused": refused, "epochs": epochs}


def table(found: dict[str, object]) -> str:
    """A line an epoch; what is not available is a dash."""
    from analysis.digits import number

    epochs: list[dict[str, object]] = found["epochs"]  # type: ignore[assignment]
    rows = [["epoch", *(_heading(name, epochs) for name in _COLUMNS)]]
    for each in epochs:
        values = [each[name] for name in _COLUMNS]
        rows.append([str(each["epoch"]), *("-" if v is None else number(float(str(v)), least=4) for v in values)])
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]
    refused: dict[str, str] = found["refused"]  # type: ignore[assignment]
    said = [printable(str(found["left_out"])), *(f"Not read: {printable(sentence)}" for sentence in refused.values())]
    return "\n".join([*lines, *filter(None, said)])


def _heading(name: str, epochs: list[dict[str, object]]) -> str:
    """The number's name, and how many neighbours have voted: an accuracy without it says little."""
    voted = dict.fromkeys(str(each["knn_k"]) for each in epochs) if name == "knn_accuracy" else {}
    return name.replace("_", " ") + (f" (k = {' or '.join(voted)})" if voted else "")


def _parser() -> Parser:
    parser = Parser("python -m checkpoints.series", description="A training over its epochs.", allow_abbrev=False)
    parser.add_argument("folder", help="a folder of snapshots with an epoch in their names, as epoch_3.npz")
    parser.add_argument("--json", action="store_true", help="one JSON object instead of a table")
    return parser


if __name__ == "__main__":
    sys.exit(main())
