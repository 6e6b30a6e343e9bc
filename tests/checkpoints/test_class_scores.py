"""What class scores in a file are taken for: the right numbers, the test that decided it, and the other reading."""

import json

import numpy as np
import pytest
import torch
from scipy.special import log_softmax, softmax

from checkpoints.inspect import main
from checkpoints.opening import open_outputs
from checkpoints.reading.array_spec import ArraySpec
from losses.errors import LabError

ITEMS = 120


def arrays(labels, **more):
    """Embeddings that say a little of these labels, the same on both sides."""
    rng = np.random.default_rng(3)
    distinct, index = np.unique(labels, return_inverse=True)
    rows = np.eye(len(distinct))[index] + 0.3 * rng.normal(size=(len(labels), len(distinct)))
    sides = {"train_labels": labels, "test_labels": labels, "train_embeds": rows}
    return {**sides, "test_embeds": rows + 0.05 * rng.normal(size=rows.shape), **more}


@pytest.fixture
def saved(tmp_path):
    def save(found):
        np.savez(tmp_path / "bundle.npz", **found)
        return tmp_path / "bundle.npz"

    return save


@pytest.fixture
def inspected(saved, capsys):
    def inspect(found, *options):
        code = main([str(saved(found)), "--json", *options])
        said = capsys.readouterr()
        return json.loads(said.out) if code == 0 else said.err

    return inspect


@pytest.fixture
def drawn():
    """Labels 0 to 3 and logits that are calibrated for them."""
    rng = np.random.default_rng(0)
    logits = 2 * rng.normal(size=(ITEMS, 4))
    chances = softmax(logits, axis=1).cumsum(axis=1)
    return (chances < rng.random((ITEMS, 1))).sum(axis=1), logits


@pytest.mark.parametrize("name", ["preds", "test_preds", "probs", "test_probabilities"])
@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_probabilities_are_not_put_through_another_softmax(inspected, drawn, name, dtype):
    labels, logits = drawn
    made = softmax(logits, axis=1).astype(dtype)
    found = inspected(arrays(labels, **{name: made}))
    truth = made[np.arange(ITEMS), labels].astype(np.float64)
    assert found["nll"] == pytest.approx(-np.log(truth).mean(), rel=1e-12)
    assert found["brier"] == pytest.approx(((made - np.eye(4)[labels]) ** 2).sum(axis=1).mean(), rel=1e-6)
    assert (found["scores"], found["probabilities"]) == ("probabilities", "class head, probabilities alone")
    assert f"{name}: taken as probabilities" in found["notes"]
    assert found["possible_readings"] == {"scores": "probabilities, logits"}
    again = inspected(arrays(labels, **{name: made}), "--scores", "logits")
    twice = log_softmax(made.astype(np.float64), axis=1)[np.arange(ITEMS), labels]
    assert again["nll"] == pytest.approx(-twice.mean(), rel=1e-6)
    assert again["digest"] != found["digest"]


@pytest.mark.parametrize("name", ["logits", "test_logits", "preds"])
def test_logits_and_their_logarithms_of_probabilities_are_the_same(inspected, drawn, name):
    labels, logits = drawn
    for made in (logits, log_softmax(logits, axis=1)):
        found = inspected(arrays(labels, **{name: made}))
        assert found["nll"] == pytest.approx(-log_softmax(logits, axis=1)[np.arange(ITEMS), labels].mean(), rel=1e-9)
        assert found["scores"] == "logits"
        assert "possible_readings" not in found


def test_a_confidence_at_the_edge_of_a_bin_stays_there(saved, drawn):
    """0.6 is the edge of the ninth of 15 bins: a way through logarithms and back would move it."""
    labels = np.arange(ITEMS) % 2
    made = np.tile([0.6, 0.4], (ITEMS, 1))
    outputs = open_outputs(saved(arrays(labels, preds=made)))
    np.testing.assert_array_equal(outputs.test.probabilities, made)
    assert outputs.test.logits is None


