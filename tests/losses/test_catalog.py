"""The catalogue names real functions, with their real parameters and defaults."""

import inspect
from dataclasses import replace
from importlib import import_module
from math import exp, log

import pytest
import torch

import losses
from losses.catalog import CATALOG, FAMILIES, unit_of
from losses.errors import LabError

CHANCE = {
    r"\log K": log(5),
    "0": 0.0,
    r"\log N": log(8),
    r"\log(N-1)": log(7),
    r"\log(1 + |\mathcal{N}|)": log(5),
    r"\log(e^{-\epsilon} + |\mathcal{N}|)": log(exp(-0.25) + 4),
    r"\log|\mathcal{N}|": log(4),
    r"\log(2B-1)": log(15),
    r"\log(2B-2)": log(14),
    r"e^{q/\tau} ((\lambda(2B-1))^q - 1)/q": exp(1) * (0.15**0.5 - 1) / 0.5,
    r"\log(1 + e^{-1/\tau - b}) + (B-1) \log(1 + e^{1/\tau + b})": 8 * log(2),
}


@pytest.mark.parametrize("name", CATALOG)
def test_an_entry_matches_its_function(name):
    entry, signature = CATALOG[name], inspect.signature(getattr(losses, name))
    assert entry.name == name
    for parameter in entry.parameters:
        assert signature.parameters[parameter.name].default == parameter.default
        assert parameter.low <= parameter.default <= parameter.high


@pytest.mark.parametrize("name", CATALOG)
def test_the_stated_chance_level_is_the_loss_at_chance(name):
    entry, same = CATALOG[name], torch.eye(1, 5, dtype=torch.float64).expand(8, 5)
    is_head = entry.family == "class head"
    same = same * 0 if is_head else same
    uniform, labels = torch.full((8, 5), 0.2, dtype=torch.float64), torch.arange(8) % 2
    inputs = {
        "class head": (same, uniform if is_head and entry.choosing.soft else labels),
        "labelled embeddings": (same, labels),
        "paired views": (same, same),
    }[entry.family]
    prior = (uniform[0],) if is_head and entry.choosing.has_prior else ()
    found = getattr(losses, name)(*inputs, *prior).item()
    assert found == pytest.approx(CHANCE[entry.chance_level], rel=1e-12, abs=1e-12)


def test_families_and_citations():
    assert {entry.family for entry in CATALOG.values()} == set(FAMILIES)
    assert all(entry.source.arxiv and entry.source.citation for entry in CATALOG.values())
    assert all(entry.numerator.endswith(".") for entry in CATALOG.values())
    assert not any("τ_" in entry.numerator + entry.denominator for entry in CATALOG.values()), "symbols are formulas"
    with pytest.raises(LabError, match="family"):
        replace(CATALOG["nll"], family="other")


@pytest.mark.parametrize("name", CATALOG)
def test_the_code_of_an_entry_exists_and_starts_at_its_function(name):
    entry = CATALOG[name]
    home, first = entry.code[0].split(".")
    assert getattr(import_module(f"losses.{home}"), first) is getattr(losses, name)
    for inner in entry.code:
        home, attribute = inner.split(".")
        assert inspect.getsource(getattr(import_module(f"losses.{home}"), attribute))
    assert entry.cost.words.endswith(".")


@pytest.mark.parametrize("name", CATALOG)
def test_every_setting_of_the_formula_is_described(name):
    entry, signature = CATALOG[name], inspect.signature(getattr(losses, name))
    for choice in entry.choices:
        assert signature.parameters[choice.name].default == choice.default in choice.options
    shared = {"normalize", "reduction", "chunk_size", "plain", "distributed", "generator", "ignore_index"}
    own = {item.name for item in signature.parameters.values() if item.kind is item.KEYWORD_ONLY} - shared
    assert own == {item.name for item in (*entry.parameters, *entry.choices)}


@pytest.mark.parametrize("name", CATALOG)
def test_a_loss_is_in_a_world_or_says_why_it_is_in_none(name):
    entry = CATALOG[name]
    assert bool(entry.worlds) != bool(entry.no_world)
    assert not entry.no_world or entry.no_world.endswith(".")


@pytest.mark.parametrize("name", [name for name, entry in CATALOG.items() if entry.no_world])
def test_what_keeps_a_loss_out_of_the_worlds_is_so(name):
    loss, entry = getattr(losses, name), CATALOG[name]
    logits, labels = torch.randn(12, 4, generator=torch.Generator().manual_seed(0)).double(), torch.arange(12) % 4
    by_class = torch.tensor([0.0, 2.0, -1.0, 5.0])
    assert "added to all scores of a class changes nothing" in entry.no_world
    assert loss(logits + by_class, labels).item() == pytest.approx(loss(logits, labels).item())
    assert not torch.allclose((logits + by_class).softmax(1), logits.softmax(1), atol=0.1)
    apart = torch.nn.functional.one_hot(labels, 4).double()
    lower, lowest = (loss(scale * apart, labels).item() for scale in (20, 40))
    assert ("no least value" in entry.no_world) == (lowest < lower - 10)


def test_a_unit_is_said_where_a_value_is_not_in_nats():
    assert [name for name, entry in CATALOG.items() if entry.unit != "nats"] == ["rince"]
    assert unit_of(CATALOG) == "nats; RINCE: units of exp(q s / tau)"
    assert unit_of(["a loss of one's own"]) == "nats"
