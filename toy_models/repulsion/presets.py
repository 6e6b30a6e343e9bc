"""Starting points of world 2, instructive failures among them. No torch here."""

from collections.abc import Mapping
from types import MappingProxyType

from toy_models.presets import Preset
from toy_models.repulsion.spec import RepulsionSpec

PRESETS: Mapping[str, Preset[RepulsionSpec]] = MappingProxyType(
    {
        "four_classes": Preset(
            "Four classes on the sphere",
            "SupCon pushes a good part of its own class apart from the first step on, SINCERE never a single pair.",
            RepulsionSpec(),
        ),
        "circle": Preset(
            "Two classes on the circle",
            "The arrows are easy to follow here: under the labelled losses each class shrinks and they go to opposite"
            " ends, SupCon's against its own push.",
            RepulsionSpec(dimensions=2, classes=2, per_class=6, temperature=0.3, spread=0.8),
        ),
        "one_positive": Preset(
            "One positive an anchor",
            "Two samples a class make SupCon, SINCERE and InfoNCE the same loss, so three pictures move as one"
            " and nothing repels in them.",
            RepulsionSpec(per_class=2, classes=4),
        ),
        "tetrahedron": Preset(
            "To the optimum",
            "At a milder temperature every labelled loss ends where theory says:"
            " each class a point, the four points a regular tetrahedron with cosine -1/3.",
            RepulsionSpec(temperature=0.5, learning_rate=0.1, start="random"),
        ),
        "large_classes": Preset(
            "Sixteen dimensions, large classes",
            "With 16 of a class in the batch SupCon's pushes take back a large part of its pull, and its margin lags"
            " behind SINCERE's.",
            RepulsionSpec(dimensions=16, classes=8, per_class=16, seeds=2),
        ),
        "warm": Preset(
            "Failure: too warm to see it",
            "At temperature 1 no share q_ip reaches 1/|P|, no pair repels under SupCon,"
            " and the two losses differ in pace alone.",
            RepulsionSpec(temperature=1.0, learning_rate=0.2),
        ),
        "cold": Preset(
            "Failure: temperature near 0",
            "Only the nearest pair counts for each anchor: SupCon's push equals its pull, and once the classes are"
            " apart every loss stops, far from the simplex.",
            RepulsionSpec(temperature=0.01, learning_rate=2e-4),
        ),
        "all_equal": Preset(
            "Failure: all vectors equal",
            "Nothing moves: every pull and every push points nowhere along the sphere,"
            " so a collapsed encoder cannot be left by any of the losses.",
            RepulsionSpec(start="point", spread=0.0),
        ),
        "singletons": Preset(
            "Failure: classes of one sample",
            "The eight single vectors ask for nothing themselves, yet every class flees from them: they are noise.",
            RepulsionSpec(classes=3, singletons=8),
        ),
        "one_class": Preset(
            "Failure: a single class",
            "Without noise SINCERE has no gradient and stands still, while SupCon pulls and pushes its one class with"
            " equal sums.",
            RepulsionSpec(classes=1, per_class=12, start="random"),
        ),
    }
)
