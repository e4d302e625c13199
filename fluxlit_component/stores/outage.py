"""Protects runs when the store is down: a run waits half a second in all, and does not ask again at once.

`SparingStore` is wrapped around any store, for one run. A built-in store bounds its own waiting (`bounded`).
Any other store is called in a separate thread, so that a store that hangs does not hold the run.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, TypeVar

from fluxlit_component.clock import Clock, monotonic
from fluxlit_component.errors import FluxlitError, StoreUnavailable
from fluxlit_component.state.record import Commit, Outcome, Record
from fluxlit_component.stores.base import VersionedStore
from fluxlit_component.telemetry import count, record_seconds, span

T = TypeVar("T")

BUDGET_SECONDS: Final = 0.5  # how long the store may hold one run, summed over all its calls
_REFILL: Final = 0.1
"""Share of the time between calls that is added to the budget again. A fragment saves through the run that
drew it, and that run may have been hours ago."""
_COOLDOWN_FACTOR: Final = 20.0
_COOLDOWN_SECONDS: Final = 2.0
"""A store that failed is not called for twenty times as long as the call took, at most two seconds.

So the next run may call a store that refuses at once, and a store that hangs costs a twentieth of the time.
"""


@dataclass(eq=False, repr=False)
class LastCall:
    """The last call of a store."""

    operation: str
    seconds: float
    answered: bool


class Breaker:
    """Remembers for all runs of this process that a store failed a moment ago."""

    def __init__(self, *, clock: Clock = monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._open_until = {False: 0.0, True: 0.0}  # for reads and for writes: a full disk can be read
        self.last: LastCall | None = None

    def admit(self, *, writes: bool = False) -> None:
        """Let a call through, or raise `StoreUnavailable` if the store failed a moment ago."""
        with self._lock:
            now, open_until = self._clock(), self._open_until[writes]
            if now < open_until:
                raise StoreUnavailable("the store failed a moment ago and is not asked again yet")
            if open_until:
                # Half open: this call tests the store. Other calls are refused until it succeeds.
                self._open_until[writes] = now + _COOLDOWN_SECONDS

    def succeeded(self, *, writes: bool = True) -> None:
        """The store answered."""
        with self._lock:
            self._open_until |= dict.fromkeys((False, writes), 0.0)

    def failed(self, *, held_seconds: float, writes: bool = False) -> None:
        """The store did not answer, and the call took `held_seconds`."""
        with self._lock:
            until = self._clock() + min(held_seconds * _COOLDOWN_FACTOR, _COOLDOWN_SECONDS)
            self._open_until |= dict.fromkeys((writes, True), until)


class SparingStore:
    """A store as one run uses it: with a budget of time, and behind the breaker of the process."""

    def __init__(
        self,
        inner: VersionedStore,
        breaker: Breaker,
        *,
        budget_seconds: float = BUDGET_SECONDS,
        clock: Clock = monotonic,
    ) -> None:
        self.inner, self.breaker = inner, breaker
        self._budget = self._left = budget_seconds
        self._clock = clock
        self._ended = clock()

    def load(self, session_id: str) -> Record | None:
        return self._ask("load", lambda: self.inner.load(session_id), session_id)

    def commit(self, session_id: str, commit: Commit) -> Outcome:
        return self._ask("commit", lambda: self.inner.commit(session_id, commit), session_id)

    def touch(self, session_id: str, *, idle_seconds: float | None) -> bool:
        return self._ask("touch", lambda: self.inner.touch(session_id, idle_seconds=idle_seconds), session_id)

    def copy(self, source: str, target: str) -> bool:
        return self._ask("copy", lambda: self.inner.copy(source, target), source, target)

    def take(self, session_id: str) -> Record | None:
        return self._ask("take", lambda: self.inner.take(session_id), session_id)

    def delete(self, session_id: str) -> None:
        self._ask("delete", lambda: self.inner.delete(session_id), session_id)

    def _ask(self, operation: str, call: Callable[[], T], *ids: str) -> T:
        with span(f"fluxlit.store.{operation}"):
            try:
                return self._answer(operation, call)
            except Exception as error:
                chain = _chain(error)
                told = [f"{link} {link!r} {getattr(link, '__notes__', '')}" for link in chain]
                if not any(sid in text for text in told for sid in ids):
                    raise
                failure = chain[-1]
            # An app's own store may use an HTTP client whose errors quote URLs with the id. Hooks and logs
            # get only type and traceback of such an error. Outside `except` it is not chained to the new one.
            message = f"the store failed with {type(failure).__name__}"
            raise StoreUnavailable(message) from _Unquoted(message).with_traceback(failure.__traceback__)

    def _answer(self, operation: str, call: Callable[[], T]) -> T:
        self._left = min(self._budget, self._left + (self._clock() - self._ended) * _REFILL)
        if self._left <= 0:
            raise StoreUnavailable("the store has held this run long enough")
        writes = operation != "load"
        self.breaker.admit(writes=writes)
        is_bounded, began = getattr(self.inner, "bounded", False), self._clock()
        try:
            answer = call() if is_bounded else _workers().run(call, seconds=self._left)
        except Exception as error:
            held = self._spent(operation, began, answered=False)
            count("fluxlit.store.errors", operation=operation, error=type(error).__name__)
            if isinstance(error, StoreUnavailable) or not isinstance(error, FluxlitError):
                self.breaker.failed(held_seconds=held, writes=writes)
            else:
                self.breaker.succeeded(writes=writes)  # the store has answered, though with an error
            raise
        held = self._spent(operation, began, answered=True)
        record_seconds("fluxlit.store.duration", held, operation=operation)
        self.breaker.succeeded(writes=writes)
        return answer

    def _spent(self, operation: str, began: float, *, answered: bool) -> float:
        """Note the end of a call, subtract its time from the budget, and return that time."""
        self._ended = self._clock()
        held = self._ended - began
        self._left -= held
        self.breaker.last = LastCall(operation, held, answered)
        return held


@cache
def _workers() -> Any:
    from fluxlit_component.stores.patience import Workers

    return Workers(8)


class _Unquoted(Exception):
    """Replaces an error as a cause: it has the type's name and the traceback, not the text."""


def _chain(error: BaseException) -> list[BaseException]:
    """An error and the errors that led to it. The original error is last."""
    chain = [error]
    while (before := chain[-1].__cause__ or chain[-1].__context__) is not None and before not in chain:
        chain.append(before)
    return chain


_lock: Final = threading.Lock()
_breakers: Final[list[tuple[VersionedStore, Breaker]]] = []


def breaker_of(store: VersionedStore) -> Breaker:
    """The breaker of a store object, one for the whole process."""
    return made_for(store, _breakers, Breaker)


def made_for(store: object, known: list[tuple[Any, T]], make: Callable[[], T]) -> T:
    """What was made for this very object before, or makes it. An app's store need not have a hash."""
    with _lock:
        for place, (other, made) in enumerate(known):
            if other is store:
                known.append(known.pop(place))
                return made
        known.append((store, make()))
        del known[:-16]  # an app that makes a store in every run must not fill the memory
        return known[-1][1]
