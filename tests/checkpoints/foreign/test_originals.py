"""Networks that are built here compute what the original libraries' own do, on weights that a formula gives.

`benchmarks/record_originals.py` wrote the table, with torchvision and timm.
"""

import gzip
import json
import re
from pathlib import Path

import pytest
import torch

from checkpoints.foreign.plan import plan_of, traits_of
from checkpoints.foreign.spec import ForeignSpec
from checkpoints.reading.torch_file.layouts import network_of
from tests.checkpoints.foreign import arithmetic

TABLE = json.loads(gzip.decompress((Path(__file__).parent / "originals.json.gz").read_bytes()))["networks"]


def spec_for(name):
    """What the tensors of that network cannot tell stands in its name."""
    heads = re.search(r"heads (\d+)", name)
    return ForeignSpec(heads=int(heads[1]) if heads else None, pool="mean" if "pool mean" in name else None)


@pytest.mark.parametrize("name", TABLE)
@torch.inference_mode()
def test_a_network_has_the_originals_tensors_and_computes_the_same(name):
    shapes = {tensor: tuple(shape) for tensor, shape in TABLE[name]["shapes"].items()}
    network = network_of(shapes)
    named = {here: shapes[full] for here, full in network.names.items()}
    plan = plan_of(network.layout.name, named, name="f", traits=traits_of(network, named), spec=spec_for(name))
    model = plan.build()
    assert {tensor: tuple(like.shape) for tensor, like in model.state_dict().items()} == named
    assert len(named) == len(shapes)
    state = arithmetic.state(shapes)
    model.load_state_dict({here: state[full] for here, full in network.names.items()}, assign=True)
    features, outputs = model(arithmetic.images(32))
    for found, recorded in ((features, TABLE[name]["features"]), (outputs, TABLE[name]["outputs"])):
        step = max(1, found.shape[1] // 16)
        expected = torch.tensor(recorded)
        assert expected.abs().max() > 0.1  # else anything is close
        torch.testing.assert_close(found[:, ::step][:, :16], expected, rtol=1e-5, atol=1e-5)
