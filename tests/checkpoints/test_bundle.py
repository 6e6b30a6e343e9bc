"""Array bundles as the SINCERE scripts write them: opened, mended with a note, or refused in one sentence."""

import io
import json
import re
import zipfile

import numpy as np
import pytest
import torch

from checkpoints.inspect import main
from checkpoints.opening import open_outputs
from losses.errors import LabError


@pytest.fixture
def arrays():
    rng = np.random.default_rng(5)
    made = {}
    for side, items in (("train", 60), ("test", 24)):
        labels = np.arange(items) % 3
        made[f"{side}_labels"] = labels
        made[f"{side}_embeds"] = np.eye(5)[labels] + 0.2 * rng.standard_normal((items, 5))
    return made


@pytest.fixture
def opened(tmp_path):
    def save(**arrays):
        path = tmp_path / "bundle.npz"
        np.savez(path, **arrays)
        return open_outputs(path)

    return save


def test_an_npz_is_what_its_arrays_are(arrays, opened):
    outputs = opened(**arrays)
    expected = arrays["test_embeds"] / np.linalg.norm(arrays["test_embeds"], axis=1, keepdims=True)
    np.testing.assert_allclose(outputs.test.embeddings, expected, rtol=1e-6)
    np.testing.assert_array_equal(outputs.train.labels, arrays["train_labels"])
    assert outputs.class_names == ("0", "1", "2")
    assert "scaled" in outputs.provenance["notes"]


def test_the_authors_folder_of_torch_files(arrays, tmp_path):
    for name, array in arrays.items():
        torch.save(torch.tensor(array, dtype=torch.float32), tmp_path / f"{name}.pth")
    logits = torch.randn(24, 3, generator=torch.Generator().manual_seed(0))
    torch.save(logits, tmp_path / "preds.pth")
    outputs = open_outputs(tmp_path)
    np.testing.assert_array_equal(outputs.test.labels, arrays["test_labels"])
    np.testing.assert_array_equal(outputs.test.logits, logits.numpy())
    assert "float32 were taken as class numbers" in outputs.provenance["notes"]


