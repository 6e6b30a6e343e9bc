"""The losses of a class head, as the catalogue has them. No torch here."""

from .entries import Cost, LossEntry, Parameter, Source
from .records import Choosing

HUGGER = Source(
    "Hugger & Uhlmann, Towards noise contrastive estimation with soft targets for conditional models",
    "2404.14076",
)

LOGIT_TEMPERATURE = Parameter("temperature", r"\tau", 1.0, 0.05, 10.0, "divides the logits")

ONE_PASS = Cost("O(NK)", "No matrix product: one pass over the logits, in time and in memory.")
CLASS_COUNTS = Cost(
    "O(NK)",
    "No matrix product: candidates of one class share their score, so the sum over N candidates is one over K classes"
    " with their counts. O(NK) in memory too.",
)
TARGET_PRODUCTS = Cost(
    "O(N²K)",
    "Two matrix products, logits with targets and back. A block of rows of the N × N scores is in memory at a time.",
)

GORDON_RODRIGUEZ = Source(
    "Gordon-Rodriguez, Loaiza-Ganem & Cunningham, The continuous categorical: a novel simplex-valued exponential"
    " family",
    "2002.08563",
)
CONTOUR = Cost(
    "O(NK)",
    "No matrix product: log C is an integral along a contour in the complex plane, 20 passes over the logits (32 in"
    " float64), a block of rows at a time.",
)

LABEL_CODE = ("class_head._label_infonce", "head_scores.label_scores", "forces.label_infonce_forces")

CLASS_HEAD = (
    LossEntry(
        name="nll",
        title="NLL",
        family="class head",
        record=Choosing("label", "classes"),
        formula=r"-\log \operatorname{softmax}(f_i/\tau)_{y_i}",
        gradient=r"\tfrac{1}{\tau}\bigl(\operatorname{softmax}(f_i/\tau) - e_{y_i}\bigr)",
        numerator="The score of the sample's own class.",
        denominator="The scores of all classes.",
        chance_level=r"\log K",
        source=HUGGER,
        parameters=(LOGIT_TEMPERATURE,),
        cost=ONE_PASS,
        code=("class_head.nll", "forces.nll_forces"),
        worlds={"simplex": 0},
    ),
    LossEntry(
        name="label_infonce",
        title="Label InfoNCE",
        family="class head",
        record=Choosing("label", "batch"),
        formula=r"-\log \frac{e^{a_{ii}}}{\sum_j e^{a_{ij}}},\quad a_{ij} = f_{i,y_j}/\tau - \log \eta_{y_j}",
        gradient=r"\tfrac{1}{\tau}\bigl(\textstyle\sum_j p_{ij} e_{y_j} - e_{y_i}\bigr)",
        numerator="The score of the sample's own label, less the log prior of its class.",
        denominator="The scores of all labels in the batch, each less the log prior of its class.",
        chance_level=r"\log N",
        source=HUGGER,
        parameters=(LOGIT_TEMPERATURE,),
        cost=CLASS_COUNTS,
        code=("class_head.label_infonce", *LABEL_CODE),
        worlds={"simplex": 1},
    ),
    LossEntry(
        name="soft_target_cross_entropy",
        title="Soft-target cross-entropy",
        family="class head",
        record=Choosing("target", "classes"),
        formula=r"-\sum_k w_{ik} \log \operatorname{softmax}(f_i/\tau)_k",
        gradient=r"\tfrac{1}{\tau}\bigl(\operatorname{softmax}(f_i/\tau) - w_i\bigr)",
        numerator="The scores of all classes, averaged by the soft target.",
        denominator="The scores of all classes.",
        chance_level=r"\log K",
        source=HUGGER,
        parameters=(LOGIT_TEMPERATURE,),
        cost=ONE_PASS,
        code=("class_head.soft_target_cross_entropy", "forces.soft_target_cross_entropy_forces"),
        worlds={"simplex": 2},
    ),
    LossEntry(
        name="soft_distribution_infonce",
        title="Soft distribution InfoNCE",
        family="class head",
        record=Choosing("drawn label", "batch"),
        formula=r"-\log \frac{e^{a_{ii}}}{\sum_j e^{a_{ij}}},\quad a_{ij} = f_{i,y_j}/\tau - \log \eta_{y_j},"
        r"\quad y_j \sim \operatorname{Cat}(w_j)",
        gradient=r"\tfrac{1}{\tau}\bigl(\textstyle\sum_j p_{ij} e_{y_j} - e_{y_i}\bigr)",
        numerator="The score of a label drawn from the sample's own soft target, less the log prior of its class.",
        denominator="The scores of labels drawn from all soft targets in the batch, each less the log prior of its"
        " class.",
        chance_level=r"\log N",
        source=HUGGER,
        parameters=(LOGIT_TEMPERATURE,),
        cost=CLASS_COUNTS,
        code=("class_head.soft_distribution_infonce", "class_head.sample_labels", *LABEL_CODE),
        worlds={"simplex": 3},
    ),
    LossEntry(
        name="soft_target_infonce",
        title="Soft target InfoNCE",
        family="class head",
        record=Choosing("target", "batch"),
        formula=r"-\log \frac{e^{a_{ii}}}{\sum_j e^{a_{ij}}},\quad"
        r" a_{ij} = \textstyle\sum_k w_{jk} \bigl(f_{ik}/\tau - \log \eta_k\bigr)",
        gradient=r"\tfrac{1}{\tau}\bigl(\textstyle\sum_j p_{ij} w_j - w_i\bigr)",
        numerator="The score of the sample's own soft target, less its mean log prior.",
        denominator="The scores of all soft targets in the batch, each less its mean log prior.",
        chance_level=r"\log N",
        source=HUGGER,
        parameters=(LOGIT_TEMPERATURE,),
        cost=TARGET_PRODUCTS,
        code=(
            "class_head.soft_target_infonce",
            "head_scores.target_scores",
            "candidates.CandidatePass",
            "forces.soft_target_infonce_forces",
        ),
        worlds={"simplex": 4},
    ),
    LossEntry(
        name="continuous_categorical",
        title="Continuous categorical",
        family="class head",
        record=Choosing("target", "simplex"),
        formula=r"-\bigl(w_i \cdot f_i/\tau - \log C(f_i/\tau)\bigr),\quad C(f) = \int_\Delta e^{w \cdot f}\, du(w)",
        gradient=r"\tfrac{1}{\tau}\bigl(\mathbb{E}_{\mathrm{CC}(f_i/\tau)}[w] - w_i\bigr)",
        numerator="The score of the sample's own soft target.",
        denominator="The scores of all points of the simplex, each as likely as any other: the normaliser that"
        " cross-entropy lacks.",
        chance_level=r"0",
        source=GORDON_RODRIGUEZ,
        parameters=(LOGIT_TEMPERATURE,),
        cost=CONTOUR,
        code=(
            "simplex_density.continuous_categorical",
            "simplex_integral.log_integral",
            "simplex_integral._along_contour",
            "forces.continuous_categorical_forces",
        ),
        worlds={"simplex": 5},
    ),
)
