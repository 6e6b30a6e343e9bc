"""What the tensors of a file do not say is asked on the page: which set of weights, a transformer's heads."""

from dataclasses import replace

import pytest
import torch
from streamlit.testing.v1 import AppTest

from checkpoints.foreign.heads import linear
from tests.checkpoints.foreign.states import PLANS, state_of
from tests.ui.run_page import button
from tests.ui.test_image_source import PAGE, RUN, folder, quiet

__all__ = ["folder", "quiet"]


def texts(app: AppTest) -> str:
    return "\n".join(each.value for each in (*app.info, *app.warning, *app.error)).replace("\\", "")


@pytest.fixture
def several(folder):
    student, teacher = (
        {f"backbone.{name}": each for name, each in state_of(PLANS["supcon"], s).items()} for s in (0, 1)
    )
    torch.save({"student": student, "teacher": teacher}, folder / "both.pth")


def test_of_several_sets_the_page_asks(open_page, several):
    app = open_page(PAGE, source="root", path="both.pth", images="images.zip")
    assert app.selectbox("weights").options == ["student/backbone", "teacher/backbone"]
    assert "These are the weights student/backbone; the file has others: teacher/backbone." in texts(app)
    app.selectbox("weights").set_value("teacher/backbone").run()
    assert "These are the weights teacher/backbone" in texts(app)
    assert app.query_params["weights"] == "teacher/backbone"
    assert not button(app, RUN).disabled


def test_heads_that_no_width_tells_are_asked_for(open_page, folder):
    plan = PLANS["vit"]
    wide = replace(plan, encoder=replace(plan.encoder, width=64, heads=4), layers=linear(64, 2))
    torch.save(state_of(wide), folder / "vit.pth")
    app = open_page(PAGE, source="root", path="vit.pth", images="images.zip")
    assert "must come with its number of heads" in texts(app)
    assert not [each for each in app.button if each.label == RUN]
    app.selectbox("heads").set_value("4").run()
    assert "a ViT 64 wide with 4 heads and 2 blocks" in texts(app)
    assert not button(app, RUN).disabled
