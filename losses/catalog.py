"""Every loss of the family, described: what menus, formulas and tests read. No torch here."""

from dataclasses import dataclass

from losses.errors import LabError

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
class LossEntry:
    """One loss: formulas are LaTeX, `numerator` and `denominator` say in words what is contrasted with what.

    `gradient` is d loss_i / d f_i for class heads and d loss_i / d s_ij for embeddings. `chance_level` (LaTeX) is
    the loss, in nats, of constant logits with a uniform prior, or of all-equal embeddings. `complexity` is the time
    of forward and backward together, `cost` the matrix products in it and the memory beside the input. `code` names
    what runs, below `losses`, outermost first: the public function, its formula, the fast path, the derivative.
    """

    name: str
    title: str
    family: str
    formula: str
    gradient: str
    numerator: str
    denominator: str
    chance_level: str
    citation: str
    arxiv: str
    parameters: tuple[Parameter, ...]
    complexity: str
    cost: str
    code: tuple[str, ...]
    choices: tuple[Choice, ...] = ()

    def __post_init__(self) -> None:
        if self.family not in FAMILIES:
            raise LabError("family", f"must be one of {', '.join(FAMILIES)}", repr(self.family))


HUGGER = (
    "Hugger & Uhlmann, Towards noise contrastive estimation with soft targets for conditional models",
    "2404.14076",
)
KHOSLA = ("Khosla et al., Supervised Contrastive Learning", "2004.11362")
FEENEY = ("Feeney & Hughes, SINCERE: Supervised Information Noise-Contrastive Estimation REvisited", "2309.14277")
BARBANO = ("Barbano et al., Unbiased Supervised Contrastive Learning", "2211.05568")
CHEN = ("Chen et al., A Simple Framework for Contrastive Learning of Visual Representations", "2002.05709")
EROL = ("Erol et al. (ICML 2026)", "2606.00262")

LOGIT_TEMPERATURE = Parameter("temperature", r"\tau", 1.0, 0.05, 10.0, "divides the logits")
LABELLED_TEMPERATURE = Parameter("temperature", r"\tau", 0.1, 0.01, 2.0, "divides the cosine similarities")
PAIRED_TEMPERATURE = Parameter("temperature", r"\tau", 0.5, 0.01, 2.0, "divides the cosine similarities")

ONE_PASS = ("O(NK)", "No matrix product: one pass over the logits, in time and in memory.")
CLASS_COUNTS = (
    "O(NK)",
    "No matrix product: candidates of one class share their score, so the sum over N candidates is one over K classes"
    " with their counts. O(NK) in memory too.",
)
TARGET_PRODUCTS = (
    "O(N²K)",
    "Two matrix products, logits with targets and back. A block of rows of the N × N scores is in memory at a time.",
)
PAIR_PRODUCTS = (
    "O(N²D)",
    "Three matrix products, as many as the similarities alone cost forward and backward. A block of rows of the N × N"
    " similarities is in memory at a time.",
)
VIEW_PRODUCTS = (
    "O(B²D)",
    "Three matrix products of the 2B anchors, as many as their similarities alone cost forward and backward. A block of"
    " rows of the 2B × 2B similarities is in memory at a time.",
)
TAIL_PRODUCTS = (
    "O(B²D)",
    "Four matrix products of the 2B anchors: one finds each anchor's nearest negatives for the evidence, three are"
    " NT-Xent's. A block of rows of the 2B × 2B similarities is in memory at a time, and the tails.",
)

LABEL_CODE = ("class_head._label_infonce", "class_head.label_scores", "forces.label_infonce_forces")
MARGIN_CODE = ("formulas.eps_sup_infonce_of_anchors", "rules.eps_sup_infonce_rule", "forces.eps_sup_infonce_forces")
CURVED_CODE = ("formulas.weibit_coordinate", "formulas.contrast_of_anchors", "rules.blend_rule", "rules.contrast_rule")

