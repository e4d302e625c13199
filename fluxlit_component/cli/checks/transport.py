"""The way to the browser: which kind of component this Streamlit has, and if its bundle is in the package."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version

from packaging.version import Version

from fluxlit_component.bridge.bundle import bundle
from fluxlit_component.cli.checks.finding import Finding
from fluxlit_component.errors import BundleMissing

_SINCE = Version("1.51")
"""The first Streamlit with components of the second kind."""


def check_transport() -> Iterator[Finding]:
    """Say which transport an app would use here, and whether it can."""
    streamlit = version("streamlit")
    second = Version(streamlit) >= _SINCE
    kind = "v2 (in the page itself)" if second else "v1 (in a frame)"
    name = "bridge-v2.js" if second else "bridge-v1.js"
    yield Finding("ok", "transport", f"components {kind}, since Streamlit is {streamlit}")
    try:
        size = len(bundle(name).encode())
    except BundleMissing as error:
        remedy = (
            "make bundle" if "checkout" in str(error) else "pip install --force-reinstall fluxlit-component"
        )
        yield Finding("problem", "bundle", f"the browser half {name} is not in the package", remedy)
    else:
        yield Finding("ok", "bundle", f"{name}, {size} bytes")