def test_an_impossible_class_has_the_logarithm_of_0(inspected, drawn):
    labels, logits = drawn
    masked = np.where(np.arange(4) == (labels[:, None] + 1) % 4, -np.inf, logits)
    found = inspected(arrays(labels, logits=masked))
    assert found["nll"] == pytest.approx(-log_softmax(masked, axis=1)[np.arange(ITEMS), labels].mean(), rel=1e-9)


def test_labels_as_texts_of_numbers_have_the_columns_of_the_numbers(inspected):
    labels = np.arange(ITEMS) % 12
    logits = 6.0 * np.eye(12)[labels]
    plain, texts = (inspected(arrays(each, preds=logits)) for each in (labels, labels.astype(str)))
    assert plain["class_head_accuracy"] == texts["class_head_accuracy"] == 1
    assert texts["nll"] == plain["nll"]
    assert texts["possible_readings"]["columns"] == "number, text"
    by_text = np.argsort(np.arange(12).astype(str))
    shuffled = inspected(arrays(labels.astype(str), preds=logits[:, by_text]), "--columns", "text")
    assert shuffled["class_head_accuracy"] == 1
    assert "in the order of texts" in shuffled["notes"]


@pytest.mark.parametrize(
    ("labels", "columns", "taken", "possible"),
    [
        (np.delete(np.arange(10), 4), 10, "number", None),
        (np.arange(1, 11), 10, "order", None),
        (np.arange(10) * 100 + 7, 10, "order", None),
        (np.arange(1, 10), 10, "number", "number, from_one"),
        (np.array([3, 5]), 7, "number", "number, from_one"),
        (np.array([1, 3, 7]), 7, "from_one", None),
        (np.arange(3), 1000, "number", None),
    ],
)
def test_which_class_a_column_is(inspected, saved, labels, columns, taken, possible):
    each = np.resize(labels, ITEMS)
    start = {"number": np.arange(columns), "order": labels, "from_one": np.arange(1, columns + 1)}[taken]
    logits = 6.0 * (start == each[:, None])
    found = inspected(arrays(each, preds=logits))
    assert found["class_head_accuracy"] == 1
    assert found["columns"] == taken
    assert found.get("possible_readings", {}).get("columns") == possible
    outputs = open_outputs(saved(arrays(each, preds=logits)))
    assert outputs.class_names == tuple(map(str, start))
    assert [outputs.class_names[label] for label in outputs.test.labels] == list(map(str, each))
    if possible:
        assert inspected(arrays(each, preds=logits), "--columns", "from_one")["class_head_accuracy"] == 0


@pytest.mark.parametrize("name", ["probs", "preds"])
@pytest.mark.parametrize("rounded", [lambda p: np.round(p, 2), lambda p: torch.tensor(p).bfloat16().float().numpy()])
def test_rounded_probabilities_are_divided_by_their_sums(inspected, drawn, name, rounded):
    """Two decimals, or bfloat16: the class head's numbers are those of the rows made to sum to 1, and that is said."""
    labels, logits = drawn
    written = rounded(softmax(logits, axis=1))
    assert 1e-3 < np.abs(written.sum(axis=1) - 1).max() < 0.05
    found = inspected(arrays(labels, **{name: written}))
    exact = written / written.sum(axis=1, keepdims=True)
    assert found["brier"] == pytest.approx(((exact - np.eye(4)[labels]) ** 2).sum(axis=1).mean(), abs=1e-7)
    assert found["scores"] == "probabilities"
    assert "as rounded ones do, and are divided by their sums" in found["notes"]
    assert found["possible_readings"]["scores"] == "probabilities, logits"
    asked = inspected(arrays(labels, **{name: written}), "--scores", "probabilities")
    assert asked["brier"] == found["brier"]


def test_names_of_classes(inspected):
    names = np.array(["zero", "one", "two", "three", "four"])
    labels = names[np.arange(ITEMS) % 5]
    logits = 6.0 * (names == labels[:, None])
    as_text = inspected(arrays(labels, preds=logits))
    assert as_text["columns"] == "text"
    assert as_text["possible_readings"]["columns"] == "text, appearance"
    assert inspected(arrays(labels, preds=logits), "--columns", "appearance")["class_head_accuracy"] == 1
    named = inspected(arrays(labels, preds=logits, class_names=names))
    assert (named["class_head_accuracy"], named["columns"]) == (1, "named")
    assert "possible_readings" not in named


