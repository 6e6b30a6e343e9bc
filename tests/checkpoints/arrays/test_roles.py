"""Which array is what: proposed from names, shapes and first values, and read back from the text of a link."""

import numpy as np
import pytest

from checkpoints.arrays.listed import ArrayListing, ListedArray, dtype_in_words
from checkpoints.arrays.roles import propose, said
from checkpoints.reading.array_spec import ROLES, roles_in, written

RNG = np.random.default_rng(0)
X, Z = RNG.normal(size=(60, 8)), RNG.normal(size=(40, 8))
Y, V = np.arange(60) % 3, np.arange(40) % 3
SCORES = RNG.normal(size=(60, 3))
SHARES = np.exp(SCORES) / np.exp(SCORES).sum(axis=1, keepdims=True)


def listing(**arrays):
    listed = [
        ListedArray(name, dtype_in_words(array.dtype), array.shape, array.reshape(-1)) for name, array in arrays.items()
    ]
    return ArrayListing("a.npz", "an archive", tuple(listed))


CASES = {
    "usual": ({"X": X, "y": Y}, "embeddings=X,labels=y"),
    "any letters": ({"A": X, "B": Y}, "embeddings=A,labels=B"),
    "capitals": ({"FEATURES": X, "Targets": Y}, "embeddings=FEATURES,labels=Targets"),
    "scikit-learn": (
        {"X_train": X, "X_test": Z, "y_train": Y, "y_test": V},
        "embeddings=X_test,labels=y_test,train_embeddings=X_train,train_labels=y_train",
    ),
    "camel case": (
        {"trainFeats": X, "testFeats": Z, "trainLabels": Y, "testLabels": V},
        "embeddings=testFeats,labels=testLabels,train_embeddings=trainFeats,train_labels=trainLabels",
    ),
    "two sides by size": ({"a": Z, "b": V, "c": X, "d": Y}, "embeddings=a,labels=b,train_embeddings=c,train_labels=d"),
    "as many on both sides": (
        {"train_x": X, "train_y": Y, "val_x": X + 1, "val_y": Y},
        "embeddings=val_x,labels=val_y,train_embeddings=train_x,train_labels=train_y",
    ),
    "two views": ({"z1": X, "z2": X + 1, "y": Y}, "embeddings=z1,labels=y"),
    "train alone": ({"train_feats": X, "train_targets": Y}, "embeddings=train_feats,labels=train_targets"),
    "logits": ({"emb": X, "y": Y, "logits": SCORES}, "embeddings=emb,labels=y,logits=logits"),
    "probabilities": ({"emb": X, "y": Y, "p": SHARES}, "embeddings=emb,labels=y,probabilities=p"),
    "predicted": ({"emb": X, "y_true": Y, "y_pred": Y}, "embeddings=emb,labels=y_true,predictions=y_pred"),
    "predicted scores": ({"emb": X, "y": Y, "preds": SCORES}, "embeddings=emb,labels=y,logits=preds"),
    "scores alone": ({"logits": SCORES, "targets": Y}, "labels=targets,logits=logits"),
    "texts": (
        {"vectors": X, "species": np.array(["a", "b", "c"])[Y], "filename": np.arange(60).astype(str)},
        "embeddings=vectors,labels=species,ids=filename",
    ),
    "names of classes": (
        {"feats": X, "label": Y, "class_names": np.array(["a", "b", "c"])},
        "embeddings=feats,labels=label,class_names=class_names",
    ),
    "a map": ({"emb": X, "umap": X[:, :2], "labels": Y}, "embeddings=emb,labels=labels,coordinates=umap"),
    "one-hot": ({"feats": X, "onehot": np.eye(3)[Y]}, "embeddings=feats,labels=onehot"),
    "embeddings alone": ({"single": X}, "embeddings=single"),
    "nothing": ({"loss": np.float32(3)}, ""),
}


@pytest.mark.parametrize(("arrays", "wanted"), CASES.values(), ids=CASES)
def test_the_proposal(arrays, wanted):
    found = listing(**arrays)
    assert said(found, propose(found).roles) == wanted


def test_it_says_how_sure_it_is():
    assert propose(listing(X=X, y=Y)).sure
    assert not propose(listing(A=X, B=Y)).sure
    assert not propose(listing(a=Y[:1])).sure


def test_a_name_with_other_letters_goes_by_its_number():
    found = listing(**{"my, features": X, "y=1": Y})
    text = said(found, propose(found).roles)
    assert text == "embeddings=#1,labels=#2"
    assert found.find("#1").name == "my, features"


def test_a_text_of_roles_is_read_back():
    roles = {role: f"array{number}" for number, role in enumerate(ROLES)}
    assert roles_in(written(roles)) == roles
