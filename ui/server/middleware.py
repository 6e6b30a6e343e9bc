"""The server around the pages: who may ask, what may be uploaded, and what the terminal says when it starts."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import streamlit as st
from starlette.middleware import Middleware
from streamlit import config
from streamlit.web.server.server_util import get_display_address, get_url

from checkpoints.reading.quoting import printable
from ui.server import parsing
from ui.server.deck_door import DeckDoor
from ui.server.guard import Guard
from ui.server.held_scripts import HeldScripts
from ui.server.preload import Preload
from ui.server.public import OPTION, PUBLIC, VARIABLE, is_public
from ui.server.ticks import Ticks
from ui.server.upload_door import UploadDoor

_REFUSED = 2  # as commands end on a mistake
MIDDLEWARE = (
    Middleware(Guard),
    Middleware(HeldScripts),
    Middleware(UploadDoor),
    Middleware(DeckDoor),
    Middleware(Preload),
    Middleware(Ticks),
)


@asynccontextmanager
async def lifespan(_app: st.App) -> AsyncIterator[None]:
    """Say where the lab is, when it is ready to answer."""
    parsing.one_at_a_time()
    check_own_encoder()
    print("\n".join(welcome()), flush=True)
    yield


def check_own_encoder() -> None:
    """An encoder that does not fit is said here, and nothing starts: its pages would refuse every file."""
    from ui import own_encoder

    if sentence := own_encoder.refusal():
        print(printable(sentence), file=sys.stderr, flush=True)
        os._exit(_REFUSED)  # what runs around this would print a traceback


def welcome() -> list[str]:
    """The address; in public what that turns off, and which options have no effect."""
    from ui import own_encoder, own_loss, root  # their caches ask for the running server, which is there by now

    address = get_display_address(config.get_option("server.address") or "localhost")
    said = [f"NCE Lab: {get_url(address)}   (Ctrl-C ends it)"]
    if is_public():
        uploads = f"uploads up to {PUBLIC.session_mb} MB a visitor"
        said.append(f"Public: no own code, no files by path, nothing kept on disk; {uploads}.")
        options = (own_loss, own_encoder, root)
        named = [each.OPTION for each in options if each.named()]
        said += [f"{option} has no effect beside {OPTION} ({VARIABLE}=1)." for option in named]
    return said
