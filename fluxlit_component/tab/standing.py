"""How a tab stands, and what there is to tell of it: status, what came back, what is not kept, hooks."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from fluxlit_component.hooks import Changed, Event, Hooks, tell
from fluxlit_component.identifier import fingerprint
from fluxlit_component.settings import is_debug
from fluxlit_component.telemetry import count

_log = logging.getLogger("fluxlit_component")
_MOST_SAID = 1000

Status: TypeAlias = Literal["ready", "pending", "degraded", "disabled", "no-browser"]
Carrier: TypeAlias = Literal["handshake", "query", "component", "none"]

_said: set[tuple[str, str]] = set()
"""Keys and reasons that stand in the log of this process."""


@dataclass(slots=True, eq=False, repr=False)
class Standing:
    """Attributes hold for the run that looks at them."""

    status: Status = "pending"
    carrier: Carrier = "component"
    """What brings the id to the server; "none": there is no browser."""
    is_new: bool = True
    restored: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()
    """Live values that were there before this page load, and that nobody has any more."""
    change: Changed | None = None
    """That somebody else is signed in than before, in the first run that shows it."""
    afresh: bool = False
    """Whether the page is to load itself anew in this run: the visitor has taken the way out."""
    conflicts: int = 0
    """How many of this tab's values went over a newer one of another tab."""
    notice: str | None = None
    """A line for the visitor, shown until the next run."""

    skipped: dict[str, str] = field(default_factory=dict)
    """Key -> why it is not kept and what to do about it."""
    hooks: Hooks = field(default_factory=Hooks)
    """Those of the call that opened the tab last."""

    def tell(self, event: Event) -> None:
        """Tell the app what happened, if it wants to know."""
        tell(self.hooks, event)

    def skip(self, key: str, reason: str, *, aloud: bool = True) -> None:
        """Note why a key is not kept; `aloud`: something is lost, and the log says so once per process."""
        is_news = self.skipped.get(key) != reason
        self.skipped[key] = reason
        if aloud and (key, reason) not in _said and len(_said) < _MOST_SAID:
            _said.add((key, reason))
            _log.warning("session key %r is not kept: %s", key, reason)
        if is_news:
            self.tell(Event("skip", (key,), {key: reason}))

    def lose(self, keys: Iterable[str]) -> None:
        """Tell which keys nobody has any more, each once for a page load."""
        gone = tuple(sorted({*keys} - {*self.lost}))
        self.lost = tuple(sorted((*self.lost, *gone)))
        if gone:
            self.tell(Event("lost", gone))

    def conflict(self, keys: Collection[str]) -> None:
        """Count and tell that this tab's values went over those of another one."""
        self.conflicts += len(keys)
        count("fluxlit.conflicts", len(keys))
        self.tell(Event("conflict", tuple(sorted(keys))))

    @contextmanager
    def outages(self, doing: str, sid: str | None) -> Iterator[None]:
        """Ask the store for something; any failure of it means "unknown", and ends the block."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - stores are many, and so are their errors
            self.degrade(doing, sid, error)

    def degrade(self, doing: str, sid: str | None, error: BaseException) -> None:
        """Note that the store did not answer, and say so once per outage. Never names the id."""
        if self.status != "degraded":
            _log.warning(
                "the session store did not answer (%s of %s: %s); the app goes on, and saves when it is back",
                doing,
                fingerprint(sid) if sid is not None else "a session",
                type(error).__name__,
                exc_info=error if is_debug() else None,
            )
            self.tell(Event("error", error=error if isinstance(error, Exception) else None))
        self.status = "degraded"
