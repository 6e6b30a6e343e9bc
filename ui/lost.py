"""What a page holds that only this server process has: the tab remembers it, and says when it is gone.

A reload, a connection that was gone for too long and a new server each begin a new session, which knows nothing of the
one before. The browser's own `sessionStorage` does: names alone, of this tab, until it is closed.
"""

import secrets
from collections.abc import Callable, Mapping, Sequence

from ui import browser
from ui.session import session

_SERVER = secrets.token_hex(8)


def remember(
    place: str,
    held: Mapping[str, str],
    take_back: Callable[[str], None] | None = None,
    *,
    there: Sequence[str] = (),
) -> None:
    """Draw nothing; or, where this tab's last visit held more at `place` than `held` (key -> words), a notice of it.

    The words end a list, and say what to do. there: keys of what is not lost, though no session holds it. take_back:
    called before the next run with the token of the session in which this tab held something, where that is another.
    """
    own = session()
    data: dict[str, object] = {
        "place": place,
        "server": _SERVER,
        "session": own.token,
        "visit": f"{own.token} {own.visits}",
    }
    data |= {"held": dict(held), "there": list(there), "back": take_back is not None}
    browser.lost(place, data, take_back)
