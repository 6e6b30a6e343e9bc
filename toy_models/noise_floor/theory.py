"""What theory says of each link, exactly, for any scores: where its estimate goes and how its error falls with n.

Counts are multinomial and a link is a one-parameter exponential family with cumulants A', A'', A''' of its coordinate
x. With t the winners' mean coordinate, the fitted slope is the inverse of A' at t. Its limit has A'(b) = E_p[x], its
variance is Var_p(x) / (A''^2 n), and its mean is off by -A''' Var_p(x) / (2 A''^3 n): the delta method, to 1/n.
Under the Weibit link the true winners are in the family, A'' = Var_p(x), and the variance is Fisher's bound.
"""

from dataclasses import dataclass

import numpy as np

from toy_models.noise_floor.maximum_likelihood import coordinate, fit_slopes
from toy_models.noise_floor.spec import LINKS, NoiseFloorSpec


@dataclass(frozen=True, slots=True)
class LinkTheory:
    """One link's estimate of the log-odds of the last score against the first, as n grows.

    `limit`, where it tends to; `floor` = (limit - truth)^2, the squared error that stays; `variance_rate`, n times its
    variance; `bias_rate`, n times how far its mean is from the limit. All but `limit` are 0 or more.
    """

    limit: float
    floor: float
    variance_rate: float
    bias_rate: float
    error_rate: float

    def squared_error(self, draws: np.ndarray) -> np.ndarray:
        """Mean squared error at each n, to order 1/n."""
        return self.floor + self.error_rate / draws


@dataclass(frozen=True, slots=True, eq=False)
class Reference:
    """probs (K,) the true winners; `log_odds`, their log-odds of the last score against the first; a theory a link.

    boundary (L, Q): the exact probability that an estimate from n draws is infinite, the same for every link.
    """

    probs: np.ndarray
    log_odds: float
    links: tuple[LinkTheory, ...]
    boundary: np.ndarray


def reference(spec: NoiseFloorSpec) -> Reference:
    """Exact answers of a spec, in under a millisecond."""
    scores = np.array(spec.scores)
    probs = winners(spec)
    ends = [probs[scores == end].sum() for end in (scores[0], scores[-1])]
    draws = np.array(spec.draws, dtype=float)
    return Reference(
        probs,
        spec.log_odds,
        tuple(_theory(coordinate(link, scores), probs, spec.log_odds) for link in LINKS),
        sum(end**draws for end in ends),
    )


def winners(spec: NoiseFloorSpec) -> np.ndarray:
    """p_j proportional to (1 - s_j)^(-exponent), (K,)."""
    log_weights = -spec.exponent * np.log1p(-np.array(spec.scores))
    weights = np.exp(log_weights - log_weights.max())
    return weights / weights.sum()


def _theory(x: np.ndarray, probs: np.ndarray, log_odds: float) -> LinkTheory:
    slope = float(fit_slopes(x, probs))
    reach = float(x[-1] - x[0])
    fitted = np.exp(slope * (x - x.max() if slope > 0 else x - x.min()))
    fitted /= fitted.sum()
    centred = x - fitted @ x
    second, third = float(fitted @ centred**2), float(fitted @ centred**3)
    spread = float(probs @ (x - probs @ x) ** 2)
    limit = slope * reach
    variance_rate = reach**2 * spread / second**2
    bias_rate = -reach * third * spread / (2 * second**3)
    error_rate = variance_rate + 2 * (limit - log_odds) * bias_rate
    return LinkTheory(limit, (limit - log_odds) ** 2, variance_rate, bias_rate, error_rate)
