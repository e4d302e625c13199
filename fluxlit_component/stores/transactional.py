"""The operations of stores that read before they write inside one transaction.

For `stores.memory`, `stores.sqlite` and `stores.sql`, which define what a transaction is. `stores.ledger`
decides how a session changes. Ended sessions are dropped by sweeps, soon again if many are left.
"""

from __future__ import annotations

import logging
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar

from fluxlit_component.arguments import seconds
from fluxlit_component.clock import Clock, deadline
from fluxlit_component.errors import FluxlitError
from fluxlit_component.state.record import Commit, Field, Outcome, Record
from fluxlit_component.stores import ledger
from fluxlit_component.stores.ledger import PAGE, Head, Place
from fluxlit_component.stores.values import fields_of, values_of

if TYPE_CHECKING:
    from fluxlit_component.stores.browse import Entry

T = TypeVar("T")

_log = logging.getLogger("fluxlit_component.stores")
_LIMIT: Final = 200  # how many sessions one sweep drops at most, so that no visitor waits long for its lock
_PAUSE_SECONDS: Final = 300.0
_BACKLOG_PAUSE_SECONDS: Final = 5.0
_TOMBSTONE_VERSIONS: Final = 1000
_TOMBSTONE_SWEEP: Final = 100


class Transaction(Protocol):
    """The steps that are possible inside a transaction."""

    def now(self) -> float:
        """The time now."""

    def find(
        self, name: str, keys: Collection[str] | None = (), *, data: bool = True, create: bool = False
    ) -> Place:
        """Find the session `name` with the fields of `keys`, and lock it until the end of the transaction.

        `keys` None: all fields. Without `data` only their versions are needed. `create`: the caller writes if
        nothing is found; if two callers begin a session, one of them waits.
        """

    def begin(self, place: Place, head: Head, fields: Mapping[str, Field]) -> None:
        """Write a head and its fields in place of anything that is stored there."""

    def move(self, place: Place, head: Head, fields: Mapping[str, Field]) -> None:
        """Give a session its next head, and write `fields` over fields with the same keys."""

    def drop_tombstones(self, place: Place, below: int) -> None:
        """Drop the tombstones with versions lower than `below`."""

    def drop_ended(self, limit: int) -> int:
        """Drop up to `limit` ended sessions; return how many."""

    def page(self, prefix: str, after: str) -> list[Any]:
        """Up to `PAGE` sessions whose names begin with `prefix` and come after `after`, ordered by name.

        Each row has the name, the values of the head, the number of keys and the bytes of all values.
        """


