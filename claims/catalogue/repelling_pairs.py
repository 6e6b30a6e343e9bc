"""Does a loss push same-class pairs apart? Counted while free vectors are trained, and on the shipped encoders."""

from collections.abc import Callable

import numpy as np

from analysis.rules.findings import Drawing, Findings, Line
from analysis.rules.kinds import Above, Never
from analysis.rules.numbers import Evidence, Share, mean_of
from analysis.rules.verdict import Part
from claims.claim import Claim, Effort, PlayOn, Source, Watch

SEEDS = {Effort.QUICK: 6, Effort.FULL: 24}
STEPS = 200
LOSSES = ("supcon", "sincere")
ZOO = {name: f"checkpoints/zoo/{name}.safetensors" for name in LOSSES}
BATCHES = {Effort.QUICK: 5, Effort.FULL: 40}
BATCH = 128
SEEN, UNSEEN = 0.05, 1e-3


def measure(effort: Effort, seed: int, watch: Watch) -> Findings:
    """Repelling shares over the training of free vectors, then in batches of the shipped encoders' embeddings."""
    batches, seeds = BATCHES[effort], SEEDS[effort]
    total = STEPS + len(LOSSES) * batches
    steps, shares = over_training(seeds, seed, lambda step: watch(step, total))
    supcon, sincere = shares[:, 0], shares[:, 1]
    pairs = 4 * 8 * 7  # of the spec's defaults: ordered, within a class
    seen = f"pairs of {len(steps)} steps x {seeds} seeds"
    encoders = [of_encoder(name, batches, seed, lambda done: watch(STEPS + done, total)) for name in LOSSES]
    numbers: dict[str, Evidence] = {
        "supcon": mean_of(supcon.mean(axis=0), "seeds"),
        "sincere": Share(int(np.rint(sincere * pairs).sum()), sincere.size * pairs, seen),
        "supcon_encoder": mean_of(encoders[0][:, 0] / encoders[0][:, 1], "batches"),
        "sincere_encoder": Share(*_totals(encoders[1]), over=f"pairs of {batches} batches"),
    }
    lines = (_line("SupCon", LOSSES[0], steps, supcon), _line("SINCERE", LOSSES[1], steps, sincere))
    return Findings(numbers, {"shares": lines})


def over_training(seeds: int, seed: int, on_step: Callable[[int], None]) -> tuple[np.ndarray, np.ndarray]:
    """Steps (T,), and the share of same-class pairs that repel (T, losses, seeds), on the sphere."""
    from toy_models.repulsion import RepulsionSpec, Trace, simulate

    spec = RepulsionSpec(losses=LOSSES, seeds=seeds, seed=seed, steps=STEPS)
    trace = Trace.of(spec, list(simulate(spec, on_step=on_step)))
    return trace.steps, trace.repelling_share


def of_encoder(name: str, batches: int, seed: int, watch: Callable[[int], None]) -> np.ndarray:
    """How many same-class pairs repel and how many there are (batches, 2), in random batches of the train embeddings of
    a shipped encoder, under its own loss."""
    import torch

    from analysis.forces.matrix import force_matrix
    from checkpoints.opening import open_outputs
    from claims.code_version import ROOT
    from losses.pairs import roles_by_label
    from toy_models.repulsion.measure import resolution

    outputs = open_outputs(ROOT / ZOO[name])
    counted = np.empty((batches, 2))
    for batch, rng in enumerate(np.random.default_rng([seed, 3]).spawn(batches)):
        watch(batch)
        rows = rng.choice(len(outputs.train), size=BATCH, replace=False)
        matrix = force_matrix(outputs.train.embeddings[rows], outputs.train.labels[rows], name, outputs.temperature)
        roles = roles_by_label(torch.from_numpy(matrix.labels.astype(np.int64)))
        beyond_rounding = matrix.forces > resolution(roles, outputs.temperature, torch.float64).numpy()
        counted[batch] = (beyond_rounding & matrix.same_class).sum(), matrix.same_class.sum()
    return counted


def _line(title: str, name: str, steps: np.ndarray, shares: np.ndarray) -> Line:
    """Median over seeds (T, S) with the lowest and the highest."""
    middle, low, high = np.median(shares, axis=1), shares.min(axis=1), shares.max(axis=1)
    x, y = tuple(map(float, steps)), tuple(map(float, middle))
    return Line(title, name, x, y, tuple(map(float, low)), tuple(map(float, high)))


def _totals(counted: np.ndarray) -> tuple[int, int]:
    """Of (batches, 2): how many repel, and how many there are."""
    repel, pairs = counted.sum(axis=0)
    return int(repel), int(pairs)


CLAIM = Claim(
    name="repelling_pairs",
    title="Same-class pairs that repel",
    statement="SupCon can make images of one class repel each other; SINCERE never does.",
    source=Source((
        "sincere"
    ), (
        "The abstract says that SupCon can make images of one class repel, and that SINCERE ends it."
    )),
    formula=(
        r"\text{SupCon: } \frac{\partial \ell_i}{\partial s_{ip}} = \frac{1}{\tau} \Bigl( q_{ip} - \frac{1}{|P(i)|}"
        r" \Bigr), \qquad \text{SINCERE: } \le 0"
    ),
    measured=(
        "Four classes of eight free vectors on the sphere, 200 steps from the same start, each seed another start; and"
        " batches of 128 train embeddings of the two shipped digits encoders, each under its own loss."
    ),
    parts=(
        Part("supcon", "SupCon, free vectors: share of same-class pairs that repel", "", Above(SEEN)),
        Part("sincere", "SINCERE, free vectors: share of same-class pairs that repel", "", Never(UNSEEN)),
        Part("supcon_encoder", "SupCon's encoder: share of same-class pairs that repel", "", Above(SEEN)),
        Part("sincere_encoder", "SINCERE's encoder: share of same-class pairs that repel", "", Never(UNSEEN)),
    ),
    headline="supcon",
    drawings=(
        Drawing(
            "shares",
            "Which share of same-class pairs repels?",
            "Step of training",
            "Share of same-class pairs that repel",
            (
                "The median over seeds, the band from lowest to highest. A pair repels where the loss would rise"
                " if its cosine did."
            ),
        ),
    ),
    changes=(
        "One positive an anchor, or a temperature so high that no pair's share of the denominator exceeds 1/|P|: then"
        " SupCon repels nothing either. SINCERE cannot repel by its form, so a count above 0 would be a bug."
    ),
    caveats=(
        ("That a pair repels at a step does not say that it ends apart: of free vectors each class gathers in one place"
        " under both losses."),
        (
            "Pairs of one batch share their items, so they tell less than as many independent pairs would, and the true"
            " upper bound on SINCERE's share is higher than the one given. That the share is 0 follows from the form of"
            " the derivative, not from counting."
        ),
    ),
    play_on=(
        PlayOn("repulsion", "Watch the forces on the sphere while they act"),
        PlayOn("forces", "The matrix of forces of one batch, the two losses side by side"),
    ),
    measure=measure,
    files=tuple(ZOO.values()),
)  # fmt: skip
