"""What the shipped talks say around the claims: the question of each paper, and which formulas stand in it."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Outline:
    """`by`: whom the paper is from. `question`: Markdown of the second slide. `losses` and `claims`: by their names."""

    by: str
    question: str
    losses: tuple[str, ...]
    claims: tuple[str, ...]
    careful: bool = True


_MADE = "Figures by NCE Lab on one CPU, encoders of CIFAR-10 trained on one GPU."
OUTLINES = {
    "soft_targets": Outline(
        f"On Hugger & Uhlmann 2024, arXiv:2404.14076. {_MADE}",
        "- A label can be soft: annotators disagree, mixup blends, a teacher hesitates.\n"
        "- Cross-entropy reads a soft label as a distribution over *classes*.\n"
        "- Soft target InfoNCE reads it as one *point* of the simplex, told from other points.\n"
        "- What does each of them get right, however much data there is?\n\n"
        "Soft target InfoNCE is the paper's. Worlds with a known answer, and the rules behind each verdict, are ours.",
        ("soft_target_cross_entropy", "soft_distribution_infonce", "soft_target_infonce"),
        ("categorical_floor", "sampled_labels", "calibrated_head"),
    ),
    "sincere": Outline(
        f"On Feeney & Hughes 2023, arXiv:2309.14277. {_MADE}",
        "- SupCon puts an anchor's other positives below the fraction bar.\n"
        "- So two images of one class compete, and may be pushed apart.\n"
        "- SINCERE leaves only noise, and the pair itself, below the bar.\n"
        "- How much is there to repel, when is it worse, and what does ending it buy?\n\n"
        "SINCERE and its bound are the paper's. Free vectors, the encoders of digits and CIFAR-10, the bound's tighter"
        " form and the rules behind each verdict are ours.",
        ("supcon", "sincere"),
        ("repelling_pairs", "class_size", "separation", "kl_bound", "probe_and_transfer"),
    ),
    "weince": Outline(
        "On Erol et al. 2026, arXiv:2606.00262. Every figure was computed by NCE Lab on one CPU.",
        "- A softmax is the likelihood of a winner under Gumbel noise, which has no end.\n"
        "- A cosine ends at 1, and the largest of many draws below an end follows a Weibull law.\n"
        "- WEINCE blends the two coordinates for each anchor, by what its own negatives show.\n"
        "- Does the end matter at the top, and do trained encoders show it?\n\n"
        "WEINCE is the paper's. Random directions as a reference and the rules behind each verdict are ours.",
        ("nt_xent", "weibit", "weince"),
        ("softmax_floor", "two_coordinates", "weibull_tails", "extra_terms"),
    ),
    "family": Outline(
        f"Three papers, one family of losses. {_MADE}",
        "- All of these losses ask one thing: tell the target from noise.\n"
        "- They differ in who stands below the fraction bar, and in the coordinate of a score.\n"
        "- Each claim has a rule that was written before its numbers; a verdict is never typed by hand.\n\n"
        "Statements are the papers' in our words; worlds, thresholds and verdicts are ours.",
        ("soft_target_infonce", "sincere", "weince"),
        (
            "categorical_floor", "sampled_labels", "repelling_pairs", "separation", "kl_bound", "softmax_floor",
            "weibull_tails", "extra_terms",
        ),
        careful=False,
    ),
}  # fmt: skip
