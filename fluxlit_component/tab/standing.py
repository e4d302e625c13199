"""The status of a tab and what the app is told of it: what came back, what is not kept, and the hooks."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Literal, TypeAlias, cast

from fluxlit_component.hooks import Changed, Event, Hook, Hooks
from fluxlit_component.identifier import fingerprint
from fluxlit_component.settings import is_debug
from fluxlit_component.state.caps import LONGEST_KEY
from fluxlit_component.telemetry import count

_log = logging.getLogger("fluxlit_component")
_MOST_SAID = 1000
Status: TypeAlias = Literal["ready", "pending", "degraded", "disabled", "no-browser"]
Carrier: TypeAlias = Literal["handshake", "query", "component", "none"]
_said: set[tuple[str, str]] = set()  # keys and reasons that this process has logged


class Standing:
    """The attributes describe the run that reads them."""

    status: Status = "pending"
    carrier: Carrier = "component"
    """What brings the id to the server; "none": there is no browser."""
    is_new: bool = True
    restored: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()  # keys of live values that existed before this page load, and are gone now
    change: Changed | None = None  # how the visitor has changed, in the first run that shows it; else None
    afresh: bool = False  # whether this run is to reload the page: the visitor has pressed the way out
    conflicts: int = 0  # how many values of this tab have replaced a newer one of another tab
    notice: str | None = None  # a line for the visitor, shown until the next run
    skipped: dict[str, str]  # key -> why it is not kept and what to do about it
    hooks: Hooks  # the hooks of the call that opened the tab last

    def __init__(self) -> None:
        self.skipped, self.hooks = {}, {}

    def tell(self, event: Event) -> None:
        """Tell the app what happened, if the app has a hook for that."""
        hook = cast("Mapping[str, Hook | None]", self.hooks).get(f"on_{event.kind}")
        if hook is None:
            return
        try:
            hook(event)
        except Exception as error:  # noqa: BLE001 - the app's own code, which must not break its run
            traceback = error if is_debug() else None
            _log.warning("the on_%s hook failed: %s", event.kind, type(error).__name__, exc_info=traceback)

    def skip(self, key: str, reason: str, *, aloud: bool = True) -> None:
        """Note why a key is not kept. `aloud`: something is lost, and the log says so once per process."""
        is_news, short = self.skipped.get(key) != reason, f"{key:.{LONGEST_KEY}}"
        self.skipped[key] = reason
        if aloud and (short, reason) not in _said and len(_said) < _MOST_SAID:
            _said.add((short, reason))
            _log.warning("session key %.200r is not kept: %s", short, reason)
        if is_news:
            self.tell(Event("skip", (key,), {key: reason}))

    def lose(self, keys: Iterable[str]) -> None:
        """Tell the hooks which keys have lost their live values, each key once per page load."""
        gone = tuple(sorted({*keys} - {*self.lost}))
        self.lost = tuple(sorted((*self.lost, *gone)))
        if gone:
            self.tell(Event("lost", gone))

    def conflict(self, keys: Collection[str]) -> None:
        """Count values of this tab that have replaced those of another tab, and tell the hooks."""
        self.conflicts += len(keys)
        count("fluxlit.conflicts", len(keys))
        self.tell(Event("conflict", tuple(sorted(keys))))

    @contextmanager
    def outages(self, doing: str, sid: str | None) -> Iterator[None]:
        """Guard a block that asks the store. Any failure of the store means "unknown", and ends the block."""
        try:
            yield
        except Exception as error:  # noqa: BLE001 - stores are many, and so are their errors
            self.degrade(doing, sid, error)

    def degrade(self, doing: str, sid: str | None, error: BaseException) -> None:
        """Note that the store did not answer, and log that once per outage. The log never names the id."""
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
