"""More data does not cure a softmax where winners come from an endpoint: the noise floor's world."""

import numpy as np

from analysis.rules.findings import Drawing, Findings, Line, estimates
from analysis.rules.kinds import Above, Below, Same
from analysis.rules.numbers import exactly, mean_of
from analysis.rules.verdict import Part
from claims.claim import Claim, Effort, PlayOn, Source, Watch

REPEATS = {Effort.QUICK: 40, Effort.FULL: 400}
EACH = 100  # repetitions of a draw of winners that one squared error is the mean of
DRAWS = (100, 1000, 10_000, 100_000)
FLOOR, GONE, RATE_MARGIN = 0.03, 0.001, 0.1


def measure(effort: Effort, seed: int, watch: Watch) -> Findings:
    """Squared errors of the top score's log-odds through both links, in independent blocks of repetitions."""
    from toy_models.noise_floor import NoiseFloorSpec, reference
    from toy_models.noise_floor.spec import LINKS

    spec, links = NoiseFloorSpec(draws=DRAWS), list(LINKS)
    repeats = REPEATS[effort]
    errors = np.empty((repeats, len(links), len(DRAWS)))
    for block, rng in enumerate(np.random.default_rng([seed, 8]).spawn(repeats)):
        watch(block, repeats)
        errors[block] = squared_errors(spec, rng)
    answer = reference(spec)
    weibit, softmax = links.index("weibit"), links.index("softmax")
    theory = answer.links[weibit]
    over = f"blocks of {EACH} repetitions"
    numbers = {
        "softmax": mean_of(errors[:, softmax, -1], over),
        "weibit": mean_of(errors[:, weibit, -1], over),
        "rate": mean_of(errors[:, weibit, -1] * DRAWS[-1] / theory.error_rate, over),
        "theory": exactly(answer.links[softmax].floor, 1e-9),
    }
    lines = []
    for place, (link, title) in enumerate(LINKS.items()):
        found = [mean_of(errors[:, place, column], over) for column in range(len(DRAWS))]
        x = tuple(map(float, DRAWS))
        style = {"softmax": "nt_xent"}.get(link, link)
        lines.append(estimates(title, style, x, found))
        exact = tuple(map(float, answer.links[place].squared_error(np.array(DRAWS))))
        lines.append(Line(f"{title}: theory", style, x, exact, exact=True))
    return Findings(numbers, {"errors": tuple(lines)})


def squared_errors(spec: object, rng: np.random.Generator) -> np.ndarray:
    """Mean squared errors (links, draws) of one block; estimates that are infinite are left out."""
    from toy_models.noise_floor.maximum_likelihood import coordinate, fit_slopes
    from toy_models.noise_floor.spec import LINKS, NoiseFloorSpec
    from toy_models.noise_floor.theory import winners

    assert isinstance(spec, NoiseFloorSpec)
    scores, probs = np.array(spec.scores), winners(spec)
    found = np.empty((len(LINKS), len(spec.draws)))
    for column, draws in enumerate(spec.draws):
        counts = rng.multinomial(draws, probs, size=EACH)
        for row, link in enumerate(LINKS):
            x = coordinate(link, scores)
            off = fit_slopes(x, counts) * (x[-1] - x[0]) - spec.log_odds
            found[row, column] = np.square(off[np.isfinite(off)]).mean()
    return found


CLAIM = Claim(
    name="softmax_floor",
    title="A softmax keeps a floor at the top",
    statement=(
        "Where winners come from scores with an endpoint, a softmax of the scores stays wrong about the top one however"
        " many winners are seen; the Weibit link's error falls with 1/n."
    ),
    source=Source(
        "weince",
        (
            "The abstract says that softmax is the likelihood of Gumbel noise and that bounded cosines have Weibull"
            " extremes; the experiment is the fourth of the released synthetic notebook."
        ),
    ),
    formula=(
        r"p_j \propto (1 - s_j)^{-\alpha}; \qquad \text{Weibit: } e^{-b \log(1 - s_j)},"
        r" \quad \text{softmax: } e^{b s_j}"
    ),
    measured=(
        "The noise floor's world at the released scores (0.15, 0.45, 0.70, 0.90) and exponent 0.8; 100,000 winners."
    ),
    parts=(
        Part("softmax", "Softmax: squared error left with 100,000 winners", "nats²", Above(FLOOR)),
        Part("weibit", "Weibit: squared error left with 100,000 winners", "nats²", Below(GONE)),
        Part("rate", "Weibit: error as a share of what theory says", "", Same(RATE_MARGIN, 1.0)),
    ),
    headline="softmax",
    drawings=(
        Drawing(
            "errors",
            "Does more data help?",
            "Winners seen, n",
            "Squared error of the log-odds, nats²",
            (
                "Marks are means over repetitions with 95 % intervals, dotted lines the exact theory. A line that"
                " bends to the level is an error that data cannot cure."
            ),
            log_x=True,
            log_y=True,
        ),
    ),
    changes=(
        "Winners that do come from a softmax: then the roles are exchanged, and the Weibit link keeps the floor. The"
        " claim is about which noise there is, not about which link is better."
    ),
    caveats=(
        (
            "Winners are drawn from the Weibit link itself, so it cannot be wrong here; real similarities need not"
            " obey it."
        ),
        (
            "One parameter a link: a network can bend its scores before the softmax, and a floor of this kind is then"
            " one of training, not of the loss."
        ),
    ),
    play_on=(
        PlayOn("noise_floor", "Change scores, exponent and draws, and watch the floor"),
        PlayOn("coordinate_lens", "What each link makes of a hard negative"),
    ),
    measure=measure,
)  # fmt: skip
