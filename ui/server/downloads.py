"""What was made for a download stays until the browser has fetched it, whatever other sessions run meanwhile.

Streamlit forgets a file that a click has made once two scripts have ended, in any session: beside live runs that is
sooner than the browser asks for it, and the click does nothing.
"""

from collections.abc import Callable
from itertools import count

from streamlit import runtime

KEPT = 16  # files, of 4 MB at most
_turn = count()


def kept(make: Callable[[], str], mime: str, name: str) -> Callable[[], bytes]:
    """`make`, of whose text the server holds the bytes until so many others have been made."""

    def made() -> bytes:
        data = make().encode()
        if runtime.exists():
            files = runtime.get_instance().media_file_mgr
            place = f"nce-lab download {next(_turn) % KEPT}"
            files.add(data, mime, place, file_name=name, is_for_static_download=True)
        return data

    return made
