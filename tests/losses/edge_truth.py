"""The losses and their gradients from the definitions, in mpmath: 50 digits and exponents of any size.

Inputs are lists of Python floats, which may be infinite where a class-head loss has a limit. Each function gives the
mean loss and d mean / d inputs, both as mpf. WEINCE's evidence, which carries no gradient, is handed in.
"""

from mpmath import exp, isinf, log, mp, mpf, sqrt

mp.dps = 50
CLAMP = mpf(1) - mpf("1e-6")

Rows = list[list[float]]


def dot(left, right):
    return sum((a * b for a, b in zip(left, right, strict=True)), mpf(0))


def unit(rows):
    """Rows over their norms, and the norms; a row of zeros stays 0 and has norm 0."""
    norms = [sqrt(dot(row, row)) for row in rows]
    return [[x / (n or 1) for x in row] for row, n in zip(rows, norms, strict=True)], norms


def through_unit(gradient, units, norms):
    """(g - u (u . g)) / |x|, 0 for a row without direction."""
    return [
        [(g - u * dot(us, gs)) / n if n else mpf(0) for g, u in zip(gs, us, strict=True)]
        for gs, us, n in zip(gradient, units, norms, strict=True)
    ]


def of_pairs(rows: Rows, normalize: bool, losses_and_forces):
    """From a function of similarities (N, N) -> [(loss, forces (N,)) or None for an anchor that takes no part]."""
    z, norms = unit([[mpf(x) for x in row] for row in rows])
    if not normalize:
        z = [[mpf(x) for x in row] for row in rows]
    found = losses_and_forces([[dot(a, b) for b in z] for a in z])
    count = sum(one is not None for one in found)
    gradient = [[mpf(0)] * len(z[0]) for _ in z]
    for i, one in enumerate(found):
        for j, force in enumerate(one[1] if one else ()):
            for d in range(len(z[0])):
                gradient[i][d] += force * z[j][d] / count
                gradient[j][d] += force * z[i][d] / count
    if normalize:
        gradient = through_unit(gradient, z, norms)
    return sum(one[0] for one in found if one) / count, gradient


def supcon(rows, labels, tau, normalize):
    def anchors(s):
        for i, y in enumerate(labels):
            others = [a for a in range(len(labels)) if a != i]
            positives = [p for p in others if labels[p] == y]
            if not positives:
                yield None
                continue
            terms = {a: exp(s[i][a] / tau) for a in others}
            total = sum(terms.values())
            loss = -sum(log(terms[p] / total) for p in positives) / len(positives)
            pull = mpf(1) / len(positives)
            yield (
                loss,
                [
                    0 if a == i else (terms[a] / total - (pull if a in positives else 0)) / tau
                    for a in range(len(labels))
                ],
            )

    return of_pairs(rows, normalize, lambda s: list(anchors(s)))


def eps_sup_infonce(rows, labels, tau, normalize, epsilon):
    def anchors(s):
        for i, y in enumerate(labels):
            positives = [p for p in range(len(labels)) if p != i and labels[p] == y]
            noise = [n for n in range(len(labels)) if labels[n] != y]
            if not positives or not noise:
                yield (mpf(0), [0] * len(labels)) if positives else None
                continue
            terms = [exp(score / tau) for score in s[i]]
            total = sum(terms[n] for n in noise)
            below = {p: terms[p] * exp(-epsilon) + total for p in positives}
            loss = -sum(log(terms[p] / below[p]) for p in positives) / len(positives)
            push = sum(1 / below[p] for p in positives)
            yield (
                loss,
                [
                    (-total / below[j] if j in positives else terms[j] * push if j in noise else 0)
                    / (len(positives) * tau)
                    for j in range(len(labels))
                ],
            )

    return of_pairs(rows, normalize, lambda s: list(anchors(s)))


def x_clr(rows, labels, tau, normalize, target_tau):
    """Targets from labels: e^{1 / tau_s} within the class, 1 on noise."""

    def anchors(s):
        for i, y in enumerate(labels):
            others = [a for a in range(len(labels)) if a != i]
            if all(labels[a] != y for a in others):
                yield None
                continue
            terms = {a: exp(s[i][a] / tau) for a in others}
            wanted = {a: exp(mpf(labels[a] == y) / target_tau) for a in others}
            total, weight = sum(terms.values()), sum(wanted.values())
            loss = -sum(wanted[a] * log(terms[a] / total) for a in others) / weight
            yield loss, [0 if a == i else (terms[a] / total - wanted[a] / weight) / tau for a in range(len(labels))]

    return of_pairs(rows, normalize, lambda s: list(anchors(s)))


