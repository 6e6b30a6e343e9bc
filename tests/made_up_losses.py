"""Three losses that nobody has, each added to the catalogue by one entry, and walked through all that lists losses.

Run as `python -m tests.made_up_losses` in a process of its own: many modules read the catalogue when they are imported.
The public functions are written without the records, so that what follows from a record is held against autograd.
"""

import tempfile
from dataclasses import replace
from pathlib import Path
from unittest import mock

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import cross_entropy, normalize

import losses
from losses.catalog import CATALOG
from losses.records import Choosing, Contrast

LABELLED, PAIRED, HEAD = "sincere_at_the_endpoint", "half_and_half", "sampled_nll"
STEEP = replace(CATALOG["weibit"].parameters[0], default=2.0)
ENTRIES = (
    replace(
        CATALOG["sincere"],
        name=LABELLED,
        title="SINCERE at the endpoint",
        record=Contrast("class", others_below=False, straight=0.0, curved="beta"),
        parameters=(STEEP,),
    ),
    replace(
        CATALOG["nt_xent"],
        name=PAIRED,
        title="Half and half",
        record=Contrast("view", others_below=True, straight=0.5, curved=0.5),
        worlds={"two_views": 9, "repulsion": 9},
    ),
    replace(
        CATALOG["soft_target_cross_entropy"],
        name=HEAD,
        title="Sampled NLL",
        record=Choosing("drawn label", "classes"),
        worlds={"simplex": 9},
    ),
)


def sincere_at_the_endpoint(z: Tensor, labels: Tensor, *, beta: float = 2.0, reduction: str = "mean") -> Tensor:
    """An anchor at a time: (N, D) or (N, V, D) unit rows, (N,)."""
    if z.ndim == 3:
        z, labels = z.flatten(0, 1), labels.repeat_interleave(z.shape[1])
    x = -beta * torch.log1p(-(z @ z.mT).clamp_max(1 - 1e-6))
    found = []
    for i in range(len(z)):
        noise = x[i][labels != labels[i]]
        own = [x[i, p] for p in range(len(z)) if p != i and labels[p] == labels[i]]
        terms = [torch.cat([own_x[None], noise]).logsumexp(0) - own_x for own_x in own if len(noise)]
        found.append(torch.stack(terms).mean() if terms else x[i, i] * 0)
    each = torch.stack(found)
    repeats = (labels[:, None] == labels).sum(1) > 1
    return each if reduction == "none" else each[repeats].mean()


def half_and_half(a: Tensor, b: Tensor, *, temperature: float = 0.5, reduction: str = "mean") -> Tensor:
    """Cross-entropy over the other 2B - 1 of the mean of two coordinates: (B, D) and (B, D) unit rows."""
    z = torch.cat([a, b])
    s = z @ z.mT
    x = 0.5 * s / temperature - 0.5 * torch.log1p(-s.clamp_max(1 - 1e-6))
    own = torch.arange(len(z)).roll(len(a))
    return cross_entropy(x.masked_fill(torch.eye(len(z), dtype=torch.bool), -torch.inf), own, reduction=reduction)


def sampled_nll(
    logits: Tensor,
    targets: Tensor,
    *,
    temperature: float = 1.0,
    reduction: str = "mean",
    generator: torch.Generator | None = None,
) -> Tensor:
    """Cross-entropy of a label drawn from each soft target: (N, K), (N, K)."""
    labels = torch.multinomial(targets, 1, generator=generator).squeeze(1)
    return cross_entropy(logits / temperature, labels, reduction=reduction)


def add() -> None:
    """One entry and one function each; nothing else."""
    for entry in ENTRIES:
        CATALOG[entry.name] = entry
    for function in (sincere_at_the_endpoint, half_and_half, sampled_nll):
        setattr(losses, function.__name__, function)


