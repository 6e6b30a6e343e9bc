"""Where the lab is that a deck's and a handout's links lead to, and how they say so."""

ADDRESS = "http://127.0.0.1:8501"
"""The usual one: on the machine of whoever looks at the deck."""


def typed(text: str) -> str:
    """An address as somebody types it: `http://` may be left out, and a slash at the end."""
    return (text if "://" in text else f"http://{text}").rstrip("/")


def in_few_letters(address: str) -> str:
    """What of an address tells where it is: a slide has one line for two links."""
    return address.partition("://")[2] or address
