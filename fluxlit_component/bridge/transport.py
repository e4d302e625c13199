"""Draws the bridge by one of two transports, without taking any space on the page.

Components v2 are in the document of the app, components v1 in a frame beside it. Both take the same offer and
bring the same answer. The Streamlit release and the `FLUXLIT_TRANSPORT` setting decide which one is used.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, cast

import streamlit as st
from streamlit.components import v1

from fluxlit_component.bridge.protocol import Offer
from fluxlit_component.errors import BundleMissing, ConfigurationError
from fluxlit_component.identifier import DEFAULT_PARAM
from fluxlit_component.internals.drawing import Drawing, LastDrawn, beside_the_page, last_drawn
from fluxlit_component.state.keys import OWN_PREFIX

_log = logging.getLogger("fluxlit_component.bridge")
_failed = False
_STATIC: Final = Path(__file__).parent / "static"
"""The built browser code, shipped inside the package: as text for components v2, as a folder for v1."""
_V2: Final = "fluxlit_component.bridge"
_MOST_DRAWINGS: Final = 256
_drawings: dict[tuple[str, str], Drawing] = {}
"""Key and page -> how the bridge was drawn in this process. On each page Streamlit gives it another id."""


def component_key(param: str) -> str:
    """Streamlit key of the bridge for one query parameter. Holds no `__`, which 1.67 refuses."""
    if param == DEFAULT_PARAM:
        return OWN_PREFIX
    return f"{OWN_PREFIX}_{hashlib.sha256(param.encode()).hexdigest()[:8]}"


@dataclass(repr=False)
class Mounted:
    """What became of drawing the bridge."""

    is_there: bool
    answer: object = None  # what the browser has answered so far


def mount(
    offer: Offer,
    *,
    transport: Literal["v1", "v2"] | None = None,
    has_browser: bool = True,
    page: str = "",
    last: LastDrawn | None = None,
) -> Mounted:
    """Draw the bridge with `offer` on the page of this name.

    `last`: what the page was sent last, if this run does not wait for the answer. Then the bridge is drawn
    as it was before, which costs a fraction.

    If the release cannot mount the component, no answer will come. That happens in AppTest on some releases,
    which has no browser to answer anyway. A checkout that was not built is an error.
    """
    if transport == "v2" and not has_v2():
        raise ConfigurationError(
            f"FLUXLIT_TRANSPORT=v2 needs Streamlit 1.51 or newer, this is {st.__version__}: "
            "remove the setting and the transport is chosen by itself"
        )
    key = component_key(offer.param)
    if last is not None and has_browser and transport != "v1":
        drawing = _drawings.get((key, page))
        if drawing and drawing.draw((page, offer), lambda: json.dumps(offer.as_json()), last):
            return Mounted(is_there=True)
    try:
        with beside_the_page():
            if transport == "v1" or not has_v2():
                result = _by_v1(offer.as_json(), key)
            else:
                result = _by_v2(offer.as_json(), key, page)
    except BundleMissing:
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
    answer = result.get("answer") if isinstance(result, dict) else getattr(result, "answer", None)
    return Mounted(is_there=True, answer=answer)


def has_v2() -> bool:
    """Whether this release of Streamlit has components v2."""
    return hasattr(getattr(st.components, "v2", None), "component")


# Values are handed over as tuples. If a value is neither plain nor a tuple, Streamlit checks whether it is a
# DataFrame, and loads pandas for that: 0.4 s for the first visitor of a server. A component is registered at
# each mount: AppTest makes a new registry per run, and doing it again costs a dictionary look-up.


def _by_v2(offer: Mapping[str, Any], key: str, page: str) -> object:
    make = cast("Callable[..., Callable[..., Any]]", st.components.v2.component)
    plain = {name: tuple(value) if isinstance(value, list) else value for name, value in offer.items()}
    # Streamlit keeps the state of a component v2 only with a callback. `mount` reads the answer.
    result = make(_V2, js=bundle("bridge-v2.js"))(key=key, data=plain, on_answer_change=lambda: None)
    if (drawing := last_drawn()) is not None:
        if len(_drawings) >= _MOST_DRAWINGS:
            _drawings.clear()  # each is made again by the next run that draws it
        _drawings[key, page] = drawing
    return result


def _by_v1(offer: Mapping[str, Any], key: str) -> object:
    component = v1.declare_component("bridge", path=str(bundle_folder()))
    # A height of zero: no placeholder while the frame loads.
    return component(offer=(dict(offer),), key=key, default=None, height=0)


@cache
def bundle(name: str) -> str:
    """The text of a built bundle; `BundleMissing`, which says `make build`, in a bare checkout."""
    return _built(name).read_text(encoding="utf-8")


@cache
def bundle_folder() -> Path:
    """Return the folder with the page of the v1 component's frame and its scripts. Raises like `bundle`."""
    return _built("bridge-v1/index.html").parent


def _built(name: str) -> Path:
    path = _STATIC / name
    if not path.is_file():
        raise BundleMissing(name)
    return path
