"""What a loss cannot learn of soft labels with unlimited data: exact floors of the simplex world."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

from analysis.rules.findings import Drawing, Findings, Line
from analysis.rules.kinds import Above, Below
from analysis.rules.numbers import exactly
from analysis.rules.verdict import Part
from claims.claim import Claim, Effort, PlayOn, Source, Watch

if TYPE_CHECKING:
    from torch import Tensor

    from toy_models.simplex.world import SimplexWorld

CONCENTRATIONS = {Effort.QUICK: (1.0, 1.5), Effort.FULL: (1.0, 1.5, 2.0, 3.0)}
JUDGED = (1.0, 1.5)
SOLVED = 1e-6  # nats: how far the optima are from the minimum
SEEN, GONE = 0.05, 0.005

_NAMES = {
    "soft_target_cross_entropy": "Soft-target cross-entropy",
    "soft_target_infonce": "Soft target InfoNCE, class prior",
    "soft_target_infonce_exact_noise": "Soft target InfoNCE, exact noise",
}


def measure(effort: Effort, _seed: int, watch: Watch) -> Findings:
    """Floors at each concentration; nothing is random, so the seed changes nothing."""
    concentrations = CONCENTRATIONS[effort]
    found = []
    for done, concentration in enumerate(concentrations):
        watch(done, len(concentrations))
        found.append(floors(concentration))
    worlds = dict(zip(concentrations, found, strict=True))
    numbers = {key: exactly(value, SOLVED) for key, value in _worst(worlds).items()}
    return Findings(numbers, {"density": _lines(worlds, "density"), "mean": _lines(worlds, "mean")})


def floors(concentration: float) -> Mapping[str, float]:
    """Nats at each loss's exact optimum: "LOSS density", "LOSS mean" of softmax f, and "LOSS own mean", that of the
    density that it implies; "likelihood ..." of the continuous categorical."""
    import torch

    from toy_models.minimise import match_moments
    from toy_models.simplex.objectives import OBJECTIVES
    from toy_models.simplex.processes import world_of
    from toy_models.simplex.spec import SimplexSpec
    from toy_models.threads import one_thread

    world = world_of(SimplexSpec(concentration=concentration))
    found: dict[str, float] = {}
    with one_thread():
        for name in _NAMES:
            logits = OBJECTIVES[name].population(world).optimum()
            found |= _floors(world, name, logits, world.log_base)
        even = torch.full_like(world.log_base, -float(torch.tensor(len(world.labels), dtype=torch.float64).log()))
        found |= _floors(world, "likelihood", match_moments(world.labels, even, world.mean_labels), even)
    return found


def _floors(world: "SimplexWorld", name: str, logits: "Tensor", log_base: "Tensor") -> dict[str, float]:
    implied = (log_base + logits @ world.labels.T).log_softmax(dim=-1)
    means = {"mean": logits.softmax(dim=-1), "own mean": implied.exp() @ world.labels}
    truth = world.mean_labels
    divergences = {key: (truth * (truth.log() - mean.log())).sum(dim=1) for key, mean in means.items()}
    terms = world.log_density.exp() * (world.log_density - implied)
    found = {"density": terms.nan_to_num(nan=0.0).sum(dim=1), **divergences}
    return {f"{name} {key}": float(world.mean(values)) for key, values in found.items()}


def _worst(worlds: Mapping[float, Mapping[str, float]]) -> dict[str, float]:
    """Over the judged concentrations: the least floor where one is claimed, the largest where none is."""
    judged = [worlds[each] for each in JUDGED]
    least = {key: min(found[key] for found in judged) for key in judged[0]}
    most = {key: max(found[key] for found in judged) for key in judged[0]}
    exact = "soft_target_infonce_exact_noise"
    return {
        "ce_density": least["soft_target_cross_entropy density"],
        "ce_mean": most["soft_target_cross_entropy mean"],
        "st_density": most["soft_target_infonce density"],
        "st_mean": least["soft_target_infonce mean"],
        "exact_density": most[f"{exact} density"],
        "exact_mean": most[f"{exact} own mean"],
        "likelihood_density": worlds[1.0]["likelihood density"],
        "likelihood_mean": most["likelihood own mean"],
        "exact_softmax": least[f"{exact} mean"],
    }


def _lines(worlds: Mapping[float, Mapping[str, float]], what: str) -> tuple[Line, ...]:
    at = tuple(worlds)
    lines = [
        Line(title, name, at, tuple(worlds[each][f"{name} {what}"] for each in at)) for name, title in _NAMES.items()
    ]
    key = "likelihood density" if what == "density" else "likelihood own mean"
    return (*lines, Line("Continuous categorical likelihood", "truth", at, tuple(worlds[each][key] for each in at)))


CLAIM = Claim(
    name="categorical_floor",
    title="The categorical assumption",
    statement=(
        "With soft labels, cross-entropy gets the mean label right and the density of labels wrong, however much data"
        " there is; soft target InfoNCE the other way round. With the exact noise in place of the class prior neither"
        " is wrong, nor by the continuous categorical likelihood where labels follow that family."
    ),
    source=Source(
        "soft_target",
        (
            "The abstract says that cross-entropy takes labels to be categorical and that a toy example shows where"
            " this falls short. The comparison both ways and the exact noise are ours; the continuous categorical is"
            " Gordon-Rodriguez et al.'s (2020, arXiv 2002.08563)."
        ),
    ),
    formula=(
        r"p(w \mid x) \propto b(w)\, e^{w \cdot h(x)}, \qquad"
        r" \min_f\; \mathbb{E}_x\, \mathrm{KL}\bigl(p(\cdot \mid x) \,\|\, b\, e^{w \cdot f(x)} / Z\bigr)"
    ),
    measured=(
        "Exact optima on the grid of the simplex world, base density Dirichlet(1) and (1.5); no network, no batch."
    ),
    parts=(
        Part("ce_density", "Cross-entropy misses the density", "nats", Above(SEEN)),
        Part("ce_mean", "Cross-entropy gets the mean label", "nats", Below(GONE)),
        Part("st_density", "Soft target InfoNCE gets the density", "nats", Below(GONE)),
        Part("st_mean", "Soft target InfoNCE misses the mean label", "nats", Above(SEEN)),
        Part("exact_density", "Exact noise gets the density", "nats", Below(GONE)),
        Part("exact_mean", "Exact noise gets the mean label, read off its own density", "nats", Below(GONE)),
        Part("likelihood_density", "The continuous categorical likelihood gets its own family", "nats", Below(GONE)),
        Part("likelihood_mean", "The continuous categorical likelihood gets the mean label", "nats", Below(GONE)),
    ),
    headline="st_density",
    drawings=(
        Drawing(
            "density",
            "How far is each loss's best density from the true one?",
            "Concentration of the base density",
            "KL to the true density, nats",
            (
                "Each mark is the exact optimum of a loss, with no network and no noise left: 0 is a loss that can"
                " learn the density of labels. At concentration 1 the world is the continuous categorical family"
                " itself."
            ),
        ),
        Drawing(
            "mean",
            "How far is each loss's mean label from the true one?",
            "Concentration of the base density",
            "KL of the mean label, nats",
            (
                "The mean label is read as softmax of the logits, which is what people do; for the likelihood, off"
                " its own density. High for exact noise: its logits describe a density, and softmax is not that"
                " density's mean."
            ),
        ),
    ),
    changes=(
        "A noise model that fits: to correct by the class prior is to assume that noise is continuous categorical with"
        " that prior as its parameter, and the true noise is a mixture of such densities. Where the mixture is nearly"
        " one of them (labels hardly depend on x), the density floor of soft target InfoNCE falls below the threshold"
        " too."
    ),
    caveats=(
        ("The world is our construction, and no replication of the paper's toy example, of which we have the abstract's"
        " sentence alone."),
        "Which of the two is the right question, the density or its mean, the application decides.",
        "The mean label read as softmax is off by 1 nat and more for exact noise: read it off the density.",
    ),
    play_on=(
        PlayOn("simplex_labels", "Train all losses live, above these floors", "concentration=1&v=1"),
        PlayOn("losses", "The formulas of both losses"),
    ),
    measure=measure,
)  # fmt: skip
