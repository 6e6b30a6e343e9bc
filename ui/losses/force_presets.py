"""Batches for the page on gradient forces that show something, failures among them."""

from ui.link_presets import LinkPreset

PRESETS = {
    "classes": LinkPreset(
        "Eight classes of eight",
        "Orange inside the outlined blocks: SupCon pushes there, SINCERE does not.",
    ),
    "pairs": LinkPreset(
        "Two of a class",
        "With one positive an anchor SupCon and SINCERE are the same loss: the two pictures are one.",
        {"per_class": ["2"]},
    ),
    "warm": LinkPreset(
        "Failure: too warm to see it",
        "At τ = 1 no positive's share reaches 1/|P|: nothing repels, and the losses differ in size alone.",
        {"tau": ["1.0"]},
    ),
    "one": LinkPreset(
        "Failure: a single class",
        "Without noise SINCERE has no force at all; SupCon still sets its positives against each other.",
        {"classes": ["1"]},
    ),
    "logits": LinkPreset(
        "Soft targets",
        "Cross-entropy contrasts a target with the model's own classes, soft target InfoNCE with the batch's targets.",
        {"of": ["logits"]},
    ),
}
