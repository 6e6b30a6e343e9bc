"""What a root offers, and that nothing outside of it can be reached."""

import os

import pytest

from checkpoints import listing as module
from checkpoints.listing import inside, listing
from losses.errors import LabError


@pytest.fixture
def root(tmp_path):
    top = tmp_path / "root"
    for name in (
        "last.pth", "runs/a/checkpoint_9.tar", "runs/model.safetensors", "notes.txt", ".hidden/x.pth", "images.zip",
        "sincere/train_embeds.pth", "sincere/test_embeds.pth", "cifar-10-batches-py/data_batch_1",
        "cifar-10-batches-py/test_batch", "pets/train/cat/1.jpg", "pets/test/cat/2.jpg",
    ):  # fmt: skip
        (top / name).parent.mkdir(parents=True, exist_ok=True)
        (top / name).write_bytes(b"x")
    (tmp_path / "outside.pth").write_bytes(b"x")
    (top / "link.pth").symlink_to(tmp_path / "outside.pth")
    (top / "up").symlink_to(tmp_path)
    return top


def test_checkpoints_and_images_are_told_apart(root):
    found = listing(root)
    assert found.checkpoints == ("last.pth", "runs/a/checkpoint_9.tar", "runs/model.safetensors", "sincere")
    assert found.images == ("cifar-10-batches-py", "images.zip", "pets")
    assert found.note == ""


def test_a_hugging_face_folder_is_one_and_what_its_training_wrote_on_the_way_others(root):
    for name in ("hf/config.json", "hf/model.safetensors", "hf/optimizer.pt", "hf/checkpoint-5/config.json",
                 "hf/checkpoint-5/pytorch_model.bin.index.json", "hf/checkpoint-5/pytorch_model-1.bin", "x/config.json",
                 "x/mine.pth"):  # fmt: skip
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(b"x")
    found = listing(root).checkpoints
    assert {"hf", "hf/checkpoint-5", "x/mine.pth"} <= set(found)
    assert not {"x", "hf/model.safetensors", "hf/optimizer.pt", "hf/checkpoint-5/pytorch_model-1.bin"} & set(found)


def test_files_of_arrays_are_offered_and_a_folder_of_them_is_one(root):
    for name in ("a.csv", "b.mat", "c.parquet", "mine/X.npy", "mine/y.npy", "mine/names.json", "tb/tensors.tsv",
                 "tb/metadata.tsv", "mixed/X.npy", "mixed/y.npy", "mixed/all.npz"):  # fmt: skip
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(b"x")
    found = set(listing(root).checkpoints)
    assert found >= {"a.csv", "b.mat", "c.parquet", "mine", "tb", "mixed/X.npy", "mixed/y.npy", "mixed/all.npz"}
    assert not found & {"mine/X.npy", "tb/tensors.tsv", "mixed"}


def test_archives_and_tables_of_images_are_offered_as_such_too(root):
    files = {
        "a.csv": b"path,label\n1.png,cat", "b.csv": b"e0,e1\n0,1", "n.npz": b"PK",
        "m.npz": b"PK\x03\x04train_images.npy",
        "p.parquet": b"PAR1\x89PNG", "q.parquet": b"PAR1", "t.tar": bytes(257) + b"\0ustar",
        "hf/train-0.parquet": b"PAR1\x89PNG", "hf/test-0.parquet": b"PAR1\xff\xd8\xff",
        "rows/train.parquet": b"PAR1", "rows/test.parquet": b"PAR1",
    }  # fmt: skip
    for name, data in files.items():
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_bytes(data)
    found = listing(root)
    assert set(found.images) == {
        "a.csv",
        "cifar-10-batches-py",
        "hf",
        "images.zip",
        "m.npz",
        "p.parquet",
        "pets",
        "t.tar",
    }
    assert set(found.checkpoints) >= {"a.csv", "m.npz", "p.parquet", "t.tar", "rows/train.parquet"}


def test_a_root_that_is_itself_a_data_set(root):
    assert listing(root / "pets").images == (".",)


def test_a_long_list_ends_and_says_so(root, monkeypatch):
    monkeypatch.setattr(module, "MOST_ENTRIES", 3)
    assert "The list ends after 3 entries" in listing(root).note


@pytest.mark.parametrize("name", ["../outside.pth", "link.pth", "up/outside.pth", "/etc/passwd", "runs/../../x"])
def test_nothing_outside_is_reached(root, name):
    with pytest.raises(LabError, match="must lie below the root, but is outside of it"):
        inside(root, name)


def test_what_is_inside_is_reached(root):
    assert inside(root, "runs/a/../model.safetensors") == (root / "runs/model.safetensors").resolve()
    with pytest.raises(LabError, match="without a NUL"):
        inside(root, "a\0b")


BAD = b"caf\xe9"  # Latin-1
ENTRIES = module._entries


def test_a_name_that_is_not_utf8_is_left_out_and_named(root):
    os.mkdir(os.path.join(os.fsencode(root), BAD))
    for name in (BAD + b".npz", BAD + b"/last.pth", b"runs/" + BAD + b".pth"):
        with open(os.path.join(os.fsencode(root), name), "wb"):
            pass
    found, before = listing(root), ("last.pth", "runs/a/checkpoint_9.tar", "runs/model.safetensors", "sincere")
    assert found.checkpoints == before
    assert found.note.startswith("3 names that are not UTF-8 are left out, with all below: ")
    assert all(named in found.note for named in ("caf\\udce9,", "caf\\udce9.npz", "runs/caf\\udce9.pth"))
    found.note.encode()


def test_one_name_and_a_list_that_ends_are_both_said(root, monkeypatch):
    with open(os.path.join(os.fsencode(root), b"a" + BAD), "wb"):
        pass
    assert listing(root).note.startswith("1 name that is not UTF-8 is left out")
    monkeypatch.setattr(module, "MOST_SHOWN", 2)
    monkeypatch.setattr(module, "_entries", lambda folder: sorted(ENTRIES(folder)))
    assert listing(root).note.startswith("The list ends after")
    assert "not UTF-8" in listing(root).note


def test_texts_that_begin_with_vectors_are_offered(root):
    vector = "[0.25, -1.5e-3, 0.5, 1.0, 2.0, 3.0]"
    for name, text in {
        "by_id.json": f'{{"a.jpg": {vector}, "b.jpg": {vector}}}',
        "rows.JSON": f'[{{"id": 1, "embedding": {vector.replace(", ", ",")}}}]',
        "indented.json": "[\n [\n  " + ",\n  ".join(["0.5"] * 6) + "\n ]\n]",
        "glove.txt": "the 0.1 0.2 0.3 0.4 0.5 0.6\n",
        "preprocessor_config.json": '{"image_mean": [0.485, 0.456, 0.406], "image_std": [0.229, 0.224, 0.225]}',
        "config.json": '{"hidden_size": 64, "layer_norm_eps": 1e-12}',
        "log.txt": "epoch 1 loss 0.25\nepoch 2 loss 0.125\n",
    }.items():
        (root / name).write_text(text)
    found = set(listing(root).checkpoints)
    assert {"by_id.json", "rows.JSON", "indented.json", "glove.txt"} <= found
    assert not found & {"preprocessor_config.json", "config.json", "log.txt", "notes.txt"}
