"""The built browser code, shipped inside the package and handed to Streamlit as text."""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from fluxlit_component.errors import BundleMissing


@cache
def bundle(name: str) -> str:
    """Return the text of a built bundle, for example ``bridge-v2.js``.

    Raises:
        BundleMissing: the checkout was not built; the message says `make build`.
    """
    path = files("fluxlit_component.bridge") / "static" / name
    if not path.is_file():
        raise BundleMissing(name)
    return path.read_text(encoding="utf-8")
