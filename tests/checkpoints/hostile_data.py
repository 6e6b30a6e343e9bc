"""Whole archives of arrays that are no embeddings and no labels, or that leave a number without meaning."""

import io
from pathlib import Path

import numpy as np

from tests.checkpoints.hostile import Hostile, archive, pickled, tensor

Array = np.ndarray
TRAIN, TEST, CLASSES = 40, 20, 4


def bundle(packed: bool = False, **changes: object) -> bytes:
    """A good .npz with some of its arrays changed; None leaves one out."""
    rng = np.random.default_rng(0)
    arrays: dict[str, object] = {}
    for side, items in (("train", TRAIN), ("test", TEST)):
        labels = np.arange(items) % CLASSES
        arrays[f"{side}_labels"] = labels
        arrays[f"{side}_embeds"] = (np.eye(6)[labels] + 0.3 * rng.standard_normal((items, 6))).astype(np.float32)
    buffer = io.BytesIO()
    (np.savez_compressed if packed else np.savez)(
        buffer, **{k: v for k, v in (arrays | changes).items() if v is not None}
    )
    return buffer.getvalue()


def cases() -> list[Hostile]:
    return [*_embeddings(), *_labels(), *_logits(), *_odd(), *_folders()]


def _embeddings() -> list[Hostile]:
    good = np.ones((TEST, 6), np.float32)
    spoilt = np.where(np.arange(6 * TEST).reshape(TEST, 6) == 9, np.nan, good)
    wrong: dict[str, tuple[object, str]] = {
        "absent": (None, "must have the array test_embeds,"),
        "nan": (spoilt, "must be finite, but that is not so in 1 row, first row 1"),
        "signalling_nan": (np.full((TEST, 6), 0x7F800001, np.uint32).view(np.float32), "must be finite"),
        "infinite": (np.full((TEST, 6), -np.inf), "must be finite, but that is not so in 20 rows"),
        "complex": (good.astype(complex), "must hold plain numbers or texts"),
        "texts": (good.astype(str), "test_embeds must be numbers"),
        "bools": (good.astype(bool), "test_embeds must be numbers"),
        "no_rows": (good[:0], "must be (N, D) with N >= 1 and D >= 1"),
        "no_columns": (good[:, :0], "must be (N, D) with N >= 1 and D >= 1"),
        "one_axis": (good[:, 0], "must be (N, D)"),
        "three_axes": (good[:, :, None], "must be (N, D)"),
        "scalar": (np.float32(1), "must be (N, D)"),
        "other_width": (good[:, :5], "must have the 6 dimensions of train_embeds"),
        "zeros": (0 * good, "must name the class of at least one item with a direction"),
    }
    return [Hostile(f"embeddings_{name}.npz", bundle(test_embeds=made), why) for name, (made, why) in wrong.items()]


def _labels() -> list[Hostile]:
    labels = np.arange(TEST) % CLASSES
    whole = "must be whole numbers, one class an item"
    wrong: dict[str, tuple[object, str]] = {
        "absent": (None, "must have the array test_labels,"),
        "fractional": (labels + 0.5, f"{whole}, but is 0.5 in row 0"),
        "nan": (labels * np.nan, "must name the class of at least one item"),
        "infinite": (labels + np.inf, "test_labels must be finite"),
        "beyond_a_whole_number": (labels + 1e300, f"{whole}, but is 1e+300 in row 0"),
        "soft": (np.full((TEST, CLASSES), 1 / CLASSES), "must be (N,), one label an item"),
        "one_hot_twice": (np.ones((TEST, CLASSES)), "must be (N,), one label an item"),
        "empty_table": (np.empty((0, 0)), "must be (N,), one label an item"),
        "texts_against_numbers": (labels.astype(str), "texts against numbers"),
        "bytes_beyond_ascii": (np.array([b"\xff\xfe"] * TEST), "must be texts in UTF-8"),
        "no_characters": (np.full(TEST, 0x7FFFFFFF, np.uint32).view("<U1"), "must be texts of characters"),
        "beyond_int64": (labels.astype(np.uint64) + np.uint64(2**64 - 8), "must be at most 9,223,372,036,854,775,807"),
        "too_many": (np.arange(TEST + 1) % CLASSES, "must have a row for each of 20 rows of test_embeds"),
        "none_labelled": (np.full(TEST, -1), "must name the class of at least one item"),
    }
    return [Hostile(f"labels_{name}.npz", bundle(test_labels=made), why) for name, (made, why) in wrong.items()]


