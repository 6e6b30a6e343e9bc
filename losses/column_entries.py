"""The class head read by its columns, as the catalogue has it. No torch here."""

from .class_head_entries import LOGIT_TEMPERATURE
from .entries import Cost, LossEntry, Source
from .records import Choosing

COLUMNS = Source(
    "Koromilas et al., Neural Collapse by Design: Learning Class Prototypes on the Hypersphere (2026)", "2605.20302"
)
NO_WORLD = (
    "A number added to all scores of a class changes nothing, so what it fits leaves class probabilities open; it takes"
    " labels, and the simplex world measures densities of soft targets; the other worlds have no class head."
)
ONE_PASS = Cost("O(NK)", "No matrix product: one pass over the logits, by columns, in time and in memory.")

BY_COLUMNS = (
    LossEntry(
        name="ntce",
        title="NTCE",
        family="class head",
        record=Choosing("label", "inputs"),
        formula=r"-\log \frac{e^{f_{i,y_i}/\tau}}{\sum_j e^{f_{j,y_i}/\tau}}",
        gradient=r"\tfrac{1}{\tau}\bigl(\textstyle\sum_i p_{ij} e_{y_i} - e_{y_j}\bigr) \text{ on input } j,\quad"
        r" p_{ij} = \operatorname{softmax}_j(f_{j,y_i}/\tau)",
        numerator="The score of the sample's own class for the sample.",
        denominator="The score of that class for all inputs of the batch: the class's weight is the anchor, and others"
        " of its own class stand below too.",
        chance_level=r"\log N",
        source=COLUMNS,
        parameters=(LOGIT_TEMPERATURE,),
        cost=ONE_PASS,
        code=("columns.ntce", "columns.losses_by_columns", "columns.columns_force"),
        no_world=NO_WORLD,
    ),
    LossEntry(
        name="nonl",
        title="NONL",
        family="class head",
        record=Choosing("label", "inputs", own_class_below=False),
        formula=r"-\log \frac{e^{f_{i,y_i}/\tau}}{\sum_{j:\, y_j \neq y_i} e^{f_{j,y_i}/\tau}}",
        gradient=r"\tfrac{1}{\tau}\begin{cases} -1 & k = y_j \\ \sum_{i:\, y_i = k} p_{ij} & k \neq y_j"
        r" \end{cases} \text{ on input } j",
        numerator="The score of the sample's own class for the sample.",
        denominator="The score of that class for inputs of other classes; the sample's own stands above alone, as in"
        " DCL, so that the loss has no least value.",
        chance_level=r"\log|\mathcal{N}|",
        source=COLUMNS,
        parameters=(LOGIT_TEMPERATURE,),
        cost=ONE_PASS,
        code=("columns.nonl", "columns.losses_by_columns", "columns.columns_force"),
        no_world=f"It has no least value, so no world has an optimum to hold it to. {NO_WORLD}",
    ),
)
