"""Cutmix, averaged weights and transformers: by hand, against a plain restatement, and as other readers see them."""

from dataclasses import replace

import numpy as np
import pytest
import torch
from torch import Generator

from checkpoints.foreign.plan import plan_of as read_plan
from checkpoints.native.image_run import read_run
from checkpoints.training.images.averaging import Average
from checkpoints.training.images.encoders import encoder_of, plan_of
from checkpoints.training.images.loop import OnDevice, Trainer, optimiser_of
from checkpoints.training.images.recipe import ImageRecipe
from checkpoints.training.images.run import Run, train
from checkpoints.training.images.steps import ImageBatch, box_of, cut, mixed_by
from losses.errors import LabError
from tests.checkpoints.test_image_training import colours, curve, recipe

CPU = torch.device("cpu")


def test_cutting_by_hand():
    pixels = torch.tensor([0.0, 1.0]).view(2, 1, 1, 1).expand(2, 1, 4, 4)
    images, targets = cut(pixels, torch.eye(2), (0, 2, 1, 3))
    assert images[0, 0].tolist() == [[0, 1, 1, 0], [0, 1, 1, 0], [0, 0, 0, 0], [0, 0, 0, 0]]
    assert images[1].tolist() == (1 - images[0]).tolist()
    assert targets.tolist() == [[0.75, 0.25], [0.25, 0.75]]
    untouched, whole = cut(pixels, torch.eye(2), (2, 2, 0, 0))
    assert (untouched.tolist(), whole.tolist()) == (pixels.tolist(), [[1, 0], [0, 1]])


def test_boxes_have_the_share_of_the_area_and_end_at_the_edges():
    """half a side: int(32 sqrt(1 - 0.75)) // 2 = 8."""
    assert box_of(0.75, 32, 0.5, 0.5) == (8, 24, 8, 24)
    assert box_of(0.75, 32, 0.0, 0.999) == (23, 32, 0, 8)
    assert box_of(1.0, 32, 0.5, 0.5) == (16, 16, 16, 16)


def test_a_batch_is_mixed_by_either_with_equal_chance():
    pixels, targets = torch.rand(2, 3, 8, 8, generator=Generator().manual_seed(0)), torch.eye(2)

    def is_cut(step: int, cutmix: float, mixup: float) -> bool:
        wanted = recipe("soft_target_infonce", cutmix=cutmix)
        wanted = replace(wanted, parameters={**wanted.parameters, "mixup": mixup})
        nothing = torch.zeros(0)
        found, _ = mixed_by(wanted, ImageBatch(*[nothing] * 4, 0, step), pixels, targets)
        return bool(torch.isin(found, pixels).all())  # mixup makes new numbers

    assert not any(is_cut(step, 0.0, 0.4) for step in range(50))
    assert all(is_cut(step, 1.0, 0.0) for step in range(50))
    assert 0.4 < np.mean([is_cut(step, 1.0, 0.4) for step in range(400)]) < 0.6


def test_averaged_weights_by_hand():
    model = torch.nn.BatchNorm1d(1)
    average = Average(model, 0.75)
    for value in (5.0, 9.0):
        with torch.no_grad():
            model.weight.fill_(value)
        model.num_batches_tracked += 1
        average.add(model)
    assert average.tensors["weight"].item() == 0.75 * (0.75 * 1 + 0.25 * 5) + 0.25 * 9
    assert average.tensors["num_batches_tracked"].item() == 2


def test_averaged_weights_are_what_is_written_and_an_unbroken_runs_after_a_break(tmp_path, monkeypatch):
    from checkpoints.training.images import run

    monkeypatch.setattr(run, "_SECONDS", 0.0)
    wanted, data = recipe(ema=0.9), colours()
    trainer = Trainer(wanted, OnDevice.of(data, CPU), 3, CPU)
    for epoch in range(wanted.epochs):
        trainer.epoch(epoch)
    assert trainer.average is not None
    assert curve(wanted, data) == curve(recipe(), data)  # the average changes no step

    def breaks(epoch: int, _loss: float, _speed: float) -> None:
        if epoch == 2:
            raise KeyboardInterrupt

    out = tmp_path / "a.pth"
    with pytest.raises(KeyboardInterrupt):
        train(wanted, data, Run(out, "cpu"), breaks)
    train(wanted, data, Run(out, "cpu"))
    written = torch.load(out, weights_only=True)["model"]
    for name, each in trainer.average.tensors.items():
        expected = each.half() if each.is_floating_point() else each
        assert torch.equal(written[name], expected)
    assert read_run(np.load(out.with_suffix(".npz"))["nce_lab_run"], "a").recipe == wanted