def check_forces() -> None:
    """What follows from the record is the gradient of the function, and its level at chance."""
    from analysis.forces.chance_level import ChanceSpec, chance_level
    from losses.contrasts import forces_of

    for name in (LABELLED, PAIRED, HEAD):
        assert chance_level(ChanceSpec(name, 12, 4)).gap < 1e-9, name
    generator = torch.Generator().manual_seed(0)
    z = normalize(torch.randn(12, 4, generator=generator, dtype=torch.float64), dim=1)
    labels = torch.arange(12) % 4

    def along(name: str) -> Tensor:
        moved = z.clone().requires_grad_()
        unit = normalize(moved, dim=1)
        value = getattr(losses, name)(*((unit, labels) if name == LABELLED else unit.chunk(2)), reduction="none").sum()
        return torch.autograd.grad(value, moved)[0]

    for name in (LABELLED, PAIRED):
        forces = forces_of(name, z, labels, {})
        gradient = (forces + forces.mT) @ z
        tangent = gradient - (gradient * z).sum(1, keepdim=True) * z
        torch.testing.assert_close(tangent, along(name), rtol=1e-9, atol=1e-11)


def check_anatomy_and_curves() -> None:
    from analysis.anatomy.of_losses import anatomy
    from analysis.forces.curves import CURVE_LOSSES, force_curves
    from analysis.forces.of_classes import CLASS_LOSSES
    from analysis.forces.scene import Scene

    assert {LABELLED, PAIRED} <= set(CURVE_LOSSES)
    assert HEAD in CLASS_LOSSES
    for name in (LABELLED, PAIRED):
        (curve,) = force_curves(Scene(), (name,), "positive", "similarity").curves
        values = np.linspace(-1, 1, 401)
        slope = np.gradient(curve.loss, values)[50:250]
        np.testing.assert_allclose(curve.force[50:250], slope, rtol=2e-3)
    for name in (LABELLED, PAIRED, HEAD):
        assert np.isfinite(anatomy(name).value)


def check_worlds_and_training() -> None:
    from checkpoints.native.objectives import OBJECTIVES
    from checkpoints.training.steps import STEPS
    from toy_models.repulsion import RepulsionSpec
    from toy_models.simplex import SimplexSpec
    from toy_models.two_views import TwoViewsSpec
    from toy_models.worlds import WORLDS

    specs = {
        "repulsion": RepulsionSpec(losses=(LABELLED, PAIRED, "sincere"), steps=12, seeds=1),
        "two_views": TwoViewsSpec(losses=("nt_xent", PAIRED), steps=12, seeds=1),
        "simplex": SimplexSpec(losses=("nll", HEAD), steps=12, seeds=1),
    }
    for name, spec in specs.items():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "trace.npz"
            WORLDS[name].trace(spec).save(path)
            with np.load(path) as arrays:
                assert all(np.isfinite(arrays[key]).any() for key in arrays.files if arrays[key].dtype.kind == "f")
    assert {LABELLED, PAIRED, HEAD} <= STEPS.keys() & OBJECTIVES.keys()


def check_pages() -> None:
    from streamlit.testing.v1 import AppTest

    from ui.frame import PAGES

    links: list[tuple[str, dict[str, object]]] = [
        *(("losses", {"loss": name}) for name in (LABELLED, PAIRED, HEAD)),
        *(("anatomy", {"loss": name}) for name in (LABELLED, PAIRED, HEAD)),
        ("forces", {"loss": [LABELLED, PAIRED]}),
        ("forces", {"of": "logits", "head_loss": HEAD}),
        ("force_curves", {}),
        ("dynamics", {}),
        ("repulsion", {"losses": [LABELLED, PAIRED]}),
        ("two_views", {"losses": ["nt_xent", PAIRED]}),
        ("simplex_labels", {"losses": ["nll", HEAD]}),
    ]
    root = Path(__file__).parents[1]
    for page, query in links:
        app = AppTest.from_file(str(root / "app.py"), default_timeout=300)
        app.switch_page(PAGES[page].script)
        for key, value in query.items():
            app.query_params[key] = value
        app.run()
        assert not app.exception, (page, query, app.exception)
        assert not app.error, (page, query, [each.value for each in app.error])
        assert not app.warning, (page, query, [each.value for each in app.warning])
        print(page, query, flush=True)


def main() -> None:
    add()
    check_forces()
    check_anatomy_and_curves()
    check_worlds_and_training()
    with mock.patch("ui.machine.warm_up", return_value=None):
        check_pages()
    print("walked")


if __name__ == "__main__":
    main()
