"""Starting points of world 1, instructive failures among them. No torch here."""

from collections.abc import Mapping
from types import MappingProxyType

from toy_models.presets import Preset
from toy_models.simplex.spec import SimplexSpec

PRESETS: Mapping[str, Preset[SimplexSpec]] = MappingProxyType(
    {
        "tilted": Preset(
            "Soft labels by nature",
            "Cross-entropy learns the mean label and not the density, soft target InfoNCE nearly the reverse, and only"
            " the exact noise closes the gap to the density; the continuous categorical comes near, for it takes b to"
            " be uniform and not Dirichlet(1.5).",
            SimplexSpec(),
        ),
        "family": Preset(
            "Soft labels of the paper's family",
            "At concentration 1 the truth is a continuous categorical, so that its likelihood needs no noise samples to"
            " end at KL 0, while the class prior, which takes the noise for one too, still misses by 0.19 nats.",
            SimplexSpec(concentration=1.0),
        ),
        "hard": Preset(
            "Hard labels",
            "With one-hot labels all losses but one ask for the same thing and end calibrated; the continuous"
            " categorical looks for a density of labels that have none, and is right by its mean alone.",
            SimplexSpec(labels="hard", steps=2000, batch_size=256, learning_rate=3e-3),
        ),
        "smoothing": Preset(
            "Label smoothing",
            "Read through the softmax, cross-entropy is under-confident and soft target InfoNCE over-confident, yet"
            " ranking the smoothed targets makes the latter exact.",
            SimplexSpec(labels="smoothing", steps=2000, batch_size=256, learning_rate=3e-3),
        ),
        "annotators": Preset(
            "Five annotators",
            "The exact noise finds how five people's answers spread; its logits are then five times those of a class,"
            " so its softmax is over-confident.",
            SimplexSpec(labels="annotators", steps=2000, batch_size=256, learning_rate=3e-3),
        ),
        "mixup": Preset(
            "Mixup",
            "No loss reaches the density, which is no tilt of any base, and cross-entropy is under-confident on items"
            " that are not mixed.",
            SimplexSpec(labels="mixup", steps=2000, batch_size=256, learning_rate=3e-3),
        ),
        "small_batch": Preset(
            "Failure: batches of eight",
            "Under the class-prior correction soft target InfoNCE heads for another optimum than with large batches,"
            " and log 8 - loss can never show more than 2.08 nats.",
            SimplexSpec(batch_size=8, steps=3000, seeds=4),
        ),
        "no_tilt": Preset(
            "Failure: labels that know nothing",
            "At sharpness 0 a label says nothing of x: I(X; W) and every floor are 0, and all that training does is to"
            " unlearn the start.",
            SimplexSpec(sharpness=0.0, seeds=4),
        ),
        "too_fast": Preset(
            "Failure: learning rate too large",
            "The curves jump, and most end above their dashed floors: what remains is the optimiser's, not the loss's.",
            SimplexSpec(learning_rate=0.3, seeds=4),
        ),
        "noisy_class": Preset(
            "Failure: one noisy class",
            "Most of class 1 carries the name of another, and every loss faithfully learns it: calibrated to the"
            " labels, and class 1 wins nowhere.",
            SimplexSpec(labels="hard", flipped=0.7, steps=2000, batch_size=256, learning_rate=3e-3),
        ),
    }
)
