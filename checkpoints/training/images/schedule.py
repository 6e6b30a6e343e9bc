"""The learning rate, a function of progress alone: a resumed run needs no memory of it."""

import math


def learning_rate(peak: float, done: float, epochs: int, warmup: float) -> float:
    """After `done` epochs, a fraction among them: a line from 0 to the peak over `warmup` epochs, then half a cosine
    to 0 at the last (Loshchilov & Hutter, arXiv 1608.03983; Goyal et al., 1706.02677)."""
    warmup = min(warmup, epochs / 2)
    if done < warmup:
        return peak * done / warmup
    return peak * 0.5 * (1 + math.cos(math.pi * (done - warmup) / (epochs - warmup)))