def test_the_linear_stage_has_no_train_items(arrays, tmp_path, capsys):
    """2048-d features that are not of unit length, logits, float32 labels."""
    rng = np.random.default_rng(0)
    labels, features = arrays["test_labels"], rng.standard_normal((24, 2048)) * 9
    logits = 4 * np.eye(3)[labels] + rng.standard_normal((24, 3))
    for name, array in (("embeds", features), ("labels", labels), ("preds", logits)):
        torch.save(torch.tensor(array, dtype=torch.float32), tmp_path / f"{name}.pth")
    outputs = open_outputs(tmp_path)
    assert outputs.train.embeddings.shape == (0, 2048)
    np.testing.assert_array_equal(outputs.test.labels, labels)
    assert "no train items" in outputs.provenance["notes"]
    assert main([str(tmp_path), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["class_head_accuracy"] == pytest.approx((logits.argmax(axis=1) == labels).mean())
    assert found["ece"] is not None
    assert found["train_items"] == 0
    assert found["similarities"] == "within the items, each left out of its own search"
    assert "seed 0" in found["probe_split"]


def test_one_side_alone_is_searched_within(arrays, opened):
    for side in ("test", "train"):
        outputs = opened(**{name: array for name, array in arrays.items() if name.startswith(side)})
        assert outputs.within
        np.testing.assert_array_equal(outputs.test.labels, arrays[f"{side}_labels"])
        assert "there are no train items" in outputs.provenance["notes"]


def test_half_a_side_is_refused_with_the_name_of_the_rest(arrays, opened):
    with pytest.raises(LabError, match="must have the array train_embeds"):
        opened(**{name: array for name, array in arrays.items() if name != "train_embeds"})
    with pytest.raises(LabError, match=r"must have the array test_embeddings, .* Class scores without embeddings need"):
        opened(logits=np.ones((4, 2)))


def test_the_half_that_teaches_is_drawn_by_the_seed(arrays, tmp_path, capsys):
    path = tmp_path / "alone.npz"
    rng = np.random.default_rng(0)
    np.savez(path, test_embeds=rng.standard_normal((90, 4)), test_labels=np.arange(90) % 3)
    found = []
    for seed in (0, 0, 7):
        assert main([str(path), "--json", "--seed", str(seed)]) == 0
        found.append(json.loads(capsys.readouterr().out))
    assert found[0] == found[1]
    assert found[0]["probe_accuracy"] != found[2]["probe_accuracy"]
    assert found[0]["margin"] == found[2]["margin"]
    assert "seed 7" in found[2]["probe_split"]


def test_a_seed_for_a_file_with_train_items_is_refused(arrays, tmp_path, capsys):
    np.savez(tmp_path / "both.npz", **arrays)
    assert main([str(tmp_path / "both.npz"), "--seed", "3"]) == 2
    assert "It has train items, so no half of others." in capsys.readouterr().err


def test_embeddings_without_labels(arrays, opened):
    names, places = np.array([f"image {item}" for item in range(24)]), np.arange(48.0).reshape(24, 2)
    bare = {"test_embeds": arrays["test_embeds"], "ids": names, "coordinates": places}
    for labels in ({}, {"test_labels": np.full(24, -1)}):
        outputs = opened(**bare, **labels)
        assert not outputs.labelled
        assert outputs.class_names == ("no label",)
        assert list(outputs.test.ids[:2]) == ["image 0", "image 1"]
        np.testing.assert_array_equal(outputs.test.coordinates, places)
        assert "no item has a label" in outputs.provenance["notes"]


def test_class_scores_and_labels_alone(arrays, opened):
    labels = arrays["test_labels"]
    outputs = opened(logits=np.eye(3)[labels], labels=labels)
    assert not outputs.has_embeddings
    assert outputs.has_head
    with pytest.raises(LabError, match="preds must be usable where there are no embeddings, but is not: 24 rows"):
        opened(preds=np.full((24, 3), np.nan), labels=labels)


@pytest.mark.parametrize("name", ["train_labels", "test_labels"])
@pytest.mark.parametrize("kind", [float, "U"])
def test_an_item_without_a_label_is_left_out(arrays, opened, name, kind):
    """NaN among numbers, and "" or nan among texts, as pandas leaves them: no class, on either side."""
    side, labels = name.split("_")[0], arrays[name]
    missing = np.arange(len(labels)) % 7 == 2
    texts = np.array(["cat", "dog", "owl"])
    marked = np.where(missing, np.nan, labels) if kind is float else np.where(missing, "nan", texts[labels])
    other = {f"{each}_labels": texts[arrays[f"{each}_labels"]] for each in ("train", "test")} if kind == "U" else {}
    outputs = opened(**{**arrays, **other, name: marked})
    assert len(outputs.class_names) == 3
    np.testing.assert_array_equal(getattr(outputs, side).labels, labels[~missing])
    assert len(getattr(outputs, side)) == (~missing).sum()
    assert f"{side} labels: {missing.sum()} items without a label" in outputs.provenance["notes"]


@pytest.mark.parametrize(
    "turned",
    [
        {"train_labels": lambda a: a[None], "test_labels": lambda a: a[None]},
        {"train_embeds": lambda a: a[:, None], "test_embeds": lambda a: a[:, None]},
        {"train_embeds": np.asfortranarray, "test_embeds": lambda a: a.astype(">f4")},
        {"test_labels": lambda a: a.astype(">u2")},
    ],
)
def test_shapes_and_orders_of_other_programs(arrays, opened, turned):
    """MATLAB's rows of labels, a token's axis left in, Fortran's order, big-endian numbers: the same items."""
    plain, other = opened(**arrays), opened(**arrays | {name: turn(arrays[name]) for name, turn in turned.items()})
    np.testing.assert_allclose(other.test.embeddings, plain.test.embeddings, atol=1e-6)
    np.testing.assert_array_equal(other.train.labels, plain.train.labels)
    np.testing.assert_array_equal(other.test.labels, plain.test.labels)


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"train_embeds": np.ones((60, 2, 5))}, "Several vectors an item make one by array.mean"),
        ({"train_embeds": np.ones((5, 60))}, "Its columns are as many: save train_embeds.T."),
        ({"train_labels": np.full((60, 3), 1 / 3)}, "Of soft labels the likeliest class is one: labels.argmax"),
    ],
)
def test_a_shape_that_is_refused_has_its_remedy(arrays, opened, more, sentence):
    with pytest.raises(LabError, match=re.escape(sentence)):
        opened(**arrays | more)


