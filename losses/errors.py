"""The one exception for a user's mistake."""

# How "but ..." goes on after these rules where what was found is a number or a shape.
_VERBS = {"must have": "has", "must number": "number", "must name": "names"}


class LabError(ValueError):
    """A mistake of the user's, said in one sentence: name, rule, value, remedy.

    Pages and commands show it as it reads; any other exception is a bug. Where "is" does not fit what was found, `but`
    says it with a verb of its own, in place of the value. Whoever raises it may add `lines`: code that helps further.

    >>> str(LabError("temperature", "must be a finite number above 0", -1.0, "Use 0.05 to 1 for unit embeddings."))
    'temperature must be a finite number above 0, but is -1.0. Use 0.05 to 1 for unit embeddings.'
    >>> str(LabError("noise_probs", "must have one entry for each of 4 classes", 3))
    'noise_probs must have one entry for each of 4 classes, but has 3.'
    >>> str(LabError("a.npz", "must be whole", but="declares 16 bytes where it has 8"))
    'a.npz must be whole, but declares 16 bytes where it has 8.'
    """

    lines = ""

    def __init__(self, name: str, rule: str, value: object = None, remedy: str = "", *, but: str = "") -> None:
        self.name, self.rule, self.value, self.remedy = name, rule, value, remedy
        self.but = but or ("" if value is None else f"{_verb(rule, value)} {value}")
        super().__init__(f"{name} {rule}{self.but and ', but '}{self.but}. {remedy}".rstrip())


def plural(count: int, what: str) -> str:
    """A count with its noun.

    >>> plural(1, "row"), plural(2000, "row")
    ('1 row', '2,000 rows')
    """
    return f"{count:,} {what}" + ("" if count == 1 else "s")


def _verb(rule: str, value: object) -> str:
    if isinstance(value, str):
        return "that is" if value.startswith("not so") else "is"
    return _VERBS.get(" ".join(rule.split()[:2]), "is")
