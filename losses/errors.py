"""The one exception for a user's mistake."""


class LabError(ValueError):
    """A mistake of the user's, said in one sentence: name, rule, value, remedy.

    Pages and commands show it as it reads; any other exception is a bug.

    >>> str(LabError("temperature", "must be a finite number above 0", -1.0, "Use 0.05 to 1 for unit embeddings."))
    'temperature must be a finite number above 0, but is -1.0. Use 0.05 to 1 for unit embeddings.'
    """

    def __init__(self, name: str, rule: str, value: object = None, remedy: str = "") -> None:
        self.name, self.rule, self.value, self.remedy = name, rule, value, remedy
        found = "" if value is None else f", but is {value}"
        super().__init__(f"{name} {rule}{found}. {remedy}".rstrip())