def test_no_label_is_no_class(arrays, tmp_path, capsys):
    np.savez(tmp_path / "a.npz", embeds=arrays["test_embeds"])
    assert main([str(tmp_path / "a.npz"), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["classes"] == 0


def test_ids_in_floats(arrays, opened):
    assert opened(**arrays, test_ids=np.arange(24.0)).test.ids.tolist() == [str(each) for each in range(24)]


@pytest.mark.parametrize(
    ("more", "sentence"),
    [
        ({"ids": np.arange(3)}, "ids must be \\(24,\\), one name an item"),
        ({"ids": np.linspace(0, 1, 24)}, "bundle.npz: ids must be texts or whole numbers"),
        ({"coordinates": np.zeros((24, 3))}, "coordinates must be \\(24, 2\\), a place on a map an item"),
        ({"coordinates": np.array([["a", "b"]] * 24)}, "coordinates must be numbers"),
        ({"coordinates": np.full((24, 2), np.inf)}, "coordinates must be finite"),
    ],
)
def test_ids_and_coordinates_must_fit(arrays, opened, more, sentence):
    with pytest.raises(LabError, match=sentence):
        opened(**arrays, **more)


def test_a_folder_of_npy_files_and_an_inspection(arrays, tmp_path, capsys):
    for name, array in arrays.items():
        np.save(tmp_path / f"{name}.npy", array)
    assert main([str(tmp_path), "--json"]) == 0
    assert '"classes": 3' in capsys.readouterr().out


@pytest.mark.parametrize("dtype", [np.float16, ">f8", np.int8])
def test_any_numbers_are_taken(arrays, opened, dtype):
    embeds = np.asfortranarray((10 * arrays["test_embeds"]).astype(dtype))
    outputs = opened(**{**arrays, "test_embeds": embeds})
    wide = embeds.astype(np.float64)
    expected = wide / np.linalg.norm(wide, axis=1, keepdims=True)
    np.testing.assert_allclose(outputs.test.embeddings, expected, atol=1e-6)


def test_huge_rows_keep_their_direction_and_zero_rows_are_counted(arrays, opened):
    embeds = arrays["test_embeds"].copy()
    embeds[0] *= 1e200
    embeds[1] = 0
    outputs = opened(**{**arrays, "test_embeds": embeds})
    assert len(outputs.test) == 23
    np.testing.assert_allclose(np.linalg.norm(outputs.test.embeddings, axis=1), 1, rtol=1e-6)
    assert "1 row of zeros has no direction" in outputs.provenance["notes"]
    assert list(outputs.test.ids[:2]) == ["0", "2"]


def test_unlabelled_items_are_left_out_and_large_ids_cost_nothing(arrays, opened):
    labels = arrays["test_labels"] * 1_000_000_000
    labels[:4] = -1
    train = arrays["train_labels"] * 1_000_000_000
    outputs = opened(**{**arrays, "test_labels": labels, "train_labels": train})
    assert len(outputs.test) == 20
    assert outputs.class_names == ("0", "1000000000", "2000000000")
    assert "test labels: 4 items of label -1 are unlabelled and left out" in outputs.provenance["notes"]


def test_numbers_are_called_by_an_array_of_names(arrays, opened):
    given = {**arrays, "class_names": np.array(["ant", "bee", "cat", "dog"])}
    outputs = opened(**given)
    assert outputs.class_names == ("ant", "bee", "cat")
    assert "class_names: label k is called by the k-th of them, from 0 on" in outputs.provenance["notes"]
    assert "unused_arrays" not in outputs.provenance
    logits = np.random.default_rng(0).standard_normal((24, 4))
    assert opened(**given, logits=logits).class_names == ("ant", "bee", "cat", "dog")  # as many columns as names
    assert opened(**{name: array for name, array in given.items() if "test" not in name}).class_names[1] == "bee"


def test_names_count_from_one_where_the_labels_do(arrays, opened):
    from_one = {f"{side}_labels": arrays[f"{side}_labels"] + 1 for side in ("train", "test")}
    outputs = opened(**{**arrays, **from_one, "class_names": np.array(["ant", "bee", "cat"])})
    assert outputs.class_names == ("ant", "bee", "cat")
    assert outputs.test.labels.tolist() == arrays["test_labels"].tolist()
    assert "class_names: label k is called by the k-th of them, from 1 on" in outputs.provenance["notes"]


@pytest.mark.parametrize(
    ("names", "why"),
    [
        (["ant", "bee"], "it must have a name for each label from 0 on, but has 2 and none for 2"),
        (["ant", "bee", "cat"] * 8, "it has a text for each item, and not for each class"),
        ([0, 1, 2], "it must be (K,) texts, one a class, but is int64 (3,)"),
        ([["ant", "bee", "cat"]], "it must be (K,) texts, one a class, but is <U3 (1, 3)"),
    ],
)
def test_names_that_do_not_fit_are_left_with_the_reason(arrays, opened, names, why):
    outputs = opened(**arrays, class_names=np.array(names))
    assert outputs.class_names == ("0", "1", "2")
    assert outputs.provenance["unused_arrays"]["class_names"] == why


@pytest.mark.parametrize("name", ["class_names", "test_ids", "train_coordinates"])
def test_objects_in_an_array_that_the_rest_can_do_without_do_not_refuse_the_file(arrays, opened, name):
    outputs = opened(**{**arrays, name: np.array(["ant", "bee", "cat"], object)})
    assert outputs.class_names == ("0", "1", "2")
    why = outputs.provenance["unused_arrays"][name]
    assert why.startswith("it is of dtype '|O', and not of plain numbers or texts: save texts as labels.astype(str)")


def test_texts_one_hot_and_columns(arrays, opened):
    names = np.array(["ant", "bee", "cat"])
    outputs = opened(
        **{**arrays, "train_labels": names[arrays["train_labels"]], "test_labels": names[arrays["test_labels"]]}
    )
    assert outputs.class_names == ("ant", "bee", "cat")
    outputs = opened(
        **{**arrays, "train_labels": np.eye(3)[arrays["train_labels"]], "test_labels": arrays["test_labels"][:, None]}
    )
    np.testing.assert_array_equal(outputs.train.labels, arrays["train_labels"])


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        ({"test_labels": None}, "must have the array test_labels"),
        ({"test_embeds": np.full((24, 5), np.nan)}, "test_embeds must be finite, but that is not so in 24 rows"),
        ({"test_embeds": np.ones((24, 4))}, "must have the 5 dimensions of train_embeds"),
        ({"test_embeds": np.ones((23, 5))}, "test_labels must have a row for each of 23 rows of test_embeds"),
        ({"test_embeds": np.ones((24, 5), dtype=complex)}, "must hold plain numbers or texts"),
        ({"test_embeds": np.array([["a"] * 5] * 24)}, "test_embeds must be numbers"),
        ({"test_embeds": np.ones((24, 5, 2))}, "must be \\(N, D\\)"),
        ({"test_embeds": np.zeros((24, 5))}, "must name the class of at least one item"),
        ({"test_labels": np.full(24, 0.5)}, "must be whole numbers, one class an item, but is 0.5 in row 0"),
        ({"test_labels": np.full(24, np.inf)}, "test_labels must be finite"),
        ({"test_labels": np.full(24, np.nan)}, "must name the class of at least one item"),
        ({"test_labels": np.full((24, 3), 1 / 3)}, "must be \\(N,\\), one label an item"),
        ({"test_labels": np.array(["x"] * 24)}, "texts against numbers"),
        ({"test_labels": np.full(24, -1)}, "must name the class of at least one item"),
    ],
)
def test_bad_arrays_are_one_sentence(arrays, opened, changes, sentence):
    with pytest.raises(LabError, match=sentence):
        opened(**{name: array for name, array in {**arrays, **changes}.items() if array is not None})


