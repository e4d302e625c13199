"""Scripts under test, run by AppTest on the installed release, and what a failure of theirs says."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import streamlit
from streamlit.testing.v1 import AppTest

SELECTS = "selection_default" in inspect.signature(streamlit.dataframe).parameters
"""Whether selections of a table can be set, from 1.56 on."""
SECONDS = 30
RELEASE = tuple(int(part) for part in streamlit.__version__.split(".")[:2])


def moved(what: str) -> str:
    """What to do when a test of this folder fails."""
    return f"Streamlit {streamlit.__version__} moved {what}: look at fluxlit_component/internals"


# The scripts are run from their source alone: what they need they import, and their annotations are built in.


def start(script: Callable[[dict], None], seen: dict[str, Any]) -> AppTest:
    """Run a script for the first time."""
    at = AppTest.from_function(script, default_timeout=SECONDS, args=(seen,)).run()
    assert not at.exception, at.exception
    return at


def rerun(at: AppTest) -> AppTest:
    """Run it again."""
    at.run()
    assert not at.exception, at.exception
    return at
