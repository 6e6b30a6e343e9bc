"""What is said of a loss in one entry of the catalogue. No torch here."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from .errors import LabError
from .records import Choosing, Contrast

FAMILIES = ("class head", "labelled embeddings", "paired views")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A setting of a loss: its keyword, its letter in formulas, default and sensible range."""

    name: str
    symbol: str
    default: float
    low: float
    high: float
    meaning: str


@dataclass(frozen=True, slots=True)
class Choice:
    """A setting of a loss that is one of a few words: its keyword, default and all of them."""

    name: str
    default: str
    options: tuple[str, ...]
    meaning: str


@dataclass(frozen=True, slots=True)
class Source:
    """Where a loss is from."""

    citation: str
    arxiv: str


@dataclass(frozen=True, slots=True)
class Cost:
    """`time` of forward and backward together; `words`: the matrix products in it and the memory beside the input."""

    time: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LossEntry:
    """One loss: formulas are LaTeX, `numerator` and `denominator` say in words what is contrasted with what.

    `record`: what it contrasts, from which forces, anatomy, curves, chance level and floor follow on every page.
    `gradient` is d loss_i / d f_i for class heads and d loss_i / d s_ij for embeddings. `chance_level` (LaTeX) is
    the loss, in `unit`, of constant logits with a uniform prior, or of all-equal embeddings. `code` names what runs,
    below `losses`, outermost first: the public function, its formula, the fast path, the derivative. `worlds`: the toy
    worlds that list it, with its place there; of a loss that none lists `no_world` says why. `trained_with`: parameters
    of `checkpoints.train` that differ from the catalogue's.
    """

    name: str
    title: str
    family: str
    record: Contrast | Choosing
    formula: str
    gradient: str
    numerator: str
    denominator: str
    chance_level: str
    source: Source
    parameters: tuple[Parameter, ...]
    cost: Cost
    code: tuple[str, ...]
    choices: tuple[Choice, ...] = ()
    worlds: Mapping[str, int] = field(default_factory=dict)
    trained_with: Mapping[str, float] = field(default_factory=dict)
    no_world: str = ""
    unit: str = "nats"

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise LabError("family", f"must be one of {', '.join(FAMILIES)}", repr(self.family))

    @property
    def defaults(self) -> dict[str, float]:
        """Parameter -> its default."""
        return {item.name: item.default for item in self.parameters}

    @property
    def chance_words(self) -> str:
        """The chance level for a label that takes no LaTeX; of one that hangs on more than counts, what it is of.

        >>> from .catalog import CATALOG
        >>> [CATALOG[name].chance_words for name in ("nll", "sincere", "eps_sup_infonce", "siglip")]
        ['log K', 'log(1+|noise|)', 'log(e^-ε+|noise|)', 'all equal']
        """
        if isinstance(self.record, Contrast) and self.record.depends_on_level:
            return "all equal"
        plain = self.chance_level.replace(" + ", "+").replace(r"{-\epsilon}", "-ε")
        return plain.replace(r"\mathcal{N}", "noise").replace("\\", "")

    @property
    def contrast(self) -> Contrast:
        """The record of a loss of embeddings. LabError for a class head's."""
        if not isinstance(self.record, Contrast):
            raise LabError("loss", "must be one of embeddings, without a class head", repr(self.name))
        return self.record

    @property
    def choosing(self) -> Choosing:
        """The record of a loss of a class head. LabError for one of embeddings."""
        if not isinstance(self.record, Choosing):
            raise LabError("loss", "must be one of a class head, with logits", repr(self.name))
        return self.record
