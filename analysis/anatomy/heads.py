"""A small batch of logits and soft targets, and any loss of a class head taken apart at one of its samples."""

from dataclasses import dataclass

import numpy as np

from analysis.anatomy.parts import Anatomy
from losses.catalog import CATALOG, entry_of
from losses.errors import LabError

SAMPLES, CLASSES = (2, 16), (2, 6)
LETTERS = "ABCDEF"
_TOLERANCE = 1e-3
_LARGEST = 100.0


@dataclass(frozen=True, slots=True)
class HeadBatch:
    """logits and targets of N samples over K classes, rows as tuples; targets lie on the simplex."""

    logits: tuple[tuple[float, ...], ...]
    targets: tuple[tuple[float, ...], ...]

    def __post_init__(self) -> None:
        if len({len(row) for row in (*self.logits, *self.targets)}) != 1 or len(self.logits) != len(self.targets):
            raise LabError("targets", "must have a row a sample and a column a class, as the logits")
        for name, bounds, count in (("samples", SAMPLES, len(self.logits)), ("classes", CLASSES, len(self.logits[0]))):
            if not bounds[0] <= count <= bounds[1]:
                raise LabError(name, f"must number {bounds[0]} to {bounds[1]}", count)
        if not (np.abs(self.logits) <= _LARGEST).all():
            raise LabError("logits", f"must be numbers from {-_LARGEST:g} to {_LARGEST:g}")
        for row, target in enumerate(self.targets, start=1):
            if not (min(target) >= 0 and abs(sum(target) - 1) <= _TOLERANCE):
                found = f"{' '.join(f'{w:g}' for w in target)} in row {row}"
                raise LabError("targets", "must be non-negative and sum to 1 in each row", but=f"are {found}")

    @property
    def prior(self) -> np.ndarray:
        """The class prior, (K,): the mean target of the batch."""
        return np.mean(self.targets, axis=0)


@dataclass(frozen=True, slots=True, eq=False)
class HeadAnatomy:
    """An anatomy with what its candidates mean for the classes: weights (M, K), each candidate's own distribution.

    The derivative by the logits is that by the scores, told by class: (below - above) / temperature, (K,).
    """

    anatomy: Anatomy
    logits: np.ndarray
    target: np.ndarray
    candidate_weights: np.ndarray
    temperature: float

    @property
    def classes_above(self) -> np.ndarray:
        """(K,), with sum 1: what the loss pulls towards."""
        return self.anatomy.weight_above @ self.candidate_weights

    @property
    def classes_below(self) -> np.ndarray:
        """(K,), with sum 1: what it pushes away from."""
        return self.anatomy.weight_below @ self.candidate_weights

    @property
    def forces(self) -> np.ndarray:
        """d loss_i / d f_ik, (K,)."""
        return (self.classes_below - self.classes_above) / self.temperature


def head_anatomy(batch: HeadBatch, loss: str, anchor: int, temperature: float, seed: int = 0) -> HeadAnatomy:
    """The loss of sample `anchor`, 0 to N-1. `seed` draws the labels of soft distribution InfoNCE."""
    record = entry_of(loss).choosing
    if not 0 <= anchor < len(batch.logits):
        raise LabError("anchor", f"must be 0 to {len(batch.logits) - 1}", anchor)
    if not 0 < temperature < np.inf:
        raise LabError("temperature", "must be a finite number above 0", temperature)
    given = given_targets(batch, loss, seed)
    build = {"batch": _of_candidates, "classes": _of_classes, "simplex": _of_simplex, "inputs": _of_inputs}[
        record.candidates
    ]
    anatomy, weights = build(batch, given, loss, anchor, temperature)
    return HeadAnatomy(anatomy, np.array(batch.logits[anchor]), given[anchor], weights, temperature)


def given_targets(batch: HeadBatch, loss: str, seed: int) -> np.ndarray:
    """What the loss takes, (N, K): the soft targets, or one-hot rows of their largest class or of drawn labels."""
    targets, record = np.array(batch.targets), CATALOG[loss].choosing
    if record.given == "target":
        return targets
    one_hot = np.eye(targets.shape[1])
    if not record.drawn:
        return one_hot[targets.argmax(axis=1)]
    rng = np.random.default_rng(seed)
    return one_hot[[rng.choice(len(row), p=row / row.sum()) for row in targets]]


def library_losses(batch: HeadBatch, loss: str, temperature: float, seed: int = 0) -> np.ndarray:
    """What the library's own function gives for each sample, (N,) in nats; labels that it would draw are drawn here."""
    import torch

    import losses

    record = CATALOG[loss].choosing
    logits, given = torch.tensor(batch.logits, dtype=torch.float64), torch.from_numpy(given_targets(batch, loss, seed))
    prior = (torch.from_numpy(batch.prior),) if record.has_prior else ()
    said = given if record.soft else given.argmax(dim=1)
    drawn = {"generator": torch.Generator()} if record.drawn else {}  # a target of one class leaves nothing to chance
    return getattr(losses, loss)(logits, said, *prior, temperature=temperature, reduction="none", **drawn).numpy()


