"""Live values: objects that no store can hold, such as a client or a lock. Only this process has them.

The record holds their names, so that their loss can be reported, and the process that has each of them. The
objects stay in their Streamlit session, and after its end with their tab, as long as the app asks for.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from typing import Final

from fluxlit_component.codec import encode
from fluxlit_component.state.record import RESERVED, Change, Record

LIVE: Final = f"{RESERVED}_live"
STREAMLITS_SECONDS: Final = 120.0  # how long Streamlit itself keeps a session that nobody is connected to
MOST: Final = 1000  # names in a record, or `Caps.live` if that is more; pages that `tab.tabs` keeps
_STARTED: Final = secrets.token_hex(8)


def here() -> str:
    """This process, as a record names it."""
    return f"{_STARTED}-{os.getpid()}"  # a process that was forked has other objects


def noting(names: Mapping[str, str]) -> Mapping[str, Change]:
    """The change that notes live values in a record: name -> process."""
    return {LIVE: Change(encode(dict(sorted(names.items()))) if names else None)}


def noted(record: Record) -> Mapping[str, str]:
    """The live values that a record names, each with its process."""
    names = record.note(LIVE)
    return {str(name): str(process) for name, process in names.items()} if isinstance(names, dict) else {}
