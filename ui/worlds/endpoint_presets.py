"""Tails and lenses worth a look, failures among them."""

from ui.link_presets import LinkPreset

TAILS = {
    "sixteen": LinkPreset(
        "Sixteen dimensions",
        "Three numbers for one shape: fitted, exact at this threshold, and the limit, which lies well above both.",
    ),
    "four": LinkPreset(
        "Four dimensions",
        "The endpoint is plain here: ξ is far below 0, and the limit is almost reached.",
        {"dimensions": ["4"]},
    ),
    "sixty_four": LinkPreset(
        "Sixty-four, as a projection head has",
        "Directions that have learned nothing: the tail has an endpoint all the same, so that an endpoint alone is no"
        " sign of learning.",
        {"dimensions": ["64"]},
    ),
    "few": LinkPreset(
        "Failure: few excesses",
        "So few leave an interval for ξ that is wider than its distance to the limit.",
        {"cosines": ["6000"]},
    ),
    "low": LinkPreset(
        "Failure: a low threshold",
        "With the tenth part of all cosines the interval is narrow, and the shape is not the limit's: more data do not"
        " mend a threshold.",
        {"quantile": ["0.9"]},
    ),
}
LENSES = {
    "half": LinkPreset("Half and half", "The blend follows NT-Xent up to the pole at cosine 1 and leaves it there."),
    "off": LinkPreset(
        "No Weibit at all",
        "NT-Xent: a unit of cosine weighs 1/τ wherever it is, however hard the negative.",
        {"lam": ["0.0"]},
    ),
    "pure": LinkPreset(
        "Weibit alone",
        "The weight grows as 1/(1 - s): the hardest negative takes nearly all, an easy one almost nothing.",
        {"lam": ["1.0"]},
    ),
    "cold": LinkPreset(
        "Failure: a small temperature",
        "At a small τ the straight part outweighs the pole almost everywhere, and the blend changes little.",
        {"temperature": ["0.01"]},
    ),
}