@pytest.mark.parametrize("loss", ["nll", "sincere"])
def test_a_transformer_learns_colours_and_opens_as_timms(tmp_path, loss):
    wanted = recipe(loss, encoder="vit_tiny", width=192, epochs=2, optimiser="adamw", learning_rate=0.0003)
    ran = train(wanted, colours(), Run(tmp_path / "a.pth", "cpu"))
    assert ran.log[1]["loss"] < ran.log[0]["loss"]
    assert ran.title.startswith("ViT-T/4, ")
    shapes = {name: tuple(each.shape) for name, each in torch.load(tmp_path / "a.pth")["model"].items()}
    assert {"cls_token", "pos_embed", "patch_embed.proj.weight", "blocks.11.attn.qkv.bias", "norm.weight"} <= set(
        shapes
    )
    found = read_plan("vit", shapes, name="a.pth")
    assert found.role == ("logits" if loss == "nll" else "projection")
    assert (found.encoder.side, found.encoder.patch, found.encoder.heads) == (8, 4, 3)
    assert found.encoder.pooling == "token"
    assert found.layers == plan_of(wanted, 3).layers


def test_first_weights_of_a_transformer():
    """timm's: 0.02 wide, cut at two units of one, which leaves no far value; biases at 0."""
    wanted = recipe(encoder="vit_small", width=384)
    state = encoder_of(wanted, 10, Generator().manual_seed(1)).state_dict()
    weight = state["blocks.3.mlp.fc1.weight"]
    assert weight.std().item() == pytest.approx(0.02, rel=0.02)
    assert state["pos_embed"].std().item() == pytest.approx(0.02, rel=0.1)
    assert state["cls_token"].abs().max() < 1e-5
    assert not state["blocks.3.attn.qkv.bias"].any()
    assert (state["norm.weight"] == 1).all()
    assert torch.equal(
        weight, encoder_of(wanted, 10, Generator().manual_seed(1)).state_dict()["blocks.3.mlp.fc1.weight"]
    )


def test_positions_do_not_decay():
    model = encoder_of(recipe(encoder="vit_tiny", width=192), 3, Generator().manual_seed(0))
    first, second = optimiser_of(recipe(weight_decay=0.1), model).param_groups
    held = {id(each) for each in second["params"]}
    assert (first["weight_decay"], second["weight_decay"]) == (0.1, 0.0)
    assert {id(model.get_parameter(name)) for name in ("pos_embed", "cls_token", "norm.bias")} <= held
    assert id(model.get_parameter("head.weight")) not in held


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"cutmix": 1.0}, "cutmix must be left out for nll. It mixes soft targets."),
        ({"cutmix": -1.0}, "cutmix must lie in 0 to 100, but is -1.0."),
        ({"ema": 1.0}, "ema must lie in 0 to 0.99999, but is 1.0."),
        ({"ema": float("nan")}, "ema must be a finite number, but is nan."),
        ({"encoder": "vit_tiny"}, "width must be 192 for vit_tiny, but is 4."),
        ({"encoder": "vit_tiny", "width": 192, "side": 30}, "side must be a multiple of 4 for vit_tiny, but is 30."),
    ],
)
def test_what_does_not_go_together_is_refused(changes, said):
    with pytest.raises(LabError) as refusal:
        recipe(**changes)
    assert str(refusal.value) == said


def test_a_recipe_of_before_has_neither():
    plain = {name: value for name, value in recipe().plain().items() if name not in ("cutmix", "ema")}
    assert ImageRecipe(**{**plain, "views": recipe().views}) == recipe()
    assert "--ema" not in recipe().command()
    assert "--ema 0.5" in recipe(ema=0.5).command()
