"""What Streamlit keeps once for the whole process."""

from __future__ import annotations

import gc
import time
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from fluxlit_component.internals.guard import guard, nothing

_SECRETLESS_SECONDS: Final = 10.0

_secretless: tuple[object, float] | None = None
"""Streamlit's secrets when their files were missing, and until when that is believed."""


_is_to_freeze = False


def freeze_when_loaded() -> None:
    """Have the next run that ends call `freeze`. For whoever owns the process."""
    global _is_to_freeze  # noqa: PLW0603 - said once per process
    _is_to_freeze = True


def freeze() -> None:
    """Take all that is loaded out of garbage collection, once, if it was asked for.

    Streamlit collects the garbage of the whole process after each run (`runner.postScriptGC`), and looks at
    each object of each module for that. After the first run the app's modules are there, and they stay.
    """
    global _is_to_freeze  # noqa: PLW0603 - once
    if _is_to_freeze:
        _is_to_freeze = False
        gc.collect()
        gc.freeze()


@cache
@guard(nothing)
def accept_restored_defaults() -> None:
    """Keep Streamlit from complaining that a widget has a default and a value from session state too.

    Before 1.56 it says so on the page of whichever visitor comes first. For a restored value that is no
    mistake of the app. Later releases do not say it of values that come back as Streamlit carries them on.
    """
    import streamlit as st

    if tuple(map(int, st.__version__.split(".")[:2])) < (1, 56):
        from streamlit.elements.lib import policies

        if hasattr(policies, "_shown_default_value_warning"):
            policies._shown_default_value_warning = True


@guard(dict[str, Any])
def app_secrets() -> Mapping[str, Any]:
    """The `[fluxlit]` table of Streamlit's secrets; empty when there is none. Never shows an error.

    While an app has no secrets Streamlit looks for the files at each call, which every run would pay:
    once they were missing, they are looked for again after ten seconds.
    """
    import streamlit as st

    global _secretless  # noqa: PLW0603 - one answer per process is the point
    secrets, now = st.secrets, time.monotonic()
    if _secretless is not None and _secretless[0] is secrets and now < _secretless[1]:
        return {}
    if not secrets.load_if_toml_exists():
        _secretless = (secrets, now + _SECRETLESS_SECONDS)
        return {}
    return dict(secrets.get("fluxlit", {}))
