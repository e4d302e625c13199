"""`fluxlit-session`: what the operator of an app does with its sessions from a terminal.

Nothing here ever knows a session id: sessions go by the first characters of their stored hash.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fluxlit_component.cli.launch import main

if TYPE_CHECKING:
    from fluxlit_component.cli.application import app

__all__ = ["app", "main"]


def __getattr__(name: str) -> Any:
    # Loaded when it is asked for: an app that is served needs no other commands.
    if name == "app":
        from fluxlit_component.cli.application import app

        return app
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
