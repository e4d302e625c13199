"""`fluxlit-session`: what the operator of an app does with its sessions from a terminal.

Nothing here ever knows a session id: sessions go by the first characters of their stored hash.
"""

from fluxlit_component.cli.launch import main

__all__ = ["main"]
