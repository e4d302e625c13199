"""Hooks: the app's own callables that are told what happened to a session. For logs, metrics, notices.

A hook gets one `Event`. What it returns is ignored; an exception in it is logged and never breaks the
run. A hook must not call `st.*`: it may run while the script is being stopped.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, TypeAlias

from fluxlit_component.settings import is_debug

_log = logging.getLogger("fluxlit_component")

Kind: TypeAlias = Literal[
    "new", "restore", "persist", "conflict", "skip", "expire", "lost", "identity", "error"
]
Changed: TypeAlias = Literal["login", "logout", "switch"]
"""How it changed who is signed in: nobody before, nobody now, or somebody else now."""


@dataclass(frozen=True)
class Event:
    """What happened. Never holds a session id or a value.

    Examples:
        ```python
        import logging

        import streamlit as st
        from fluxlit_component import Event, url_session


        def told(event: Event) -> None:
            logging.getLogger("app").info("%s: %s", event.kind, ", ".join(event.keys))


        with url_session(on_restore=told, on_persist=told, on_skip=told):
            st.text_input("Name", key="name")
        ```
    """

    kind: Kind
    keys: tuple[str, ...] = ()
    """The keys concerned, sorted."""
    reasons: Mapping[str, str] = field(default_factory=dict)
    """For "skip": key -> why it is not kept and what to do."""
    error: Exception | None = None
    """For "error": what the store, a migration or a model raised."""
    change: Changed | None = None
    """For "identity": somebody signed in and takes the session along, or it was left for a fresh one because
    nobody is signed in any more, or somebody else is."""


Hook: TypeAlias = Callable[[Event], object]


class Hooks:
    """The hooks of one call, by the kind of event."""

    def __init__(self, **hooks: Hook | None) -> None:
        self._hooks = {kind: hook for kind, hook in hooks.items() if hook is not None}

    def tell(self, event: Event) -> None:
        """Call the hook for the event's kind, if there is one."""
        hook = self._hooks.get(event.kind)
        if hook is None:
            return
        try:
            hook(event)
        except Exception as error:  # noqa: BLE001 - the app's own code, which must not break its run
            traceback = error if is_debug() else None
            _log.warning("the on_%s hook failed: %s", event.kind, type(error).__name__, exc_info=traceback)


NO_HOOKS: Final = Hooks()
