"""The way to the browser: which kind of component this Streamlit has, and if its bundle is in the package."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from typing import Final

from packaging.version import Version

from fluxlit_component.bridge.bundle import bundle, bundle_folder
from fluxlit_component.cli.checks.finding import Finding
from fluxlit_component.errors import BundleMissing, ConfigurationError
from fluxlit_component.settings import load_settings

_SINCE = Version("1.51")
"""The first Streamlit with components of the second kind."""
_ON_STARLETTE: Final = Version("1.57")
"""The first one that is always served by Starlette."""


def check_transport() -> Iterator[Finding]:
    """Say which transport an app would use here, and whether it can."""
    streamlit = version("streamlit")
    has_v2 = Version(streamlit) >= _SINCE
    asked = _asked()
    second = has_v2 if asked is None else asked == "v2"
    kind = "v2 (in the page itself)" if second else "v1 (in a frame)"
    reason = f"Streamlit is {streamlit}" if asked is None else f"FLUXLIT_TRANSPORT={asked}"
    if second and not has_v2:
        yield Finding(
            "problem", "transport", f"Streamlit {streamlit} has no components v2", "unset FLUXLIT_TRANSPORT"
        )
        return
    yield Finding("ok", "transport", f"components {kind}, since {reason}")
    if Version(streamlit) >= _ON_STARLETTE:
        text = "the first run of a page load can know its session: serve by `fluxlit-session run app.py`"
        yield Finding("ok", "carrier", text)
    else:
        text = f"a page load costs one short run more, since Streamlit {streamlit} is not served by Starlette"
        yield Finding("hint", "carrier", text, 'pip install "streamlit>=1.57"')
    try:
        size = _size(second=second)
    except BundleMissing as error:
        remedy = (
            "make bundle" if "checkout" in str(error) else "pip install --force-reinstall fluxlit-component"
        )
        yield Finding(
            "problem", "bundle", f"the browser half for components {kind} is not in the package", remedy
        )
    else:
        yield Finding("ok", "bundle", f"the browser half for components {kind}, {size} bytes")


def _asked() -> str | None:
    try:
        return load_settings().transport
    except ConfigurationError:
        return None  # said by the check of the settings


def _size(*, second: bool) -> int:
    """Bytes of the browser half.

    Raises:
        BundleMissing: it was not built.
    """
    if second:
        return len(bundle("bridge-v2.js").encode())
    return sum(path.stat().st_size for path in bundle_folder().iterdir())
