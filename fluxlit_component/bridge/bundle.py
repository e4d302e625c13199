"""The built browser code, shipped inside the package: as text for components v2, as a folder for v1."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Final

from fluxlit_component.errors import BundleMissing

_STATIC: Final = Path(__file__).parent / "static"


@cache
def bundle(name: str) -> str:
    """Return the text of a built bundle, for example ``bridge-v2.js``.

    Raises:
        BundleMissing: the checkout was not built; the message says `make build`.
    """
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
