"""A native checkpoint's outputs on the data that it names."""

from pathlib import Path

from analysis.outputs import Outputs, Split
from checkpoints.native.datasets import DATASETS, DataSet, Images
from checkpoints.native.file import Peek, read
from checkpoints.native.forward import encoder_features, forward
from checkpoints.native.metadata import Metadata
from checkpoints.native.small_conv import SmallConv
from checkpoints.native.weights import load_weights
from checkpoints.reading.array_spec import ArraySpec, check_no_arrays
from checkpoints.reading.quoting import file_name
from losses.errors import LabError

_EMBEDDINGS = {
    "classes": "the encoder's features at unit length; the loss saw the logits of the class head",
    "projection": "the projection head's unit output, which the loss saw",
}


def open_native(path: Path, data: Path | None, arrays: ArraySpec | None = None) -> Outputs:
    """Load the weights strictly and run both sides of the named data set through the model."""
    if data is not None:
        rule = f"must be left out for {file_name(path)}"
        raise LabError("data", rule, str(data), "A native checkpoint names its own.")
    check_no_arrays(arrays, file_name(path))
    native = read(path)
    metadata = native.about.metadata
    images = DATASETS[metadata.recipe.data]()
    _check_fit(metadata, images)
    model = metadata.encoder.build()
    load_weights(model, native.arrays)
    return Outputs(
        _split(model, images.train),
        _split(model, images.test),
        metadata.class_names,
        # The scale of logits before a softmax; a loss without a temperature (weibit) has no logits either.
        metadata.recipe.parameters.get("temperature", 1.0),
        provenance(native.about),
    )


def provenance(about: Peek) -> dict[str, object]:
    """Where the outputs come from, as plain JSON values."""
    metadata = about.metadata
    recipe, log = metadata.recipe, metadata.log
    unfinished = {"snapshot": f"after {len(log):,} of {recipe.epochs:,} epochs"} if len(log) < recipe.epochs else {}
    return unfinished | {
        "digest": about.digest,
        "file": about.name,
        "bytes": about.size,
        "loss": recipe.loss,
        "parameters": dict(recipe.parameters),
        "data": recipe.data,
        "seed": recipe.seed,
        "epochs": recipe.epochs,
        "batch_size": recipe.batch_size,
        "learning_rate": recipe.learning_rate,
        "weight_decay": recipe.weight_decay,
        "encoder": metadata.encoder_name,
        "head": metadata.encoder.head,
        "embeddings": _EMBEDDINGS[metadata.encoder.head],
        "metrics": dict(metadata.metrics),
        "log": {
            "loss": [epoch.loss for epoch in log],
            "gradient_norm": [epoch.gradient_norm for epoch in log],
            "knn_accuracy": [epoch.knn_accuracy for epoch in log],
        },
        "command": metadata.command,
        "versions": dict(metadata.libraries),
    }


def _check_fit(metadata: Metadata, data: DataSet) -> None:
    if metadata.class_names != data.class_names:
        raise LabError("class_names", f"must be those of {metadata.recipe.data}", ", ".join(metadata.class_names)[:60])
    side = data.train.images.shape[1]
    if metadata.encoder.side != side:
        raise LabError("encoder side", f"must be the {side} pixels of {metadata.recipe.data}", metadata.encoder.side)


def _split(model: SmallConv, items: Images) -> Split:
    embeddings, logits = forward(model, items.images)
    features = encoder_features(model, items.images)
    return Split(embeddings, items.labels, logits, items.images, items.ids, features=features)