class TransactionalStore(ABC):
    """A `VersionedStore` and `BrowsableStore`, except for the parts that depend on the engine."""

    bounded = True

    def __init__(self, default_ttl_seconds: float | None, sweep_clock: Clock) -> None:
        self._default_ttl_seconds = seconds("default_ttl_seconds", default_ttl_seconds, None)
        self._sweep_clock = sweep_clock
        self._sweep_due = sweep_clock() + _PAUSE_SECONDS

    @abstractmethod
    def _write(self, work: Callable[[Transaction], T]) -> T:
        """Run work in one atomic step."""

    def _read(self, work: Callable[[Transaction], T]) -> T:
        """Run work that reads once and writes nothing."""
        return self._write(work)

    def get(self, session_id: str) -> dict[str, Any] | None:
        return values_of(self.load(session_id))

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        name, fields = ledger.name_of(session_id), fields_of(data)
        span = seconds("ttl_seconds", ttl_seconds, self._default_ttl_seconds)

        def replace(transaction: Transaction) -> None:
            place = transaction.find(name, create=True)
            transaction.begin(place, Head(1, place.now, deadline(place.now, span)), fields)

        self._write(replace)
        self._sweep_if_due()

    def delete(self, session_id: str) -> None:
        self._destroy(ledger.name_of(session_id))

    def load(self, session_id: str) -> Record | None:
        return self._load(ledger.name_of(session_id))

    def commit(self, session_id: str, commit: Commit) -> Outcome:
        outcome = self._commit(ledger.name_of(session_id), commit)
        self._sweep_if_due()
        return outcome

    def _commit(self, name: str, commit: Commit) -> Outcome:
        return self._write(self._committing(name, commit))

    def _committing(self, name: str, commit: Commit) -> Callable[[Transaction], Outcome]:
        guarded = any(change.guarded for change in commit.changes.values())

        def apply(transaction: Transaction) -> Outcome:
            place = transaction.find(name, commit.changes, data=guarded, create=commit.create)
            outcome, head, fields = ledger.rule(place, commit)
            if head is None:
                return outcome
            if place.living is None:
                transaction.begin(place, head, fields)
                return outcome
            transaction.move(place, head, fields)
            # A look through all fields at every commit would cost more than a few tombstones do.
            if head.version > _TOMBSTONE_VERSIONS and head.version % _TOMBSTONE_SWEEP == 0:
                transaction.drop_tombstones(place, head.version - _TOMBSTONE_VERSIONS)
            return outcome

        return apply

    def touch(self, session_id: str, *, idle_seconds: float | None) -> bool:
        name = ledger.name_of(session_id)

        def move(transaction: Transaction) -> bool:
            place = transaction.find(name)
            if (head := place.living) is not None:
                transaction.move(place, head._replace(idle_expires=deadline(place.now, idle_seconds)), {})
            return head is not None

        return self._write(move)

    def copy(self, source: str, target: str) -> bool:
        return self._copy(ledger.name_of(source), ledger.name_of(target), destroy_source=False)

    def rename(self, source: str, target: str) -> bool:
        return self._copy(ledger.name_of(source), ledger.name_of(target), destroy_source=True)

    def take(self, session_id: str) -> Record | None:
        name = ledger.name_of(session_id)

        def take_out(transaction: Transaction) -> Record | None:
            place = transaction.find(name, None)
            if (record := place.record()) is not None:
                transaction.begin(place, ledger.marker(place.now), {})
            return record

        return self._write(take_out)

    def purge(self, *, limit: int = 1000) -> int:
        return self._write(lambda transaction: transaction.drop_ended(limit))

    def browse(self, prefix: str = "") -> Iterator[Entry]:
        from fluxlit_component.stores.browse import entry_of

        ledger.checked_prefix(prefix)
        after = ""

        def page(transaction: Transaction) -> tuple[list[Any], float]:
            return transaction.page(prefix, after), transaction.now()

        while True:
            rows, now = self._read(page)
            for name, *head, keys, size in rows:
                entry = entry_of(name, Head(*head), keys=keys, size=int(size), now=now)
                if entry is not None:
                    yield entry
            if len(rows) < PAGE:
                return
            after = rows[-1][0]

    def peek(self, name: str) -> Record | None:
        return self._load(ledger.checked_name(name))

    def destroy(self, name: str) -> bool:
        return self._destroy(ledger.checked_name(name))

    def place(self, name: str, record: Record) -> bool:
        ledger.checked_name(name)
        head = Head(record.version, record.created, record.idle_expires, record.expires, record.schema)

        def put(transaction: Transaction) -> bool:
            place = transaction.find(name, create=True)
            fits = ledger.is_free(place.head, place.now) and ledger.state_of(head, place.now) == "alive"
            if fits:
                transaction.begin(place, head, record.fields)
            return fits

        return self._write(put)

    def _load(self, name: str) -> Record | None:
        return self._read(lambda transaction: transaction.find(name, None).record())

    def _destroy(self, name: str) -> bool:
        def destroy(transaction: Transaction) -> bool:
            place = transaction.find(name, create=True)
            transaction.begin(place, ledger.marker(place.now), {})
            return place.living is not None

        return self._write(destroy)

    def _copy(self, source: str, target: str, *, destroy_source: bool) -> bool:
        def duplicate(transaction: Transaction) -> bool:
            # All callers use one order, so two renames cannot wait for each other.
            both = sorted({source, target})
            places = {name: transaction.find(name, None if name == source else ()) for name in both}
            original, standing = places[source], places[target]
            if original.living is None:
                return False
            if standing.row is None:
                standing = transaction.find(target, create=True)
            if not ledger.is_free(standing.head, standing.now):
                return False
            transaction.begin(standing, original.living, original.fields)
            if destroy_source:
                transaction.begin(original, ledger.marker(original.now), {})
            return True

        return self._write(duplicate)

    def _sweep_if_due(self) -> None:
        # Two threads may both find it due; that does no harm. A new thread sweeps: the caller does not wait.
        now = self._sweep_clock()
        if now >= self._sweep_due:
            self._sweep_due = now + _PAUSE_SECONDS
            threading.Thread(target=self._sweep, name="fluxlit-sweep", daemon=True).start()

    def _sweep(self) -> None:
        try:
            # A sweep at its limit has left work. With 200 per 5 minutes a busy store would only grow.
            if self.purge(limit=_LIMIT) >= _LIMIT:
                self._sweep_due = self._sweep_clock() + _BACKLOG_PAUSE_SECONDS
        except FluxlitError as error:  # nobody asked for this sweep, and the next one comes soon enough
            _log.info("expired sessions were not swept this time: %s", error)