@pytest.mark.parametrize(
    ("made", "reason"),
    [
        ({"preds": np.zeros((ITEMS, 3))}, "preds is not used: it has 3 columns for 4 classes"),
        ({"preds": np.zeros(ITEMS, int)}, "preds is not used: it has one number an item"),
        ({"probs": np.zeros((ITEMS, 4))}, "probs is not used: its rows are no probabilities"),
        ({"probs": np.tile([[0.3, 0.3, 0.2, 0.1]], (ITEMS, 1))}, "probs is not used: its rows are no probabilities"),
        ({"preds": np.full((ITEMS, 4), np.nan)}, "120 rows have NaN or infinite numbers"),
        ({}, "the file has no logits and no class probabilities"),
    ],
)
def test_what_is_not_used_has_a_reason_and_the_rest_is_shown(inspected, drawn, made, reason):
    found = inspected(arrays(drawn[0], **made))
    assert found["class_head_accuracy"] is None
    assert reason in found["unavailable"]["class_head_accuracy"]
    assert found["knn_accuracy"] is not None
    assert found["probabilities"] == "linear probe"
    assert set(found.get("unused_arrays", {})) == set(made)


def test_every_array_is_used_or_named_with_the_reason(inspected, drawn):
    labels, logits = drawn
    more = {"logits": logits, "probs": softmax(logits, axis=1), "embeds": np.ones((3, 3)), "X": np.ones(2)}
    found = inspected(arrays(labels, train_preds=logits, **more))
    assert found["unused_arrays"] == {
        "X": "no name that is known here",
        "embeds": "test_embeds says the same",
        "probs": "logits says the same",
        "train_preds": "no number here is of the class head on train items",
    }
    assert "not used: X, no name that is known here; embeds, test_embeds says the same" in found["notes"]


def test_a_folder_names_what_it_does_not_use(drawn, tmp_path):
    for name, array in arrays(drawn[0], features=np.ones(3), probs=softmax(drawn[1], axis=1)).items():
        np.save(tmp_path / f"{name}.npy", array)
    outputs = open_outputs(tmp_path)
    assert outputs.provenance["unused_arrays"] == {"features.npy": "no name that is known here"}
    assert outputs.test.probabilities is not None


def test_labels_below_0_name_no_class_whichever_they_are(inspected, drawn):
    labels, logits = drawn
    marked = labels.copy()
    marked[:9] = np.repeat([-1, -2, -100], [4, 3, 2])
    for each in (marked, marked.astype(np.float32), marked.astype(str)):
        found = inspected(
            arrays(labels, logits=logits) | {"test_labels": each, "train_labels": labels.astype(each.dtype)}
        )
        assert (found["test_items"], found["classes"]) == (ITEMS - 9, 4)
        assert "4 items of label -1, 3 items of label -2, 2 items of label -100 are unlabelled" in found["notes"]
        assert found["nll"] == pytest.approx(-log_softmax(logits, axis=1)[np.arange(ITEMS), labels][9:].mean())


def test_two_classes_called_minus_one_and_one(inspected):
    labels = np.where(np.arange(ITEMS) % 3 == 0, -1, 1)
    found = inspected(arrays(labels))
    assert found["test_items"] == 80
    assert found["possible_readings"] == {"negative_labels": "unlabelled, classes"}
    logits = 5.0 * np.eye(2)[(labels > 0).astype(int)]
    kept = inspected(arrays(labels, logits=logits), "--negative-labels", "classes")
    assert (kept["test_items"], kept["classes"], kept["class_head_accuracy"]) == (ITEMS, 2, 1)


