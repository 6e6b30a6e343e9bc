"""Runs on two views worth a look, instructive failures among them. No torch here."""

from collections.abc import Mapping
from types import MappingProxyType

from toy_models.presets import Preset
from toy_models.two_views.spec import TwoViewsSpec

PRESETS: Mapping[str, Preset[TwoViewsSpec]] = MappingProxyType(
    {
        "clusters": Preset(
            "Free points in eight clusters",
            "Both losses spread the clusters until a view finds its other one; λ stays near the quantile of anchors"
            " that its own gate lets through.",
            TwoViewsSpec(),
        ),
        "network": Preset(
            "A small network",
            "A network could bring two views together, yet their cosine falls at first: both losses pay for spreading"
            " the samples with it.",
            TwoViewsSpec(encoder="network", learning_rate=0.005, noise=0.3, spread=0.6),
        ),
        "always_weibull": Preset(
            "Failure: 64 dimensions, nothing but noise",
            "The cosines of random vectors are almost Gumbel in the limit here, yet ΔAIC calls their tails Weibull:"
            " no threshold that one can afford is high enough.",
            TwoViewsSpec(dimensions=64, clusters=1, spread=10.0, learning_rate=1e-5, steps=20),
        ),
        "cold": Preset(
            "Failure: temperature to 0",
            "Only the hardest negative counts, the gradient comes in jumps, and retrieval falls behind the warmer run.",
            TwoViewsSpec(temperature=0.001),
        ),
        "too_few_negatives": Preset(
            "Failure: too few negatives for a tail",
            "With eight negatives an anchor the two lines have seven points each, and ΔAIC scatters across the margin.",
            TwoViewsSpec(batch_size=5, samples=64),
        ),
        "noise_hides_all": Preset(
            "Failure: noise hides the samples",
            "Noise around a free point looks the same from everywhere, so no loss can bring two views together, and"
            " retrieval stays near the floor.",
            TwoViewsSpec(noise=1.2),
        ),
    }
)