def _of_classes(
    batch: HeadBatch, given: np.ndarray, loss: str, anchor: int, temperature: float
) -> tuple[Anatomy, np.ndarray]:
    """Candidates are the classes; there is a term for each class that the target has weight on."""
    logits, target = np.array(batch.logits[anchor]), given[anchor]
    above = np.eye(len(target), dtype=bool)[target > 0]
    found = Anatomy(
        loss=loss,
        scored_by="logit",
        anchor=f"sample {anchor + 1}",
        candidates=tuple(f"class {letter}" for letter in LETTERS[: len(target)]),
        scores=logits,
        exponents=logits / temperature,
        slopes=np.full(len(target), 1 / temperature),
        above=above,
        below=np.ones_like(above),
        weights=target[target > 0],
        special="All logits are equal: this is the chance level, log K." if np.ptp(logits) == 0 else "",
    )
    return found, np.eye(len(target))


def _of_candidates(
    batch: HeadBatch, given: np.ndarray, loss: str, anchor: int, temperature: float
) -> tuple[Anatomy, np.ndarray]:
    """Candidates are the labels or soft targets of the batch; the sample's own stands above."""
    logits, count = np.array(batch.logits[anchor]), len(given)
    scores = given @ logits / temperature - _log_prior(given, batch.prior)
    kind = "target" if CATALOG[loss].choosing.given == "target" else "label"
    letters = ["" if kind == "target" else f": {LETTERS[row.argmax()]}" for row in given]
    found = Anatomy(
        loss=loss,
        scored_by=f"score of the {kind}",
        anchor=f"sample {anchor + 1}",
        candidates=tuple(f"{kind} {j}{letter}" for j, letter in enumerate(letters, start=1)),
        scores=scores,
        exponents=scores,
        slopes=np.ones(count),
        above=np.eye(count, dtype=bool)[[anchor]],
        below=np.ones((1, count), dtype=bool),
        weights=np.ones(1),
        special=_special(given, scores, kind),
    )
    return found, given


def _of_simplex(
    batch: HeadBatch, given: np.ndarray, loss: str, anchor: int, temperature: float
) -> tuple[Anatomy, np.ndarray]:
    """The sample's own target above, all points of the simplex below: as one candidate, whose exponent is log C."""
    import torch

    from losses.simplex_integral import integral_and_mean

    exponents = np.array(batch.logits[anchor]) / temperature
    log_normaliser, mean = (found.numpy() for found in integral_and_mean(torch.from_numpy(exponents)[None]))
    scores = np.array([given[anchor] @ exponents, log_normaliser[0]])
    found = Anatomy(
        loss=loss,
        scored_by="score, or log C",
        anchor=f"sample {anchor + 1}",
        candidates=(f"target {anchor + 1}", "the whole simplex"),
        scores=scores,
        exponents=scores,
        slopes=np.ones(2),
        above=np.array([[True, False]]),
        below=np.array([[False, True]]),
        weights=np.ones(1),
        special="All logits are equal: the density is uniform, the chance level 0." if np.ptp(exponents) == 0 else "",
    )
    return found, np.stack([given[anchor], mean[0]])


def _of_inputs(
    batch: HeadBatch, given: np.ndarray, loss: str, anchor: int, temperature: float
) -> tuple[Anatomy, np.ndarray]:
    """Candidates are the inputs of the batch, scored by the sample's class; the sample stands above.

    Of the sample's own logits the loss moves that of its class alone: only its own candidate means a class.
    """
    count, label = len(given), int(given[anchor].argmax())
    scores, own = np.array(batch.logits)[:, label], np.arange(count) == anchor
    others = given.argmax(axis=1) != label
    below = np.ones(count, dtype=bool) if CATALOG[loss].choosing.own_class_below else others
    if not below.any():
        rule = "must name two classes: inputs of another class are all that NONL has below the bar"
        raise LabError("targets", rule, but=f"name {LETTERS[label]} alone", remedy="Change a row, or choose NTCE.")
    found = Anatomy(
        loss=loss,
        scored_by=f"logit of class {LETTERS[label]}",
        anchor=f"sample {anchor + 1}",
        candidates=tuple(f"input {j}: {LETTERS[row.argmax()]}" for j, row in enumerate(given, start=1)),
        scores=scores,
        exponents=scores / temperature,
        slopes=np.full(count, 1 / temperature),
        above=own[None],
        below=below[None],
        weights=np.ones(1),
        special="The class's logits are equal for all inputs: the chance level." if np.ptp(scores[below]) == 0 else "",
    )
    return found, own[:, None] * given


def _log_prior(given: np.ndarray, prior: np.ndarray) -> np.ndarray:
    """sum_k w_jk log eta_k, (N,), with 0 log 0 = 0."""
    return given @ np.log(np.where(prior > 0, prior, 1))


def _special(given: np.ndarray, scores: np.ndarray, kind: str) -> str:
    if np.ptp(given, axis=0).max() == 0:
        return f"All {kind}s of the batch are equal: nothing is contrasted, the loss is log N, and no logit is moved."
    if np.ptp(scores) == 0:
        return f"The scores of all {kind}s are equal: each has a share of one in N, the chance level log N."
    return ""
