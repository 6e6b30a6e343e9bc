"""Roles that a user gives: taken as said, named in sentences, numbers of their own; and what the commands print."""

import json

import numpy as np
import pytest

from checkpoints.arrays.opening import needs_mapping
from checkpoints.compare import main as compare
from checkpoints.inspect import main as inspect
from checkpoints.opening import open_outputs
from checkpoints.reading.array_spec import ArraySpec
from losses.errors import LabError

RNG = np.random.default_rng(0)
LABELS = np.arange(60) % 3
ROWS = np.eye(6)[LABELS] + 0.3 * RNG.normal(size=(60, 6))
SIDES = "train_embeddings=A,train_labels=B,embeddings=C,labels=D"


@pytest.fixture
def letters(tmp_path):
    path = tmp_path / "letters.npz"
    np.savez(path, A=ROWS, B=LABELS, C=ROWS[:30] + 0.1, D=LABELS[:30], E=np.array([{}], object))
    return path


def test_the_numbers_are_those_of_the_same_arrays_under_known_names(letters, tmp_path, capsys):
    known = tmp_path / "known.npz"
    np.savez(known, train_embeds=ROWS, train_labels=LABELS, test_embeds=ROWS[:30] + 0.1, test_labels=LABELS[:30])
    found = []
    for path, options in ((known, []), (letters, ["--map", SIDES])):
        assert inspect([str(path), "--json", *options]) == 0
        found.append(json.loads(capsys.readouterr().out))
    said = {"file", "digest", "mapping", "notes", "unused_arrays"}
    assert {k: v for k, v in found[0].items() if k not in said} == {k: v for k, v in found[1].items() if k not in said}
    assert found[1]["mapping"] == "embeddings=C,labels=D,train_embeddings=A,train_labels=B"
    assert found[0]["digest"] != found[1]["digest"]


def test_another_choice_is_another_digest(letters):
    one, other = (open_outputs(letters, arrays=ArraySpec(mapping=text)) for text in (SIDES, "embeddings=A,labels=B"))
    assert one.digest != other.digest
    again = open_outputs(
        letters, arrays=ArraySpec(mapping=" labels=D, embeddings=C,train_embeddings=#1,train_labels=B")
    )
    assert again.digest == one.digest


def test_sentences_and_notes_call_arrays_as_the_file_does(letters):
    outputs = open_outputs(letters, arrays=ArraySpec(mapping=SIDES))
    assert "A: rows were not of unit length" in str(outputs.provenance["notes"])
    with pytest.raises(LabError, match=r"letters.npz: D must have a row for each of 60 rows of A"):
        open_outputs(letters, arrays=ArraySpec(mapping="embeddings=A,labels=D"))
    with pytest.raises(LabError, match=r"E must hold plain numbers or texts, .* labels\.astype\(str\)"):
        open_outputs(letters, arrays=ArraySpec(mapping="embeddings=A,labels=E"))


def test_a_kind_of_scores_is_not_called_like_the_array(tmp_path):
    names = [f"logit_{column}" for column in range(3)]
    rows = [
        ",".join([*(f"{value:.3f}" for value in row), str(label)])
        for row, label in zip(ROWS[:, :3], LABELS, strict=True)
    ]
    (tmp_path / "logits.csv").write_text("\n".join([",".join([*names, "label"]), *rows]))
    outputs = open_outputs(tmp_path / "logits.csv", arrays=ArraySpec(mapping="logits=logit_0-logit_2,labels=label"))
    assert "logit_0-logit_2: taken as logits, " in str(outputs.provenance["notes"])


def test_prose_is_no_table(tmp_path):
    (tmp_path / "notes.txt").write_text("hello, these are my notes\nabout training\n")
    sentence = r"^notes.txt must have numbers to be read as a table, but has texts alone. Give the file of "
    for opened in (needs_mapping, open_outputs):
        with pytest.raises(LabError, match=sentence):
            opened(tmp_path / "notes.txt")


def test_compare_takes_roles_for_the_files_that_have_them(letters, tmp_path, capsys):
    known = tmp_path / "known.npz"
    np.savez(known, train_embeds=ROWS, train_labels=LABELS, test_embeds=ROWS[:30] + 0.2, test_labels=LABELS[:30])
    assert compare([str(known), str(letters), "--map", SIDES]) == 0
    assert "30 test items; reference known.npz" in capsys.readouterr().out
    assert compare([str(known), str(known), "--map", SIDES]) == 2
    assert "must have the array 'E'" not in (said := capsys.readouterr().err)
    assert "known.npz must have the array" in said


def test_a_listing_reads_no_more_than_heads(tmp_path, monkeypatch):
    from checkpoints.arrays.opening import listing_of

    np.savez_compressed(tmp_path / "a.npz", A=np.zeros((200_000, 64), np.float32), B=np.zeros(200_000, np.int64))
    read = []
    import zipfile

    plain = zipfile.ZipExtFile.read
    monkeypatch.setattr(zipfile.ZipExtFile, "read", lambda self, n=-1: read.append(n) or plain(self, n))
    assert [each.shape for each in listing_of(tmp_path / "a.npz").arrays] == [(200_000, 64), (200_000,)]
    assert all(0 < size <= 1 << 16 for size in read)


def test_a_folder_that_is_given_as_a_dot_has_its_own_name(tmp_path, monkeypatch):
    (tmp_path / "runs").mkdir()
    monkeypatch.chdir(tmp_path / "runs")
    with pytest.raises(LabError, match=r"^runs must have embeddings, but has no arrays\."):
        open_outputs(".")


@pytest.mark.parametrize(
    ("array", "sentence"),
    [
        (ROWS.T, r"A \(6, 60\) lies on its side, if its items are its columns: save its \.T\."),
        (
            ROWS.reshape(60, 2, 3),
            r"A \(60, 2, 3\) becomes rows by A\.reshape\(len\(A\), -1\), or by a mean over its places",
        ),
    ],
)
def test_a_table_of_another_form_says_how_it_becomes_rows(tmp_path, array, sentence):
    np.savez(tmp_path / "a.npz", A=array, B=LABELS)
    with pytest.raises(LabError, match=sentence):
        open_outputs(tmp_path / "a.npz")
    np.savez(tmp_path / "b.npz", A=ROWS, B=LABELS)
    with pytest.raises(LabError, match=r"the page Checkpoints asks\.$"):
        open_outputs(tmp_path / "b.npz")
