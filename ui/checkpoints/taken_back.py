"""What a tab had open, taken back when its page is loaded anew: by that tab alone, and as long as the server has it.

A reload begins a new session, and the one before stays in the server's memory for two minutes more. The tab knows that
session's token, which nobody else has; nothing is written anywhere.
"""

from weakref import WeakValueDictionary

from ui import uploads
from ui.checkpoints import image_pass
from ui.checkpoints.opened import MOST, Opened, opened
from ui.session import session

_sessions: "WeakValueDictionary[str, Opened]" = WeakValueDictionary()


def known() -> None:
    """This session's tab may take back what it opens."""
    own = opened()
    own.passes = image_pass.passes()
    _sessions[session().token] = own


def take_back(token: str) -> None:
    """Have what the session of this token has, as far as there is room: nothing where it has gone."""
    before, own = _sessions.get(token), opened()
    if before is None or before is own:
        return
    for ref, file in list(before.files.items())[: MOST - len(own.files)]:
        if own.files.setdefault(ref, file) is file:
            for place, number in enumerate(file.upload.split()):
                uploads.keep("taken-back", number, 0 if place else len(file.content))
    own.maps = before.maps | own.maps
    own.below = list(dict.fromkeys([*before.below, *own.below]))[-MOST:]
    image_pass.add(before.passes)