def test_texts_with_numbers_in_them_can_go_by_these(inspected):
    labels = np.arange(ITEMS) % 12
    texts, logits = np.array([f"class_{label}" for label in labels]), 6.0 * np.eye(12)[labels]
    by_text = inspected(arrays(texts, logits=logits[:, [int(name[6:]) for name in np.unique(texts)]]))
    assert by_text["class_head_accuracy"] == 1
    assert by_text["possible_readings"]["columns"].split(", ")[:2] == ["text", "counted"]
    shuffled = np.random.default_rng(0).permutation(ITEMS)  # so that they appear in neither order
    counted = inspected(arrays(texts[shuffled], logits=logits[shuffled]), "--columns", "counted")
    assert counted["class_head_accuracy"] == 1
    assert "columns are the classes class_0, class_1, class_2, ..., by the numbers in their texts" in counted["notes"]


@pytest.mark.parametrize("mark", [255, 65_535, 32_767, 2**31 - 1, 2**32 - 1, 2**63 - 1, 255.0, "255"])
def test_the_largest_number_of_a_type_marks_what_has_no_class(inspected, mark):
    labels = np.array([mark if row % 4 == 0 else type(mark)(row % 3) for row in range(ITEMS)])
    found = inspected(arrays(labels))
    assert (found["classes"], found["test_items"], found["void_labels"]) == (3, 90, "unlabelled")
    assert f"test labels: 30 items of label {int(mark)} are unlabelled and left out" in found["notes"]
    assert found["possible_readings"] == {"void_labels": "unlabelled, classes"}
    kept = inspected(arrays(labels), "--void-labels", "classes")
    assert (kept["classes"], kept["test_items"], kept["void_labels"]) == (4, ITEMS, "classes")
    assert f"{int(mark)} is a class like others, as was asked for" in kept["notes"]


@pytest.mark.parametrize(
    ("labels", "asked"),
    [
        (np.arange(ITEMS) % 2 * 255, True),  # a mask: two classes
        (np.arange(ITEMS) % 4 * 85, True),  # grey values
        (np.where(np.arange(ITEMS) % 3, 254, 255), False),  # a data set of 256 classes, two of them here
        (np.where(np.arange(ITEMS) % 3, 3, 254), False),
        (np.array([3, 255, 7, 300])[np.arange(ITEMS) % 4], False),  # not the largest
        (np.array([3, 127, 7])[np.arange(ITEMS) % 3], False),
    ],
)
def test_a_largest_number_that_is_a_class(inspected, labels, asked):
    found = inspected(arrays(labels))
    assert (found["test_items"], found["classes"]) == (ITEMS, len(np.unique(labels)))
    assert ("void_labels" in found) == asked


def test_a_head_with_a_column_for_255_says_that_it_is_a_class(inspected):
    labels = np.array([3, 255, 7])[np.arange(ITEMS) % 3]
    without, wide = (inspected(arrays(labels, logits=6.0 * np.eye(256)[labels][:, :k])) for k in (20, 256))
    assert (without["classes"], without["test_items"], without["class_head_accuracy"]) == (20, 80, 1)
    assert (wide["test_items"], wide["class_head_accuracy"], "void_labels" in wide) == (ITEMS, 1, False)


def test_marks_below_0_and_255_are_both_left_out(inspected):
    labels = np.array([-1, 0, 1, 2, 3, 255])[np.arange(ITEMS) % 6]
    found = inspected(arrays(labels))
    assert (found["classes"], found["test_items"]) == (4, 80)
    assert found["possible_readings"].keys() == {"negative_labels", "void_labels"}


def test_a_reading_that_is_impossible_is_one_sentence(inspected, drawn):
    labels, logits = drawn
    assert "columns must be number for bundle.npz" in inspected(arrays(labels, preds=logits), "--columns", "text")
    assert "preds must have rows in 0 to 1" in inspected(arrays(labels, preds=logits), "--scores", "probabilities")
    assert "scores must be left out for bundle.npz" in inspected(arrays(labels), "--scores", "logits")
    with pytest.raises(LabError, match="scores must be one of auto, logits, probabilities"):
        ArraySpec(scores="odds")


def test_readings_of_arrays_are_refused_for_other_files(native_file, capsys):
    assert main([str(native_file()), "--columns", "order"]) == 2
    assert "columns must be left out for" in capsys.readouterr().err
