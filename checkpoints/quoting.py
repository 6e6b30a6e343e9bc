"""How text that came from a file is quoted in a sentence."""


def shown(value: object, limit: int = 60) -> str:
    """A short, printable quotation: control and bidirectional characters escaped, long values cut.

    >>> shown("a\\u202eb")
    "'a\\\\u202eb'"
    >>> shown("x" * 100, limit=8)
    "'xxxx..."
    """
    text = repr(value[: limit + 1] if isinstance(value, str | bytes) else value)
    return text if len(text) <= limit else text[: limit - 3] + "..."