def member(header: bytes, data: bytes = b"") -> bytes:
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header + data


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (member(b"{'descr': '<f8', 'fortran_order': False, 'shape': (1099511627776,), }\n"), "must be whole"),
        (member(b"{'descr': '|O', 'fortran_order': False, 'shape': (1,), }\n", bytes(8)), "plain numbers or texts"),
        (member(b"{'descr': '<f8', 'fortran_order': False, 'shape': (-1,), }\n", bytes(8)), "must"),
        (member(b"{'descr': '|V0', 'fortran_order': False, 'shape': (9,), }\n"), "plain numbers or texts"),
        (member(b"__import__('os').system('true')\n"), "a header that numpy writes"),
        (member(b"{'descr': '<f8', 'fortran_order': False, 'shape': (2,), }\n", bytes(8)), "must be whole"),
        (b"not an array at all", "must be a .npy array"),
    ],
)
def test_an_array_that_lies_is_refused_before_memory_is_asked_for(tmp_path, content, sentence):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("train_embeds.npy", content)
    path = tmp_path / "lies.npz"
    path.write_bytes(buffer.getvalue())
    with pytest.raises(LabError, match=sentence):
        open_outputs(path)


def test_an_object_array_is_never_unpickled(tmp_path):
    path = tmp_path / "objects.npz"
    np.savez(path, train_embeds=np.array([{"a": 1}], dtype=object))
    with pytest.raises(LabError, match="plain numbers or texts"):
        open_outputs(path)


def test_a_torch_file_with_more_than_one_tensor_is_no_array(arrays, tmp_path):
    torch.save({"x": torch.ones(2)}, tmp_path / "train_embeds.pth")
    with pytest.raises(LabError, match="must hold one tensor and nothing else"):
        open_outputs(tmp_path)