_ENTRIES = (
    LossEntry(
        "nll",
        "NLL",
        "class head",
        r"-\log \operatorname{softmax}(f_i/\tau)_{y_i}",
        r"\tfrac{1}{\tau}\bigl(\operatorname{softmax}(f_i/\tau) - e_{y_i}\bigr)",
        "The score of the sample's own class.",
        "The scores of all classes.",
        r"\log K",
        *HUGGER,
        (LOGIT_TEMPERATURE,),
        *ONE_PASS,
        ("class_head.nll", "forces.nll_forces"),
    ),
    LossEntry(
        "label_infonce",
        "Label InfoNCE",
        "class head",
        r"-\log \frac{e^{a_{ii}}}{\sum_j e^{a_{ij}}},\quad a_{ij} = f_{i,y_j}/\tau - \log \eta_{y_j}",
        r"\tfrac{1}{\tau}\bigl(\textstyle\sum_j p_{ij} e_{y_j} - e_{y_i}\bigr)",
        "The score of the sample's own label, less the log prior of its class.",
        "The scores of all labels in the batch, each less the log prior of its class.",
        r"\log N",
        *HUGGER,
        (LOGIT_TEMPERATURE,),
        *CLASS_COUNTS,
        ("class_head.label_infonce", *LABEL_CODE),
    ),
    LossEntry(
        "soft_target_cross_entropy",
        "Soft-target cross-entropy",
        "class head",
        r"-\sum_k w_{ik} \log \operatorname{softmax}(f_i/\tau)_k",
        r"\tfrac{1}{\tau}\bigl(\operatorname{softmax}(f_i/\tau) - w_i\bigr)",
        "The scores of all classes, averaged by the soft target.",
        "The scores of all classes.",
        r"\log K",
        *HUGGER,
        (LOGIT_TEMPERATURE,),
        *ONE_PASS,
        ("class_head.soft_target_cross_entropy", "forces.soft_target_cross_entropy_forces"),
    ),
    LossEntry(
        "soft_distribution_infonce",
        "Soft distribution InfoNCE",
        "class head",
        r"-\log \frac{e^{a_{ii}}}{\sum_j e^{a_{ij}}},\quad a_{ij} = f_{i,y_j}/\tau - \log \eta_{y_j},"
        r"\quad y_j \sim \operatorname{Cat}(w_j)",
        r"\tfrac{1}{\tau}\bigl(\textstyle\sum_j p_{ij} e_{y_j} - e_{y_i}\bigr)",
        "The score of a label drawn from the sample's own soft target, less the log prior of its class.",
        "The scores of labels drawn from all soft targets in the batch, each less the log prior of its class.",
        r"\log N",
        *HUGGER,
        (LOGIT_TEMPERATURE,),
        *CLASS_COUNTS,
        ("class_head.soft_distribution_infonce", "class_head.sample_labels", *LABEL_CODE),
    ),
    LossEntry(
        "soft_target_infonce",
        "Soft target InfoNCE",
        "class head",
        r"-\log \frac{e^{a_{ii}}}{\sum_j e^{a_{ij}}},\quad"
        r" a_{ij} = \textstyle\sum_k w_{jk} \bigl(f_{ik}/\tau - \log \eta_k\bigr)",
        r"\tfrac{1}{\tau}\bigl(\textstyle\sum_j p_{ij} w_j - w_i\bigr)",
        "The score of the sample's own soft target, less its mean log prior.",
        "The scores of all soft targets in the batch, each less its mean log prior.",
        r"\log N",
        *HUGGER,
        (LOGIT_TEMPERATURE,),
        *TARGET_PRODUCTS,
        (
            "class_head.soft_target_infonce",
            "class_head.target_scores",
            "candidates.CandidateSweep",
            "forces.soft_target_infonce_forces",
        ),
    ),
    LossEntry(
        "supcon",
        "SupCon",
        "labelled embeddings",
        r"-\frac{1}{|P|} \sum_{p \in P} \log \frac{e^{s_{ip}/\tau}}{\sum_{a \neq i} e^{s_{ia}/\tau}}",
        r"\frac{1}{\tau}\begin{cases} q_{ip} - 1/|P| & p \in P \\ q_{in} & n \in \mathcal{N} \end{cases}",
        "The similarity to one positive, averaged over the positives.",
        "The similarities to all other anchors, the other positives among them.",
        r"\log(N-1)",
        *KHOSLA,
        (LABELLED_TEMPERATURE,),
        *PAIR_PRODUCTS,
        ("labelled.supcon", "formulas.supcon_of_anchors", "rules.supcon_rule", "forces.supcon_forces"),
    ),
    LossEntry(
        "sincere",
        "SINCERE",
        "labelled embeddings",
        r"-\frac{1}{|P|} \sum_{p \in P} \log \frac{e^{s_{ip}/\tau}}{e^{s_{ip}/\tau} + B_i},"
        r"\quad B_i = \sum_{n \in \mathcal{N}} e^{s_{in}/\tau}",
        r"\frac{1}{|P|\tau}\begin{cases} -\dfrac{B_i}{e^{s_{ip}/\tau} + B_i} & p \in P \\"
        r" \sum_{p} \dfrac{e^{s_{in}/\tau}}{e^{s_{ip}/\tau} + B_i} & n \in \mathcal{N} \end{cases}",
        "The similarity to one positive, averaged over the positives.",
        "The similarity to that positive and those to the noise: no other positive.",
        r"\log(1 + |\mathcal{N}|)",
        *FEENEY,
        (LABELLED_TEMPERATURE,),
        *PAIR_PRODUCTS,
        ("labelled.sincere", *MARGIN_CODE),
    ),
    LossEntry(
        "eps_sup_infonce",
        "ε-SupInfoNCE",
        "labelled embeddings",
        r"-\frac{1}{|P|} \sum_{p \in P} \log \frac{e^{s_{ip}/\tau}}{e^{s_{ip}/\tau - \epsilon} + B_i}",
        r"\frac{1}{|P|\tau}\begin{cases} -\dfrac{B_i}{e^{s_{ip}/\tau - \epsilon} + B_i} & p \in P \\"
        r" \sum_{p} \dfrac{e^{s_{in}/\tau}}{e^{s_{ip}/\tau - \epsilon} + B_i} & n \in \mathcal{N} \end{cases}",
        "The similarity to one positive, averaged over the positives.",
        "The similarity to that positive, lowered by the margin, and those to the noise.",
        r"\log(e^{-\epsilon} + |\mathcal{N}|)",
        *BARBANO,
        (
            LABELLED_TEMPERATURE,
            Parameter("epsilon", r"\epsilon", 0.25, 0.0, 2.0, "the margin that a positive must keep over the noise"),
        ),
        *PAIR_PRODUCTS,
        ("labelled.eps_sup_infonce", *MARGIN_CODE),
    ),
    LossEntry(
        "nt_xent",
        "NT-Xent",
        "paired views",
        r"-\log \frac{e^{s_{ip}/\tau}}{\sum_{j \neq i} e^{s_{ij}/\tau}}",
        r"\tfrac{1}{\tau}\bigl(p_{ij} - [j = p]\bigr)",
        "The similarity to the anchor's other view.",
        "The similarities to all other anchors.",
        r"\log(2B-1)",
        *CHEN,
        (PAIRED_TEMPERATURE,),
        *VIEW_PRODUCTS,
        ("paired.nt_xent", "formulas.contrast_of_anchors", "rules.contrast_rule", "forces.nt_xent_forces"),
    ),
    LossEntry(
        "weibit",
        "Weibit",
        "paired views",
        r"-\log \frac{(1-s_{ip})^{-\beta}}{\sum_{j \neq i} (1-s_{ij})^{-\beta}}",
        r"\frac{\beta}{1-s_{ij}}\bigl(p_{ij} - [j = p]\bigr)",
        "A power of the distance from the anchor's other view to the endpoint 1.",
        "The same power for all other anchors.",
        r"\log(2B-1)",
        *EROL,
        (Parameter("beta", r"\beta", 4.0, 0.5, 16.0, "the exponent, the tail's Weibull shape"),),
        *VIEW_PRODUCTS,
        ("paired.weibit", *CURVED_CODE, "forces.weibit_forces"),
    ),
    LossEntry(
        "weince",
        "WEINCE",
        "paired views",
        r"-\log \frac{e^{l_{ip}}}{\sum_{j \neq i} e^{l_{ij}}},\quad"
        r" l_{ij} = (1-\lambda_i)\, s_{ij}/\tau - \lambda_i \beta_i \log(1 - s_{ij})",
        r"\Bigl(\frac{1-\lambda_i}{\tau} + \frac{\lambda_i \beta_i}{1-s_{ij}}\Bigr)\bigl(p_{ij} - [j = p]\bigr)",
        "The anchor's other view, on a coordinate between NT-Xent's and Weibit's.",
        "All other anchors on the same coordinate; the blend is the evidence of each anchor's own negatives.",
        r"\log(2B-1)",
        *EROL,
        (
            PAIRED_TEMPERATURE,
            Parameter("quantile", "q", 0.2, 0.0, 1.0, "the quantile of nearness over the batch that counts as near"),
            Parameter("aic_margin", r"\Delta_0", 2.0, 0.0, 6.0, "how much better Weibull must fit than Gumbel, in AIC"),
            Parameter("kappa_rho", r"\kappa_\rho", 10.0, 5.0, 20.0, "how sharply nearness turns the blend on"),
            Parameter("kappa_aic", r"\kappa_{\mathrm{AIC}}", 1.0, 0.5, 2.0, "how sharply the fit turns the blend on"),
            Parameter("tail_fraction", "t", 0.1, 0.0, 1.0, "the share of an anchor's negatives that is its tail"),
            Parameter("min_tail_points", r"k_{\min}", 32, 10, 512, "how many negatives a tail has at least"),
        ),
        *TAIL_PRODUCTS,
        (
            "paired.weince",
            "paired.weince_by",
            "evidence.tail_columns",
            "evidence.weigh",
            *CURVED_CODE,
            "forces.weince_forces",
        ),
        (
            Choice("evidence", "both", ("both", "rho", "aic"), "what turns the blend on: nearness, shape, or both"),
            Choice(
                "beta", "one", ("one", "estimated"), "the exponent: 1, as in the released code, or the tail's slope"
            ),
        ),
    ),
)

CATALOG: dict[str, LossEntry] = {entry.name: entry for entry in _ENTRIES}