def _logits() -> list[Hostile]:
    """The file opens; the array is left out, with the reason."""
    good = np.zeros((TEST, CLASSES))
    wrong = {
        "too_few": (good[:, :3], "it has 3 columns for 4 classes"),
        "too_many": (np.zeros((TEST, 100_001), np.int8), "it has 100,001 columns, more than 100,000"),
        "nan": (good * np.nan, "20 rows have NaN or infinite numbers, first row 0"),
        "infinite": (good + np.inf, "20 rows have NaN or infinite numbers"),
        "nothing_possible": (good - np.inf, "20 rows have NaN or infinite numbers"),
        "beyond_float32": (good + 1e300, "20 rows have NaN or infinite numbers"),
        "of_labels": (np.zeros(TEST), "it has one number an item, as a predicted class"),
        "three_axes": (good[:, :, None], "its shape is (20, 4, 1), and not (N, K)"),
        "texts": (good.astype(str), "it is of dtype <U32, not of numbers"),
        "other_rows": (good[:5], "it has 5 rows for 20 test items"),
    }
    return [
        Hostile(f"logits_{name}.npz", bundle(preds=made), shows=f'"preds": "{why}')
        for name, (made, why) in wrong.items()
    ]


def _odd() -> list[Hostile]:
    """They open; what cannot be said of them is null, with a reason."""
    rng = np.random.default_rng(1)
    rows, labels = rng.standard_normal((TEST, 6)), np.arange(TEST) % CLASSES
    train, same = np.arange(TRAIN) % CLASSES, np.ones((TRAIN, 6))
    names, seven = np.array(["<script>", "\u202ex"]), np.full(TEST, 7, np.uint8).view(bool)
    none: dict[str, dict[str, Array]] = {
        "single_class": {"train_labels": 0 * train, "test_labels": 0 * labels},
        "class_absent_from_train": {"test_labels": labels + 10},
        "one_test_row": {"test_embeds": rows[:1], "test_labels": labels[:1]},
        "one_train_row": {"train_embeds": rows[:1], "train_labels": labels[:1]},
        "all_rows_equal": {"train_embeds": same, "test_embeds": same[:TEST]},
        "test_rows_of_train": {"test_embeds": bundle_rows()},
    }
    some: dict[str, dict[str, Array]] = {
        "one_dimension": {"train_embeds": same[:, :1], "test_embeds": rows[:, :1]},
        "huge_rows": {"test_embeds": rows * 1e300},
        "largest_rows": {"test_embeds": np.full((TEST, 6), np.finfo(float).max)},
        "tiny_rows": {"test_embeds": rows * 5e-324},
        "int64_rows": {"test_embeds": np.full((TEST, 6), np.iinfo(np.int64).min)},
        "far_labels": {"train_labels": train * 2**60, "test_labels": labels * 2**60},
        "bool_labels": {"train_labels": train > 1, "test_labels": labels > 1},
        "bool_of_seven": {"train_labels": train > 1, "test_labels": seven},
        "labels_of_html": {"train_labels": names[train % 2], "test_labels": names[labels % 2]},
        "equal_logits": {"preds": np.zeros((TEST, CLASSES))},
        "far_logits": {"preds": 1e38 * rng.standard_normal((TEST, CLASSES))},
    }
    return [
        *(Hostile(f"{name}.npz", bundle(**changes), shows='"margin": null') for name, changes in none.items()),
        *(Hostile(f"{name}.npz", bundle(**changes), shows='"knn_accuracy": ') for name, changes in some.items()),
    ]


def bundle_rows() -> Array:
    """The first train rows of `bundle`, to the last bit."""
    with np.load(io.BytesIO(bundle())) as arrays:
        return arrays["train_embeds"][:TEST]


def _folders() -> list[Hostile]:
    two = archive(pickled(b"](" + tensor((2,), (1,)) + tensor((2,), (1,)) + b"e"), {"0": bytes(16)})
    members: dict[str, tuple[str, bytes, str]] = {
        "empty": ("notes.txt", b"", "must have embeddings, but has no arrays"),
        "one_array": ("train_embeds.npy", b"", "must be a .npy array"),
        "two_tensors": ("train_embeds.pth", two, "must hold one tensor and nothing else"),
        "pickle": ("train_labels.pth", b"cos\nsystem\n.", "must be a .npy array"),
    }

    def folder(name: str, data: bytes):
        def make(path: Path) -> None:
            path.mkdir()
            (path / name).write_bytes(data)

        return make

    def linked(path: Path) -> None:
        path.mkdir()
        (path.parent / "outside.npy").write_bytes(b"secret")
        (path / "train_embeds.npy").symlink_to(path.parent / "outside.npy")

    made = [
        Hostile(f"folder_{name}", sentence=why, make=folder(member, data))
        for name, (member, data, why) in members.items()
    ]
    return [*made, Hostile("folder_linked", sentence="not a symbolic link", make=linked)]
