"""What a page holds that only this server process has: the tab remembers it, and says when it is gone.

A reload, a connection that was gone for too long and a new server each begin a new session, which knows nothing of the
one before. The browser's own `sessionStorage` does: names alone, of this tab, until it is closed.
"""

import secrets
from collections.abc import Callable, Mapping

from ui import browser
from ui.session import session

_SERVER = secrets.token_hex(8)


def remember(place: str, held: Mapping[str, str], take_back: Callable[[str], None] | None = None) -> None:
    """Draw nothing; or, where this tab's last visit held more at `place` than `held` (key -> words), a notice of it.

    The words end a list, and say what to do. take_back: called before the next run with the token of the session in
    which this tab held something, where that is another one.
    """
    own = session()
    data = {"place": place, "server": _SERVER, "session": own.token, "visit": f"{own.token} {own.visits}"}
    browser.lost(place, {**data, "held": dict(held), "back": take_back is not None}, take_back)
