"""How each shipped checkpoint is made. The command in a file is its recipe's; a test holds them together."""

from dataclasses import replace

from checkpoints.native.objectives import OBJECTIVES
from checkpoints.native.recipes import Recipe


def _recipe(loss: str, epochs: int) -> Recipe:
    """One setting for all, so that files differ by their loss: see README.md for how it was chosen."""
    return Recipe(
        loss,
        data="digits",
        seed=0,
        epochs=epochs,
        batch_size=256,
        learning_rate=0.003,
        weight_decay=0.0001,
        parameters=OBJECTIVES[loss].parameters,
    )


# Losses without labels learn slower.
RECIPES: dict[str, Recipe] = {
    "nll": _recipe("nll", 60),
    "soft_target_cross_entropy": _recipe("soft_target_cross_entropy", 60),
    "label_infonce": _recipe("label_infonce", 60),
    "soft_distribution_infonce": _recipe("soft_distribution_infonce", 60),
    "soft_target_infonce": _recipe("soft_target_infonce", 60),
    "supcon": _recipe("supcon", 60),
    "sincere": _recipe("sincere", 60),
    "eps_sup_infonce": _recipe("eps_sup_infonce", 60),
    "nt_xent": _recipe("nt_xent", 80),
    "weince": _recipe("weince", 80),
}
# Each again, with other starts and other batches: what differs between the seeds of a loss is no property of it.
OTHER_SEEDS: dict[str, Recipe] = {
    f"seeds/{name}_seed_{seed}": replace(recipe, seed=seed) for name, recipe in RECIPES.items() for seed in (1, 2)
}


def path_from_root(name: str) -> str:
    """Where a shipped file lies, as its command writes it: relative to the folder that holds `checkpoints`."""
    return f"checkpoints/zoo/{name}.safetensors"