def contrast(rows, normalize, score, slope):
    """Cross-entropy towards the other view of score(i, s), whose derivative is slope(i, s)."""

    def anchors(s):
        for i in range(len(rows)):
            other = (i + len(rows) // 2) % len(rows)
            terms = [mpf(0) if j == i else exp(score(i, s[i][j])) for j in range(len(rows))]
            total = sum(terms)
            yield (
                log(total) - score(i, s[i][other]),
                [slope(i, s[i][j]) * (terms[j] / total - (j == other)) if j != i else 0 for j in range(len(rows))],
            )

    return of_pairs(rows, normalize, lambda s: list(anchors(s)))


def nt_xent(rows, tau, normalize):
    return contrast(rows, normalize, lambda i, s: s / tau, lambda i, s: 1 / mpf(tau))


def blend(rows, tau, normalize, lam, beta):
    """(1 - lam_i) s / tau - lam_i beta_i log(1 - s), s clamped in the second term; Weibit is lam = 1."""
    return contrast(
        rows,
        normalize,
        lambda i, s: (1 - mpf(lam[i])) * s / tau - mpf(lam[i]) * beta[i] * log(1 - min(s, CLAMP)),
        lambda i, s: (1 - mpf(lam[i])) / tau + (mpf(lam[i]) * beta[i] / (1 - s) if s <= CLAMP else 0),
    )


def dcl(rows, tau, normalize):
    def anchors(s):
        for i, other, noise in views(rows):
            terms = {j: exp(s[i][j] / tau) for j in noise}
            total = sum(terms.values())
            force = [terms[j] / total / tau if j in noise else -1 / mpf(tau) if j == other else 0 for j in every(rows)]
            yield log(total) - s[i][other] / tau, force

    return of_pairs(rows, normalize, lambda s: list(anchors(s)))


def rince(rows, tau, normalize, q, density):
    def anchors(s):
        for i, other, noise in views(rows):
            terms = {j: exp(s[i][j] / tau) for j in (*noise, other)}
            total = sum(terms.values())
            above, below = terms[other] ** q, (density * total) ** q
            force = [
                (below * terms[j] / total - (above if j == other else 0)) / tau if j != i else 0 for j in every(rows)
            ]
            yield (below - above) / q, force

    return of_pairs(rows, normalize, lambda s: list(anchors(s)))


def temperature_free(rows, normalize):
    least = 1 - CLAMP
    return contrast(
        rows,
        normalize,
        lambda i, s: log(max(1 + s, least)) - log(max(1 - s, least)),
        lambda i, s: (1 / (1 + s) if 1 + s >= least else 0) + (1 / (1 - s) if 1 - s >= least else 0),
    )


def siglip(rows, tau, normalize, bias):
    def anchors(s):
        for i, other, noise in views(rows):
            met = [j for j in noise if (j < len(rows) // 2) != (i < len(rows) // 2)]
            odds = [exp(score / tau + bias) for score in s[i]]
            force = [
                -1 / (1 + odds[j]) / tau if j == other else odds[j] / (1 + odds[j]) / tau if j in met else 0
                for j in every(rows)
            ]
            yield log(1 + 1 / odds[other]) + sum(log(1 + odds[j]) for j in met), force

    return of_pairs(rows, normalize, lambda s: list(anchors(s)))


def every(rows):
    return range(len(rows))


def views(rows):
    """(anchor, its other view, all others) of two stacked views."""
    for i in every(rows):
        other = (i + len(rows) // 2) % len(rows)
        yield i, other, [j for j in every(rows) if j not in (i, other)]


def scaled(logits: Rows, tau):
    return [[mpf(x) / tau for x in row] for row in logits]


def weighted(weights, values):
    """sum_k w_k v_k with 0 v = 0, also for an infinite v."""
    return sum((w * v for w, v in zip(weights, values, strict=True) if w), mpf(0))


def softmax(scores):
    """Also where one score is +inf, whose limit is all the weight, or some are -inf."""
    top = max(scores)
    terms = [mpf(score == top) if isinf(top) or isinf(score) else exp(score - top) for score in scores]
    return [term / sum(terms) for term in terms]


def log_softmax(scores):
    """log of `softmax`, exact far below its largest."""
    top = max(scores)
    if isinf(top):
        return [mpf(0) if score == top else mpf("-inf") for score in scores]
    total = log(sum(exp(score - top) for score in scores if not isinf(score)))
    return [score - top - total for score in scores]


def cross_entropy(logits, targets, tau):
    """NLL with one-hot targets."""
    f, count = scaled(logits, tau), len(logits)
    losses = [-weighted(w, log_softmax(row)) for row, w in zip(f, targets, strict=True)]
    gradient = [
        [(p * sum(w) - v) / (tau * count) for p, v in zip(softmax(row), w, strict=True)]
        for row, w in zip(f, targets, strict=True)
    ]
    return sum(losses) / count, gradient


def target_infonce(logits, targets, prior, tau):
    """Soft target InfoNCE; label InfoNCE with one-hot targets."""
    f, n, classes = scaled(logits, tau), len(logits), range(len(prior))
    logs = [log(mpf(p)) if p else mpf("-inf") for p in prior]
    loss, gradient = mpf(0), []
    for i, row in enumerate(f):
        scores = [weighted(w, row) - weighted(w, logs) for w in targets]
        loss -= log_softmax(scores)[i] / n
        share = softmax(scores)
        gradient.append(
            [(sum(p * w[k] for p, w in zip(share, targets, strict=True)) - targets[i][k]) / (tau * n) for k in classes]
        )
    return loss, gradient
