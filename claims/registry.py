"""The claims by name, in the order of the page. A new one is one file in `claims/catalogue` and one line here."""

from collections.abc import Mapping

from claims.catalogue import (
    categorical_floor,
    class_size,
    repelling_pairs,
    softmax_floor,
    two_coordinates,
)
from claims.claim import Claim
from losses.errors import LabError

CLAIMS: Mapping[str, Claim] = {
    each.CLAIM.name: each.CLAIM
    for each in (
        categorical_floor,
        repelling_pairs,
        class_size,
        softmax_floor,
        two_coordinates,
    )
}


def claim_of(name: str) -> Claim:
    """The claim of this name. LabError where there is none."""
    if name not in CLAIMS:
        raise LabError("claim", f"must be one of {', '.join(CLAIMS)}", repr(name))
    return CLAIMS[name]
