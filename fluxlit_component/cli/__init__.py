"""`fluxlit-session`: what the operator of an app does with its sessions from a terminal.

Nothing here ever knows a session id: sessions go by the first characters of their stored hash.
"""

from fluxlit_component.cli.application import app, main

__all__ = ["app", "main"]
