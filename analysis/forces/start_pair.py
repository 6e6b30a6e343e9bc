"""What one same-class pair feels as its similarity varies: the start page's picture, at once, by numpy alone."""

from dataclasses import dataclass

import numpy as np

from losses.errors import LabError


@dataclass(frozen=True, slots=True)
class PairScene:
    """An anchor's surroundings: all its positives but one at one cosine, all its noise at another."""

    positives: int = 15
    positive_cosine: float = 0.6
    noise: int = 48
    noise_cosine: float = 0.1
    temperature: float = 0.1

    def __post_init__(self) -> None:
        for name, least in (("positives", 1), ("noise", 1)):
            if getattr(self, name) < least:
                raise LabError(name, f"must be at least {least}", getattr(self, name))
        if not 0 < self.temperature < np.inf:
            raise LabError("temperature", "must be a finite number above 0", self.temperature)


@dataclass(frozen=True, slots=True, eq=False)
class PairForces:
    """d loss_i / d s_ip of one positive pair at cosines (M,), in nats per cosine: below 0 pulls, above 0 pushes."""

    cosines: np.ndarray
    supcon: np.ndarray
    sincere: np.ndarray


def pair_forces(scene: PairScene, cosines: np.ndarray) -> PairForces:
    """Both derivatives for a pair at `cosines` (M,).

    SupCon (q_ip - 1/|P|) / tau, SINCERE -(1 - r_ip) / (|P| tau); Feeney & Hughes, arXiv 2309.14277, section 3.
    """
    own = cosines / scene.temperature
    noise = np.log(scene.noise) + scene.noise_cosine / scene.temperature
    rest = noise
    if scene.positives > 1:
        rest = np.logaddexp(noise, np.log(scene.positives - 1) + scene.positive_cosine / scene.temperature)
    share_of_all = np.exp(own - np.logaddexp(own, rest))
    noise_share = np.exp(noise - np.logaddexp(own, noise))
    return PairForces(
        cosines,
        supcon=(share_of_all - 1 / scene.positives) / scene.temperature,
        sincere=-noise_share / (scene.positives * scene.temperature),
    )


def turning_point(scene: PairScene) -> float:
    """The cosine above which SupCon pushes the pair apart: there q_ip = 1/|P|. Infinite with a single positive."""
    if scene.positives == 1:
        return float("inf")
    others = np.log(scene.positives - 1) + scene.positive_cosine / scene.temperature
    noise = np.log(scene.noise) + scene.noise_cosine / scene.temperature
    return float(scene.temperature * (np.logaddexp(others, noise) - np.log(scene.positives - 1)))
