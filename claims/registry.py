"""The claims by name, in the order of the page. A new one is one file in `claims/catalogue` and one line here."""

from collections.abc import Mapping

from claims.catalogue import (
    calibrated_head,
    categorical_floor,
    class_size,
    extra_terms,
    kl_bound,
    probe_and_transfer,
    repelling_pairs,
    sampled_labels,
    separation,
    softmax_floor,
    two_coordinates,
    weibull_tails,
)
from claims.claim import Claim
from losses.errors import LabError

CLAIMS: Mapping[str, Claim] = {
    each.CLAIM.name: each.CLAIM
    for each in (
        categorical_floor,
        sampled_labels,
        calibrated_head,
        repelling_pairs,
        class_size,
        separation,
        kl_bound,
        probe_and_transfer,
        softmax_floor,
        two_coordinates,
        weibull_tails,
        extra_terms,
    )
}


def claim_of(name: str) -> Claim:
    """The claim of this name. LabError where there is none."""
    if name not in CLAIMS:
        raise LabError("claim", f"must be one of {', '.join(CLAIMS)}", repr(name))
    return CLAIMS[name]
