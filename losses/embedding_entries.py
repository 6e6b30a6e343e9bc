"""The losses of embeddings, labelled or in two views, as the catalogue has them. No torch here."""

from .entries import Choice, Cost, LossEntry, Parameter, Source
from .records import Contrast

KHOSLA = Source("Khosla et al., Supervised Contrastive Learning", "2004.11362")
FEENEY = Source("Feeney & Hughes, SINCERE: Supervised Information Noise-Contrastive Estimation REvisited", "2309.14277")
BARBANO = Source("Barbano et al., Unbiased Supervised Contrastive Learning", "2211.05568")
CHEN = Source("Chen et al., A Simple Framework for Contrastive Learning of Visual Representations", "2002.05709")
EROL = Source("Erol et al. (ICML 2026)", "2606.00262")

LABELLED_TEMPERATURE = Parameter("temperature", r"\tau", 0.1, 0.01, 2.0, "divides the cosine similarities")
PAIRED_TEMPERATURE = Parameter("temperature", r"\tau", 0.5, 0.01, 2.0, "divides the cosine similarities")

PAIR_PRODUCTS = Cost(
    "O(N²D)",
    "Three matrix products, as many as the similarities alone cost forward and backward. A block of rows of the N × N"
    " similarities is in memory at a time.",
)
VIEW_PRODUCTS = Cost(
    "O(B²D)",
    "Three matrix products of the 2B anchors, as many as their similarities alone cost forward and backward. A block of"
    " rows of the 2B × 2B similarities is in memory at a time.",
)
TAIL_PRODUCTS = Cost(
    "O(B²D)",
    "Four matrix products of the 2B anchors: one finds each anchor's nearest negatives for the evidence, three are"
    " NT-Xent's. A block of rows of the 2B × 2B similarities is in memory at a time, and the tails.",
)

_RELEASED = "alone that is added: 0.5 is what the released script runs; the README and the formula name neither"
RELEASED_TERMS = (
    Parameter("weibull_weight", "w_W", 0.0, 0.0, 10.0, f"how much of Weibit on the nearest negatives {_RELEASED}"),
    Parameter("softmax_weight", "w_S", 0.0, 0.0, 10.0, f"how much of NT-Xent on the nearest negatives {_RELEASED}"),
    Parameter(
        "weibull_top", "m_W", 50, 1, 4096, "how many nearest negatives that Weibit has; all, where there are fewer"
    ),
    Parameter("softmax_top", "m_S", 50, 1, 4096, "how many that NT-Xent has"),
)
"""Beside WEINCE: no part of its formula, evidence and forces."""

MARGIN_CODE = ("formulas.eps_sup_infonce_of_anchors", "rules.eps_sup_infonce_rule", "forces.eps_sup_infonce_forces")
CURVED_CODE = ("formulas.weibit_coordinate", "formulas.contrast_of_anchors", "rules.blend_rule", "rules.contrast_rule")

