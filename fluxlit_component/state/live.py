"""Live values: objects that no store can hold, such as a client or a lock. Only this process has them.

The record holds their names, so that their loss can be reported, and the process that has each of them. The
objects stay in their Streamlit session, and after its end here as long as the app asks for.
"""

from __future__ import annotations

import os
import secrets
import threading
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Final

from fluxlit_component.clock import monotonic
from fluxlit_component.codec import encode
from fluxlit_component.state.record import RESERVED, Change, Record

LIVE: Final = f"{RESERVED}_live"
STREAMLITS_SECONDS: Final = 120.0  # how long Streamlit itself keeps a session that nobody is connected to
_LOOK_SECONDS: Final = 5.0
MOST: Final = 1000
"""How many names a record gets, or `Caps.live` if that is more; and how many ended sessions are held."""
_STARTED: Final = secrets.token_hex(8)


def here() -> str:
    """This process, as a record names it."""
    return f"{_STARTED}-{os.getpid()}"  # a process that was forked has other objects


def noting(names: Mapping[str, str]) -> Mapping[str, Change]:
    """The change that notes live values in a record: name -> process."""
    return {LIVE: Change(encode(dict(sorted(names.items()))) if names else None)}


def noted(record: Record) -> Mapping[str, str]:
    """The live values that a record names, each with its process."""
    names = record.note(LIVE)
    return {str(name): str(process) for name, process in names.items()} if isinstance(names, dict) else {}


@dataclass(eq=False, repr=False)
class _Left:
    sid: str
    person: bytes | None
    values: Mapping[str, object]
    until: float


# A finalizer appends to this deque. It may run at any moment, so it must not wait for a lock.
_left: deque[_Left] = deque(maxlen=MOST)
_lock = threading.Lock()
_watched_by = 0  # the process whose thread drops expired values; a fork copies no threads


def leave(sid: str, person: bytes | None, values: Mapping[str, object], seconds: float) -> None:
    """Hold live values of an ended Streamlit session, minus the time Streamlit held them. Takes no lock."""
    if values and seconds > STREAMLITS_SECONDS:
        _left.append(_Left(sid, person, dict(values), monotonic() + seconds - STREAMLITS_SECONDS))


def collect(sids: Collection[str], person: bytes | None) -> dict[str, object]:
    """Remove and return the values left under these ids by this person or by a visitor not signed in."""
    found: dict[str, object] = {}
    for held in _drop_where(lambda held: held.sid in sids):
        if held.until > monotonic() and held.person in (None, person):
            found |= held.values
    return found


def watch(seconds: float) -> None:
    """Start the thread that drops expired values, so that they go without further visits, too."""
    global _watched_by  # noqa: PLW0603 - one thread per process is the point
    if seconds > STREAMLITS_SECONDS and _watched_by != os.getpid():
        _watched_by = os.getpid()
        threading.Thread(target=_expire_forever, name="fluxlit-live-values", daemon=True).start()


def _expire_forever() -> None:
    while True:
        time.sleep(_LOOK_SECONDS)
        _drop_where(lambda held: held.until <= monotonic())


def _drop_where(applies: Callable[[_Left], bool]) -> list[_Left]:
    with _lock:
        dropped = [held for held in tuple(_left) if applies(held)]
        for held in dropped:
            with suppress(ValueError):  # newer values have pushed it out of the full deque
                _left.remove(held)
    return dropped
