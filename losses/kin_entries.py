"""Relatives of NT-Xent on two views, and of SupCon, as the catalogue has them. No torch here."""

from .embedding_entries import LABELLED_TEMPERATURE, PAIR_PRODUCTS, PAIRED_TEMPERATURE, VIEW_PRODUCTS
from .entries import Cost, LossEntry, Parameter, Source
from .records import Contrast

YEH = Source("Yeh et al., Decoupled Contrastive Learning (2021)", "2110.06848")
CHUANG = Source("Chuang et al., Robust Contrastive Learning against Noisy Views (2022)", "2201.04309")
KIM = Source("Kim & Kim, Temperature-Free Loss Function for Contrastive Learning (2025)", "2501.17683")
SOBAL = Source("Sobal et al., X-Sample Contrastive Loss (2024)", "2407.18134")
ZHAI = Source("Zhai et al., Sigmoid Loss for Language Image Pre-Training (2023)", "2303.15343")

SHARP_TEMPERATURE = Parameter("temperature", r"\tau", 0.1, 0.01, 2.0, "divides the cosine similarities")
PAIRS_ACROSS = Cost(
    "O(B²D)",
    "Three matrix products of one view with the other, as many as their similarities alone cost forward and backward. A"
    " block of rows of the B × B similarities is in memory at a time.",
)

