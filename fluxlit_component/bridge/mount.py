"""Mounting the bridge without taking any space on the page."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Literal, NamedTuple, cast

import streamlit as st

from fluxlit_component.bridge.protocol import Offer
from fluxlit_component.bridge.transport import send
from fluxlit_component.errors import FluxlitError
from fluxlit_component.identifier import DEFAULT_PARAM
from fluxlit_component.state.keys import OWN_PREFIX

_log = logging.getLogger("fluxlit_component.bridge")
_failed = False


def component_key(param: str) -> str:
    """Streamlit key of the bridge for one query parameter. Holds no `__`, which 1.67 refuses."""
    if param == DEFAULT_PARAM:
        return OWN_PREFIX
    return f"{OWN_PREFIX}_{hashlib.sha256(param.encode()).hexdigest()[:8]}"


class Mounted(NamedTuple):
    """What became of drawing the bridge."""

    is_there: bool
    answer: object = None
    """What the browser has answered so far."""


def mount(offer: Offer, *, transport: Literal["v1", "v2"] | None = None, has_browser: bool = True) -> Mounted:
    """Draw the bridge with `offer`.

    A release in which the component cannot be mounted (AppTest on some of them, which has no browser to
    answer anyway) has nobody to wait for; a checkout that was not built is an error.
    """
    try:
        with _out_of_sight():
            result = send(offer.as_json(), key=component_key(offer.param), transport=transport)
    except FluxlitError:
        raise
    except Exception as error:  # noqa: BLE001 - StreamlitAPIException, TypeError: the release decides
        global _failed  # noqa: PLW0603 - said once per process
        _log.log(
            logging.WARNING if has_browser and not _failed else logging.DEBUG,
            "the bridge could not be mounted (%s); the state will not survive a reload",
            type(error).__name__,
        )
        _failed = _failed or has_browser
        return Mounted(is_there=False)
    answer = result.get("answer") if isinstance(result, Mapping) else getattr(result, "answer", None)
    return Mounted(is_there=True, answer=answer)


def _out_of_sight() -> AbstractContextManager[Any]:
    """The container that Streamlit keeps for toasts: what is drawn there moves nothing on the page."""
    event = getattr(st, "_event", None)
    return cast("AbstractContextManager[Any]", event) if event is not None else nullcontext()
