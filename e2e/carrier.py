"""How the apps of these tests are served: so that the first run knows its session, or through the gate."""

from __future__ import annotations

import os
from typing import Final

import streamlit as st

_FIRST_ON_STARLETTE: Final = (1, 57)
RELEASE: Final = tuple(map(int, st.__version__.split(".")[:2]))

HANDSHAKE: Final = (
    os.environ.get("FLUXLIT_CARRIER", "handshake") == "handshake" and RELEASE >= _FIRST_ON_STARLETTE
)
"""Whether apps are served as `fluxlit-session run` serves them; `FLUXLIT_CARRIER=component`: plain."""
PAGE_LOAD: Final = 1 if HANDSHAKE else 2
"""Script runs that a page load costs."""