EMBEDDINGS = (
    LossEntry(
        name="supcon",
        title="SupCon",
        family="labelled embeddings",
        record=Contrast("class", others_below=True),
        formula=r"-\frac{1}{|P|} \sum_{p \in P} \log \frac{e^{s_{ip}/\tau}}{\sum_{a \neq i} e^{s_{ia}/\tau}}",
        gradient=r"\frac{1}{\tau}\begin{cases} q_{ip} - 1/|P| & p \in P \\ q_{in} & n \in \mathcal{N} \end{cases}",
        numerator="The similarity to one positive, averaged over the positives.",
        denominator="The similarities to all other anchors, the other positives among them.",
        chance_level=r"\log(N-1)",
        source=KHOSLA,
        parameters=(LABELLED_TEMPERATURE,),
        cost=PAIR_PRODUCTS,
        code=("labelled.supcon", "formulas.supcon_of_anchors", "rules.supcon_rule", "forces.supcon_forces"),
        worlds={"repulsion": 0},
    ),
    LossEntry(
        name="sincere",
        title="SINCERE",
        family="labelled embeddings",
        record=Contrast("class", others_below=False),
        formula=r"-\frac{1}{|P|} \sum_{p \in P} \log \frac{e^{s_{ip}/\tau}}{e^{s_{ip}/\tau} + B_i},"
        r"\quad B_i = \sum_{n \in \mathcal{N}} e^{s_{in}/\tau}",
        gradient=r"\frac{1}{|P|\tau}\begin{cases} -\dfrac{B_i}{e^{s_{ip}/\tau} + B_i} & p \in P \\"
        r" \sum_{p} \dfrac{e^{s_{in}/\tau}}{e^{s_{ip}/\tau} + B_i} & n \in \mathcal{N} \end{cases}",
        numerator="The similarity to one positive, averaged over the positives.",
        denominator="The similarity to that positive and those to the noise: no other positive.",
        chance_level=r"\log(1 + |\mathcal{N}|)",
        source=FEENEY,
        parameters=(LABELLED_TEMPERATURE,),
        cost=PAIR_PRODUCTS,
        code=("labelled.sincere", *MARGIN_CODE),
        worlds={"repulsion": 1},
    ),
    LossEntry(
        name="eps_sup_infonce",
        title="ε-SupInfoNCE",
        family="labelled embeddings",
        record=Contrast("class", others_below=False, margin="epsilon"),
        formula=r"-\frac{1}{|P|} \sum_{p \in P} \log \frac{e^{s_{ip}/\tau}}{e^{s_{ip}/\tau - \epsilon} + B_i}",
        gradient=r"\frac{1}{|P|\tau}\begin{cases} -\dfrac{B_i}{e^{s_{ip}/\tau - \epsilon} + B_i} & p \in P \\"
        r" \sum_{p} \dfrac{e^{s_{in}/\tau}}{e^{s_{ip}/\tau - \epsilon} + B_i} & n \in \mathcal{N} \end{cases}",
        numerator="The similarity to one positive, averaged over the positives.",
        denominator="The similarity to that positive, lowered by the margin, and those to the noise.",
        chance_level=r"\log(e^{-\epsilon} + |\mathcal{N}|)",
        source=BARBANO,
        parameters=(
            LABELLED_TEMPERATURE,
            Parameter("epsilon", r"\epsilon", 0.25, 0.0, 2.0, "the margin that a positive must keep over the noise"),
        ),
        cost=PAIR_PRODUCTS,
        code=("labelled.eps_sup_infonce", *MARGIN_CODE),
        worlds={"repulsion": 2},
    ),
    LossEntry(
        name="nt_xent",
        title="NT-Xent",
        family="paired views",
        record=Contrast("view", others_below=True),
        formula=r"-\log \frac{e^{s_{ip}/\tau}}{\sum_{j \neq i} e^{s_{ij}/\tau}}",
        gradient=r"\tfrac{1}{\tau}\bigl(p_{ij} - [j = p]\bigr)",
        numerator="The similarity to the anchor's other view.",
        denominator="The similarities to all other anchors.",
        chance_level=r"\log(2B-1)",
        source=CHEN,
        parameters=(PAIRED_TEMPERATURE,),
        cost=VIEW_PRODUCTS,
        code=("paired.nt_xent", "formulas.contrast_of_anchors", "rules.contrast_rule", "forces.nt_xent_forces"),
        worlds={"repulsion": 3, "two_views": 0},
        trained_with={"temperature": 0.1},
    ),
    LossEntry(
        name="weibit",
        title="Weibit",
        family="paired views",
        record=Contrast("view", others_below=True, straight=0.0, curved="beta"),
        formula=r"-\log \frac{(1-s_{ip})^{-\beta}}{\sum_{j \neq i} (1-s_{ij})^{-\beta}}",
        gradient=r"\frac{\beta}{1-s_{ij}}\bigl(p_{ij} - [j = p]\bigr)",
        numerator="A power of the distance from the anchor's other view to the endpoint 1.",
        denominator="The same power for all other anchors.",
        chance_level=r"\log(2B-1)",
        source=EROL,
        parameters=(Parameter("beta", r"\beta", 4.0, 0.5, 16.0, "the exponent, the tail's Weibull shape"),),
        cost=VIEW_PRODUCTS,
        code=("paired.weibit", *CURVED_CODE, "forces.weibit_forces"),
        worlds={"two_views": 2},
    ),
    LossEntry(
        name="weince",
        title="WEINCE",
        family="paired views",
        record=Contrast("view", others_below=True, evidence=True),
        formula=r"-\log \frac{e^{l_{ip}}}{\sum_{j \neq i} e^{l_{ij}}},\quad"
        r" l_{ij} = (1-\lambda_i)\, s_{ij}/\tau - \lambda_i \beta_i \log(1 - s_{ij})",
        gradient=r"\Bigl(\frac{1-\lambda_i}{\tau} + \frac{\lambda_i \beta_i}{1-s_{ij}}\Bigr)"
        r"\bigl(p_{ij} - [j = p]\bigr)",
        numerator="The anchor's other view, on a coordinate between NT-Xent's and Weibit's.",
        denominator="All other anchors on the same coordinate; the blend is the evidence of each anchor's own"
        " negatives.",
        chance_level=r"\log(2B-1)",
        source=EROL,
        parameters=(
            PAIRED_TEMPERATURE,
            Parameter("quantile", "q", 0.2, 0.0, 1.0, "the quantile of nearness over the batch that counts as near"),
            Parameter("aic_margin", r"\Delta_0", 2.0, 0.0, 6.0, "how much better Weibull must fit than Gumbel, in AIC"),
            Parameter("kappa_rho", r"\kappa_\rho", 10.0, 5.0, 20.0, "how sharply nearness turns the blend on"),
            Parameter("kappa_aic", r"\kappa_{\mathrm{AIC}}", 1.0, 0.5, 2.0, "how sharply the fit turns the blend on"),
            Parameter("tail_fraction", "t", 0.1, 0.0, 1.0, "the share of an anchor's negatives that is its tail"),
            Parameter("min_tail_points", r"k_{\min}", 32, 10, 512, "how many negatives a tail has at least"),
            *RELEASED_TERMS,
        ),
        cost=TAIL_PRODUCTS,
        code=(
            "paired.weince",
            "paired.weince_with",
            "evidence.tail_columns",
            "evidence.weigh",
            *CURVED_CODE,
            "forces.weince_forces",
            "hardest.with_hardest",
            "hardest.batch_beta",
        ),
        choices=(
            Choice("evidence", "both", ("both", "rho", "aic"), "what turns the blend on: nearness, shape, or both"),
            Choice(
                "beta", "one", ("one", "estimated"), "the exponent: 1, as in the released code, or the tail's slope"
            ),
        ),
        worlds={"two_views": 1},
        trained_with={"temperature": 0.1},
    ),
)
