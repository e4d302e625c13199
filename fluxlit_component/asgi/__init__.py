"""With this the first script run of a page load knows its session: F5 costs what it costs without us.

`SessionMiddleware` for `st.App("main.py", middleware=[Middleware(SessionMiddleware)])`, and an app made from
the environment for ASGI servers: `FLUXLIT_APP=main.py uvicorn fluxlit_component.asgi:app` (Streamlit 1.53+).
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from fluxlit_component.asgi.middleware import SessionMiddleware

__all__ = ["SessionMiddleware"]


def __getattr__(name: str) -> Any:
    # Loaded only if a server asks for it. Without the middleware the runs import only `handshake`.
    modules = {"SessionMiddleware": "middleware", "app": "application"}
    if name in modules:
        return getattr(import_module(f"{__name__}.{modules[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
