"""Whether the tab of a session still has its connection: a page that is hidden or slow to ask is there all the same."""

from collections.abc import Callable
from functools import partial

from streamlit import runtime
from streamlit.runtime.scriptrunner import get_script_run_ctx


def nobody() -> bool:
    """For a run that no session has begun."""
    return False


def this_tab() -> Callable[[], bool]:
    """Asks, from any thread, whether the session that this script runs for is still connected."""
    context = get_script_run_ctx()
    if context is None or not runtime.exists():
        return nobody
    return partial(_connected, context.session_id)


def _connected(session: str) -> bool:
    return runtime.exists() and runtime.get_instance().is_active_session(session)
