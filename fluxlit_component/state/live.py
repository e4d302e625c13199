"""Live values: what no store can hold, such as a client or a lock, and only this process can give back.

The record names them, so that a page load which finds them nowhere can tell what is lost. The objects
themselves stay with their Streamlit session, and here when that has ended, for as long as the app asks for.
"""

from __future__ import annotations

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
STREAMLITS_SECONDS: Final = 120.0
"""How long Streamlit itself keeps a session that nobody is connected to."""
_LOOK_SECONDS: Final = 5.0
_MOST: Final = 1000
_NONE: Final = frozenset[str]()


def noting(keys: Collection[str]) -> Mapping[str, Change]:
    """What has a record name its live values."""
    return {LIVE: Change(encode(sorted(keys)) if keys else None)}


def noted(record: Record) -> frozenset[str]:
    """The live values that a record names."""
    names = record.note(LIVE)
    return frozenset(name for name in names if isinstance(name, str)) if isinstance(names, list) else _NONE


@dataclass(eq=False, repr=False)
class _Left:
    sid: str
    person: bytes | None
    values: Mapping[str, object]
    until: float


# Appended to from the end of an object's life, which may come anywhere: a lock could be held already.
_left: deque[_Left] = deque(maxlen=_MOST)
_lock = threading.Lock()
_watching = False


def leave(sid: str, person: bytes | None, values: Mapping[str, object], seconds: float) -> None:
    """Hold what a Streamlit session has left, beyond what Streamlit itself has held it. Takes no lock."""
    if values and seconds > STREAMLITS_SECONDS:
        _left.append(_Left(sid, person, dict(values), monotonic() + seconds - STREAMLITS_SECONDS))


def collect(sids: Collection[str], person: bytes | None) -> dict[str, object]:
    """Take what was left under these ids by this person, or by nobody: once."""
    found: dict[str, object] = {}
    for held in _drop_where(lambda held: held.sid in sids):
        if held.until > monotonic() and held.person in (None, person):
            found |= held.values
    return found


def watch(seconds: float) -> None:
    """Have what is over let go, also when nobody comes any more."""
    global _watching  # noqa: PLW0603 - one thread per process is the point
    if seconds <= STREAMLITS_SECONDS or _watching:
        return
    _watching = True
    threading.Thread(target=_look_after, name="fluxlit-live-values", daemon=True).start()


def _look_after() -> None:
    while True:
        time.sleep(_LOOK_SECONDS)
        _drop_where(lambda held: held.until <= monotonic())


def _drop_where(applies: Callable[[_Left], bool]) -> list[_Left]:
    with _lock:
        dropped = [held for held in tuple(_left) if applies(held)]
        for held in dropped:
            with suppress(ValueError):  # so many came in that it has fallen out
                _left.remove(held)
    return dropped
