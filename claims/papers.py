"""The papers that the claims are of."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paper:
    """How a paper is cited."""

    citation: str
    arxiv: str


PAPERS: Mapping[str, Paper] = {
    "soft_target": Paper("Hugger & Uhlmann 2024, soft target InfoNCE", "2404.14076"),
    "sincere": Paper("Feeney & Hughes 2023, SINCERE", "2309.14277"),
    "weince": Paper("Erol et al. 2026, WEINCE", "2606.00262"),
}
