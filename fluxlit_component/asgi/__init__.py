"""With this the first script run of a page load knows its session: F5 costs what it costs without us.

`SessionMiddleware` for `st.App("main.py", middleware=[Middleware(SessionMiddleware)])`, and an app made from
the environment for any ASGI server: `FLUXLIT_APP=main.py uvicorn fluxlit_component.asgi:app`. Streamlit 1.53
or newer.
"""

from __future__ import annotations

from typing import Any

from fluxlit_component.asgi.middleware import SessionMiddleware

__all__ = ["SessionMiddleware"]


def __getattr__(name: str) -> Any:
    # Made when a server asks for it: who imports the middleware has an app of its own.
    if name == "app":
        from fluxlit_component.asgi.application import app  # noqa: PLC0415

        return app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
