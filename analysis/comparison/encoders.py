"""Trained encoders beside each other, and what the papers publish of theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from analysis.comparison.over_seeds import mean_over
from analysis.statistics.bootstrap import Estimate, Unavailable

To = Literal["nearest", "means"]


@dataclass(frozen=True, slots=True)
class EncoderResult:
    """One encoder on its test items, `against` so many train items.

    name: what links call it; title for a reader, without the seed; loss: its name in the catalogue. target, noise:
    medians of the nearest cosine in either; margin, one_nn, probe with intervals over test items; auc: share of pairs
    of a target and a noise in order, with its interval where the items are at hand. own_mean, other_mean, mean_margin,
    mean_auc: the same against the means of classes, see `neighbours.class_means`; train_apart: share of train items
    nearest to their own. None: not known.
    """

    name: str
    title: str
    loss: str
    data: str
    seed: int
    target: float
    noise: float
    margin: Estimate
    one_nn: Estimate
    against: int
    own_mean: float
    other_mean: float
    mean_margin: Estimate
    mean_auc: Estimate
    train_apart: float
    auc: float
    auc_interval: tuple[float, float] | None = None
    probe: Estimate | None = None
    head: Estimate | None = None
    ece: float | None = None

    def ends(self, to: To) -> tuple[float, float, Estimate]:
        """Median cosine to other classes, that to the own, and the margin between them."""
        if to == "means":
            return self.other_mean, self.own_mean, self.mean_margin
        return self.noise, self.target, self.margin

    def area(self, to: To) -> float:
        """Share of pairs of a target and a noise in order."""
        return self.mean_auc.value if to == "means" else self.auc

    @property
    def label(self) -> str:
        """With the seed."""
        return f"{self.title}, seed {self.seed}"

    @property
    def setting(self) -> tuple[str, str, int]:
        """All but the loss: data, what its title says beside the loss, seed."""
        return self.data, self.title.partition(", ")[2], self.seed


@dataclass(frozen=True, slots=True)
class PublishedResult:
    """What a paper's own files say: medians and margin where they are known, else an accuracy in words."""

    title: str
    loss: str
    data: str
    target: float
    noise: float
    margin: float
    source: str
    differs: str


@dataclass(frozen=True, slots=True)
class OverSeedsOf:
    """A setting with its trainings, and the means of their margins, areas and 1-NN accuracies by Student's interval."""

    title: str
    data: str
    trainings: int
    margin: Estimate | Unavailable
    auc: Estimate | Unavailable
    mean_margin: Estimate | Unavailable
    mean_auc: Estimate | Unavailable
    one_nn: Estimate | Unavailable


_FIGURE = "Feeney & Hughes, arXiv 2309.14277: medians decoded from the authors' vector figures of CIFAR-10"
_DIFFERS = (
    "ResNet-50, 800 epochs, original pixels; learning rate and temperature were chosen for each loss, so that the two"
    " were trained at different temperatures"
)
PUBLISHED = (
    PublishedResult("SINCERE, tau 0.1, published", "sincere", "CIFAR-10", 0.994, 0.145, 0.849, _FIGURE, _DIFFERS),
    PublishedResult("SupCon, tau 0.05, published", "supcon", "CIFAR-10", 0.994, 0.732, 0.262, _FIGURE, _DIFFERS),
)
PUBLISHED_ACCURACIES = (
    ("InfoNCE", "linear probe", "50.01 ± 0.19"), ("WEINCE", "linear probe", "53.28 ± 0.28"),
    ("InfoNCE", "kNN, k = 50", "40.73"), ("WEINCE", "kNN, k = 50", "47.38"),
)  # fmt: skip
"""Of CIFAR-100 in per cent (Erol et al., arXiv 2606.00262): ResNet-18, 100 epochs, 4 seeds. The script that is released
for them adds two further terms to WEINCE's loss, which InfoNCE's run has not."""


PUBLISHED_BY_CLASS = (
    ("airplane", 0.768, 0.97, 0.291, 0.99), ("automobile", 0.819, 0.99, 0.164, 0.98),
    ("bird", 0.772, 0.97, 0.188, 0.96), ("cat", 0.964, 0.97, 0.183, 0.91), ("deer", 0.968, 0.99, 0.272, 0.99),
    ("dog", 0.843, 0.95, 0.229, 0.97), ("frog", 0.897, 0.99, 0.277, 1.00), ("horse", 0.839, 0.99, 0.264, 0.99),
    ("ship", 0.954, 0.99, 0.284, 0.99), ("truck", 0.901, 0.99, 0.271, 0.99),
)  # fmt: skip
"""Of CIFAR-10's classes, from the same figures: margin and area under the ROC of target against noise of `PUBLISHED`,
SINCERE's two and then SupCon's."""


Pair = tuple[EncoderResult, EncoderResult]


def pairs_of(results: Sequence[EncoderResult], first: str, second: str) -> list[Pair]:
    """Encoders of two losses, by name, that differ in nothing else."""
    partners = {each.setting: each for each in results if each.loss == second}
    return [(each, partners[each.setting]) for each in results if each.loss == first and each.setting in partners]


def over_their_seeds(results: Sequence[EncoderResult]) -> tuple[OverSeedsOf, ...]:
    """Of each setting with two trainings or more."""
    groups: dict[tuple[str, str], list[EncoderResult]] = {}
    for each in results:
        groups.setdefault((each.data, each.title), []).append(each)
    return tuple(
        OverSeedsOf(
            title, data, len(group), mean_over([each.margin.value for each in group]),
            mean_over([each.auc for each in group]), mean_over([each.mean_margin.value for each in group]),
            mean_over([each.mean_auc.value for each in group]), mean_over([each.one_nn.value for each in group]),
        )
        for (data, title), group in groups.items() if len(group) > 1
    )  # fmt: skip
