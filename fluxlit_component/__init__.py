"""Session continuity for Streamlit: F5 keeps the state. One line, no cookies, nothing in the URL.

The public names are those of `fluxlit_component.public`. They are imported when the first of them is
asked for: pytest loads its plugins, ours among them, in every run of whoever has this package, and must
not load Streamlit for it.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fluxlit_component.public import *  # noqa: F403 - the one list of names is there
    from fluxlit_component.public import __all__ as __all__


def __getattr__(name: str) -> object:
    if name.startswith("__") and name != "__all__":
        raise AttributeError(name)  # Python itself asks, for example for __path__
    if find_spec(f"{__name__}.{name}") is not None:
        # `from fluxlit_component import testmode` asks here first, and must not load all the rest.
        return import_module(f"{__name__}.{name}")
    public = import_module("fluxlit_component.public")
    globals().update({each: getattr(public, each) for each in (*public.__all__, "__all__")})
    if name in globals():
        return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *import_module("fluxlit_component.public").__all__})
