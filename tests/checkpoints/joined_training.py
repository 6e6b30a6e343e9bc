"""What each process of the test on several does: a few steps of training by every loss, alone and in the group.

`python -m torch.distributed.run --nproc-per-node=4 -m tests.checkpoints.joined_training` ends with status 0 if the
curves agree.
"""

import sys

import torch
from torch.testing import assert_close

from checkpoints.native.objectives import OBJECTIVES
from checkpoints.training.images import joined
from checkpoints.training.images.loop import OnDevice, Trainer
from checkpoints.training.images.recipe import ImageRecipe, Views
from checkpoints.training.images.run import seen
from tests.checkpoints.test_image_training import colours, recipe

CPU = torch.device("cpu")
SINCERE = recipe("sincere", epochs=50, batch_size=45, learning_rate=0.003, views=Views())
"""Fifty steps: an epoch is one. At three times the rate this training is unstable: rounding grows tenfold a step, and
another processor gives another curve, of one process too."""


def recipes() -> dict[str, ImageRecipe]:
    """Two steps of each loss, mixed by box where targets are soft, on a batch that no two processes share evenly."""
    soft = {name for name, each in OBJECTIVES.items() if "mixup" in each.parameters}
    own = {"epochs": 2, "batch_size": 45, "learning_rate": 0.01, "views": Views()}
    return {name: recipe(name, cutmix=1.0 if name in soft else 0.0, **own) for name in OBJECTIVES}


def curve(recipe: ImageRecipe) -> tuple[torch.Tensor, Trainer]:
    """The loss of each epoch, and what was trained."""
    trainer = Trainer(recipe, OnDevice.of(colours(), CPU), 3, CPU)
    return torch.tensor([trainer.epoch(number) for number in range(recipe.epochs)]), trainer


def main() -> None:
    torch.set_num_threads(1)
    dies = "--die" in sys.argv
    wanted = {} if dies else {name: curve(each) for name, each in recipes().items()}
    fifty = None if dies else curve(SINCERE)[0]
    with joined.together("cpu") as here:
        if dies and here.rank == 1:
            raise SystemExit(3)
        assert here.count == joined.count() > 1
        for name, each in recipes().items():
            found, trainer = curve(each)
            alone, other = wanted[name]
            assert_close(found, alone, rtol=1e-4, atol=1e-4, msg=lambda text, name=name: f"{name}: {text}")
            assert_close(trainer.model.state_dict(), other.model.state_dict(), rtol=1e-3, atol=1e-4)
        assert_close(curve(SINCERE)[0], fifty, rtol=0, atol=1e-4)
        whole = seen(trainer, colours().test)
    assert_close(whole.features, seen(trainer, colours().test).features)


if __name__ == "__main__":
    main()
