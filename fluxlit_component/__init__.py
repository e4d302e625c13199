"""Session continuity for Streamlit: F5 keeps the state. One line, no cookies, nothing in the URL.

The public names are those of `fluxlit_component.public`. They are imported at first use: pytest loads the
plugin of this package in every run, and must not load Streamlit for it.
"""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fluxlit_component.public import *  # noqa: F403 - the one list of names is there
    from fluxlit_component.public import __all__ as __all__
    from fluxlit_component.stores.redis import RedisSessionStore as RedisSessionStore
    from fluxlit_component.stores.sql import SQLSessionStore as SQLSessionStore

_OF_EVERY_APP = {"url_session": "session", "UrlSession": "handle"}
"""Loaded without the other public names, because each garbage collection looks at everything loaded."""
_ENGINES = ("RedisSessionStore", "SQLSessionStore")
"""Stores whose engine is an extra. Not in `__all__`: a star import must not need every engine."""


def __getattr__(name: str) -> object:
    if name.startswith("__") and name != "__all__":
        raise AttributeError(name)  # Python itself asks, for example for __path__
    if name in _ENGINES:
        return import_module(f"{__name__}.stores.location").store_class(name)
    if name in _OF_EVERY_APP:
        found = globals()[name] = getattr(import_module(f"{__name__}.{_OF_EVERY_APP[name]}"), name)
        return found
    if find_spec(f"{__name__}.{name}") is not None:
        # `from fluxlit_component import apptest` asks here first, and must not load the other names.
        return import_module(f"{__name__}.{name}")
    public = import_module("fluxlit_component.public")
    globals().update({each: getattr(public, each) for each in (*public.__all__, "__all__")})
    if name in globals():
        return globals()[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *_ENGINES, *import_module("fluxlit_component.public").__all__})