KIN = (
    LossEntry(
        name="dcl",
        title="DCL",
        family="paired views",
        record=Contrast("view", others_below=True, own_below=False),
        formula=r"-\log \frac{e^{s_{ip}/\tau}}{\sum_{n \in \mathcal{N}} e^{s_{in}/\tau}}",
        gradient=r"\frac{1}{\tau}\begin{cases} -1 & j = p \\ e^{s_{ij}/\tau} / \sum_{n} e^{s_{in}/\tau} &"
        r" j \in \mathcal{N} \end{cases}",
        numerator="The similarity to the anchor's other view.",
        denominator="The similarities to all other anchors but that view: its pull never tires, and no floor at 0 is"
        " left. The authors' number is twice this one: they add up the means of the two views.",
        chance_level=r"\log(2B-2)",
        source=YEH,
        parameters=(SHARP_TEMPERATURE,),
        cost=VIEW_PRODUCTS,
        code=("paired_kin.dcl", "formulas.decoupled_of_anchors", "rules.decoupled_rule", "contrasts.forces"),
        worlds={"repulsion": 4, "two_views": 3},
    ),
    LossEntry(
        name="rince",
        title="RINCE",
        family="paired views",
        record=Contrast("view", others_below=True, power="q", density="density"),
        formula=r"-\frac{e^{q s_{ip}/\tau}}{q} + \frac{(\lambda D_i)^q}{q},\quad D_i = \sum_{j \neq i} e^{s_{ij}/\tau}",
        gradient=r"\tfrac{1}{\tau}\bigl((\lambda D_i)^q\, p_{ij} - e^{q s_{ip}/\tau} [j = p]\bigr)",
        numerator="A power of the similarity to the anchor's other view.",
        denominator="The same power of the similarities to all other anchors: subtracted, not divided by, so that a"
        " pair that fits badly weighs less. At q → 0 it is NT-Xent + log λ, at q = 1 an exponential loss; its number"
        " compares with no other loss's.",
        chance_level=r"e^{q/\tau} ((\lambda(2B-1))^q - 1)/q",
        source=CHUANG,
        parameters=(
            PAIRED_TEMPERATURE,
            Parameter("q", "q", 0.5, 0.0, 1.0, "the power: 0 is the logarithm, towards 1 false positives weigh less"),
            Parameter("density", r"\lambda", 0.01, 0.001, 1.0, "the weight of what is below"),
        ),
        cost=VIEW_PRODUCTS,
        code=("paired_kin.rince", "formulas.powered_of_anchors", "rules.power_rule", "contrasts.forces"),
        worlds={"repulsion": 5, "two_views": 4},
        unit="units of exp(q s / tau)",
    ),
    LossEntry(
        name="temperature_free_infonce",
        title="Temperature-free InfoNCE",
        family="paired views",
        record=Contrast("view", others_below=True, straight=0.0, curved=1.0, lower=1.0),
        formula=r"-\log \frac{e^{T(s_{ip})}}{\sum_{j \neq i} e^{T(s_{ij})}},\quad"
        r" T(s) = \log \frac{1+s}{1-s} = 2 \operatorname{artanh} s",
        gradient=r"\frac{2}{1-s_{ij}^2}\bigl(p_{ij} - [j = p]\bigr)",
        numerator="The odds of the similarity to the anchor's other view.",
        denominator="The odds of the similarities to all other anchors. Towards s = 1 the coordinate has the pole of"
        " Weibit at β = 1.",
        chance_level=r"\log(2B-1)",
        source=KIM,
        parameters=(),
        cost=VIEW_PRODUCTS,
        code=(
            "paired_kin.temperature_free_infonce",
            "formulas.log_odds",
            "rules.log_odds_rule",
            "contrasts.slopes",
            "contrasts.forces",
        ),
        worlds={"repulsion": 6, "two_views": 5},
    ),
    LossEntry(
        name="siglip",
        title="SigLIP",
        family="paired views",
        record=Contrast("view", others_below=True, bias="bias", across=True),
        formula=r"\log(1 + e^{-s_{ip}/\tau - b}) + \sum_{n \in \mathcal{N}'} \log(1 + e^{s_{in}/\tau + b})",
        gradient=r"\frac{1}{\tau}\begin{cases} -\sigma(-s_{ip}/\tau - b) & j = p \\ \sigma(s_{ij}/\tau + b) &"
        r" j \in \mathcal{N}' \end{cases}",
        numerator="The similarity to the anchor's other view, in a logistic regression of its own.",
        denominator="There is none that is shared: each of the B - 1 other samples of the other view, N', is a logistic"
        " regression of its own. Views of one side do not meet.",
        chance_level=r"\log(1 + e^{-1/\tau - b}) + (B-1) \log(1 + e^{1/\tau + b})",
        source=ZHAI,
        parameters=(
            SHARP_TEMPERATURE,
            Parameter("bias", "b", -10.0, -20.0, 5.0, "the log-odds of a pair, before its similarity is seen"),
        ),
        cost=PAIRS_ACROSS,
        code=("sigmoid.siglip", "formulas.pairs_of_anchors", "sigmoid.PairPass", "contrasts.forces"),
        worlds={"repulsion": 7, "two_views": 6},
    ),
    LossEntry(
        name="x_clr",
        title="X-CLR",
        family="labelled embeddings",
        record=Contrast("class", others_below=True, target_temperature="target_temperature"),
        formula=r"-\sum_{j \neq i} t_{ij} \log \frac{e^{s_{ij}/\tau}}{\sum_{a \neq i} e^{s_{ia}/\tau}},\quad"
        r" t_{ij} = \frac{e^{G_{ij}/\tau_s}}{\sum_{a \neq i} e^{G_{ia}/\tau_s}}",
        gradient=r"\tfrac{1}{\tau}\bigl(q_{ij} - t_{ij}\bigr)",
        numerator="The similarity to one other anchor, averaged over all other anchors with weights $t_{ij}$; SupCon"
        " averages over the positives alone. The more similar a pair is wanted, which $G_{ij}$ says, the larger its"
        " weight: the lab takes $G_{ij}$ = 1 within a class and 0 on noise; the function also takes similarities of the"
        " user's own, such as cosines of captions, as the authors do.",
        denominator="The similarities to all other anchors, as in SupCon, which this loss becomes as $\\tau_s \\to 0$."
        " At any larger $\\tau_s$ noise is pulled as well as pushed: the loss is least where $s/\\tau$ of positives"
        " exceeds that of noise by $1/\\tau_s$, and asks for no more.",
        chance_level=r"\log(N-1)",
        source=SOBAL,
        parameters=(
            LABELLED_TEMPERATURE,
            Parameter("target_temperature", r"\tau_s", 0.1, 0.01, 10.0, "divides the similarities that are wanted"),
        ),
        cost=PAIR_PRODUCTS,
        code=(
            "soft_labelled.x_clr",
            "formulas.x_clr_of_anchors",
            "formulas.targets_by_role",
            "rules.x_clr_rule",
            "forces.x_clr_forces",
        ),
        worlds={"repulsion": 8},
    ),
)
