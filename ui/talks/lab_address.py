"""Where a browser finds this lab: what is taken along leads back there."""

from urllib.parse import urlsplit

import streamlit as st
from streamlit import config

from ui.talks.adding import page_address


def lab_address() -> str:
    """Scheme, host and path of the lab as this tab asks for it; by the server's own options where it does not say."""
    asked = urlsplit(st.context.url or "")
    if asked.scheme not in ("http", "https") or not asked.hostname:
        base = config.get_option("server.baseUrlPath").strip("/")
        return f"http://127.0.0.1:{config.get_option('server.port')}/{base}".rstrip("/")
    page = page_address().partition("?")[0]
    host = asked.netloc.rpartition("@")[2]  # a name and a password before it are nobody else's
    return f"{asked.scheme}://{host}{asked.path.rstrip('/').removesuffix(page).rstrip('/')}"
