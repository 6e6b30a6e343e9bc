"""Text tables as other programs write them: every column and every row is there, or a sentence names the cell."""

import re

import numpy as np
import pandas as pd
import pytest

from checkpoints.arrays.opening import listing_of, open_arrays
from checkpoints.arrays.roles import propose, said
from checkpoints.reading.array_spec import ArraySpec
from losses.errors import LabError

RNG = np.random.default_rng(2)
ROWS = RNG.normal(size=(24, 6)).round(5)
NAMES = np.array(["cat", "dog", "owl"])[np.arange(24) % 3]
NUMBERS = np.arange(24) % 3
FILES = [f"img_{row}.png" for row in range(24)]
FRAME = pd.DataFrame(ROWS, columns=[f"e{place}" for place in range(6)]).assign(label=NAMES)
WIDE = "e0,e1,e2,e3,e4,e5,label"


def frame(header=True, **how):
    return FRAME.to_csv(index=False, header=header, **how)


def lines(separator=" "):
    return [separator.join([file, *map(str, row)]) for file, row in zip(FILES, ROWS.tolist(), strict=True)]


def save(path, **how):
    np.savetxt(path, np.column_stack([ROWS, NUMBERS]), fmt="%.8g", **how)


def read(path):
    """The items that the mapping opens which the listing proposes."""
    listing = listing_of(path)
    return listing, open_arrays(path, spec=ArraySpec(mapping=said(listing, propose(listing).roles)))


WRITTEN = {
    "a comment above": lambda path: path.write_text("# made by hand\n" + frame()),
    "a comment with the names": lambda path: save(path, delimiter=",", header=WIDE),
    "savetxt, spaces": lambda path: save(path, header=WIDE.replace(",", " ")),
    "spaces": lambda path: path.write_text(frame(sep=" ")),
    "aligned spaces": lambda path: path.write_text("\n".join(f"  {line} " for line in frame(sep=" ").split("\n"))),
    "bars": lambda path: path.write_text(frame(sep="|")),
    "R": lambda path: path.write_text(
        " ".join(f'"{name}"' for name in FRAME) + "\n" + FRAME.set_axis(FILES).to_csv(header=False, sep=" ", quoting=2)
    ),
    "one name for all": lambda path: path.write_text("x,x,x,x,x,x,label\n" + frame(header=False)),
    "one name for all, behind ids": lambda path: path.write_text(
        "id,x,x,x,x,x,x,label\n" + FRAME.set_axis(FILES).to_csv(header=False)
    ),
    "pandas' x, x.1": lambda path: path.write_text("x,x.1,x.2,x.3,x.4,x.5,label\n" + frame(header=False)),
    "old Mac lines": lambda path: path.write_text(frame(lineterminator="\r")),
    "empty lines between": lambda path: path.write_text(frame().replace("\n", "\n\n")),
    "rows of commas below": lambda path: path.write_text(frame() + ",,,,,,\n" * 4),
    "ids and no header": lambda path: path.write_text(FRAME.set_axis(FILES).to_csv(header=False)),
}


@pytest.mark.parametrize("made", WRITTEN)
def test_every_row_and_column_is_there(tmp_path, made):
    path = tmp_path / "a.csv"
    WRITTEN[made](path)
    listing, outputs = read(path)
    assert {each.shape[0] for each in listing.arrays} == {24}
    unit = ROWS / np.linalg.norm(ROWS, axis=1, keepdims=True)
    np.testing.assert_allclose(outputs.test.embeddings, unit, atol=1e-6)
    found = np.array(outputs.class_names)[outputs.test.labels]
    assert found.tolist() in (NAMES.tolist(), NUMBERS.astype(str).tolist())


@pytest.mark.parametrize("counted", ["", "24 6\n"])
def test_word_vectors(tmp_path, counted):
    """GloVe's form, and word2vec's with a line that counts: no first word is taken for names of columns."""
    (tmp_path / "a.txt").write_text(counted + "\n".join(lines()))
    _, outputs = read(tmp_path / "a.txt")
    assert outputs.test.ids.tolist() == FILES
    assert outputs.test.embeddings.shape == (24, 6)


def cell(text):
    return FRAME.assign(e2=[text if row == 4 else value for row, value in enumerate(FRAME.e2)]).to_csv(index=False)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (cell("1,234.5"), "a.csv: 'e2' must be numbers, but has '1,234.5' in row 5"),
        (cell("oops"), "a.csv: 'e2' must be numbers, but has 'oops' in row 5"),
        (cell("N/A"), "a.csv: e0-e5 must be finite, but that is not so in 1 row, first row 4"),
        (cell("null"), "a.csv: e0-e5 must be finite"),
        (frame()[:-20], "a.csv must have 7 cells in each row, but has 5 in row 24"),
        (frame().replace("owl\n", "owl,more\n", 1), "a.csv must have 7 cells in each row, but has 8 in row 3"),
    ],
)
def test_a_cell_that_does_not_fit_is_named_and_no_column_is_lost(tmp_path, text, sentence):
    (tmp_path / "a.csv").write_text(text)
    assert "e0-e5 float32 (24, 6)" in listing_of(tmp_path / "a.csv").in_words()
    with pytest.raises(LabError) as refused:
        read(tmp_path / "a.csv")
    assert sentence in str(refused.value)


@pytest.mark.parametrize("text", ["tabby cat\nred fox\nbarn owl\n" * 9, "One, or two.\nThree, four, five.\nSix\n" * 9])
def test_words_are_no_table_of_columns(tmp_path, text):
    (tmp_path / "a.txt").write_text(text)
    assert [each.what for each in listing_of(tmp_path / "a.txt").arrays] == ["text (27)"]


@pytest.mark.parametrize("labels", [NAMES, NUMBERS, NUMBERS.astype(float)])
@pytest.mark.parametrize("missing", ["", "nan"])
def test_an_item_without_a_label_is_no_class(tmp_path, labels, missing):
    kept = np.arange(24) % 5 > 0
    FRAME.assign(label=pd.Series(labels, dtype=object).where(kept)).to_csv(tmp_path / "a.csv", na_rep=missing)
    _, outputs = read(tmp_path / "a.csv")
    assert len(outputs.class_names) == 3
    np.testing.assert_array_equal(outputs.test.ids, np.flatnonzero(kept).astype(str))
    assert re.search(r"5 items without a label \((empty or )?(nan|empty|-)\) are left out", outputs.provenance["notes"])
