"""What stores share that look before they write inside one transaction: each operation, once.

For `stores.memory`, `stores.sqlite` and `stores.sql`. They say how a transaction is run and what can be done
in one; what becomes of a session is decided by `stores.ledger`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias, TypeVar

from fluxlit_component.state.record import Commit, Field, Outcome, Record
from fluxlit_component.stores import ledger
from fluxlit_component.stores.ledger import Head, Place
from fluxlit_component.stores.values import fields_of, values_of

if TYPE_CHECKING:
    from fluxlit_component.stores.inventory import Entry

T = TypeVar("T")


class Transaction(Protocol):
    """What can be done inside a transaction. A place that was found is held until its end."""

    def load(self, name: str) -> Record | None:
        """The whole record, if it is alive; it is not held."""

    def find(self, name: str) -> Place | None:
        """What stands under a name; None: nothing does."""

    def seat(self, name: str) -> Place:
        """The place of a name, whatever stands there. Of two who begin a session one waits."""

    def find_for(self, name: str, commit: Commit) -> tuple[Place, Mapping[str, Field]]:
        """The place for a commit, and what `ledger.rule` has to know of the fields there."""

    def fields(self, place: Place) -> dict[str, Field]:
        """All fields of a session."""

    def begin(self, place: Place, head: Head, fields: Mapping[str, Field]) -> None:
        """Put a head and its fields in place of whatever stands there."""

    def move(self, place: Place, head: Head, fields: Mapping[str, Field]) -> None:
        """Bring a session to its next head, and write fields over those of the same keys."""

    def copy(self, source: Place, head: Head, target: Place) -> None:
        """Put a session's head and fields, tombstones included, in place of whatever stands in another."""

    def drop_tombstones(self, place: Place, below: int) -> None:
        """Drop the tombstones of lower versions."""

    def drop_ended(self, limit: int) -> int:
        """Drop up to `limit` sessions whose time is over; return how many."""


Page: TypeAlias = tuple[list["Entry"], str | None]
"""Some entries of a listing, and the name after which the next page begins; None: there is none."""


def paged(page: Callable[[str, str], Page], prefix: str) -> Iterator[Entry]:
    """A listing, page by page; `page` is told the prefix and the name that a page begins after."""
    ledger.checked_prefix(prefix)
    after: str | None = ""
    while after is not None:
        entries, after = page(prefix, after)
        yield from entries


class TransactionalStore(ABC):
    """A `VersionedStore` and `BrowsableStore` but for what its engine does in its own way."""

    bounded = True
    _default_ttl_seconds: float | None

    @abstractmethod
    def _write(self, work: Callable[[Transaction], T]) -> T:
        """Run work in one atomic step."""

    @abstractmethod
    def _tidy(self) -> None:
        """Now and then, purge."""

    def get(self, session_id: str) -> dict[str, Any] | None:
        record = self.load(session_id)
        return None if record is None else values_of(record.fields)

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        name, fields = ledger.name_of(session_id), fields_of(data)

        def replace(transaction: Transaction) -> None:
            place = transaction.seat(name)
            head = ledger.begun(place.now, ttl_seconds=ttl_seconds, default=self._default_ttl_seconds)
            transaction.begin(place, head, fields)

        self._write(replace)
        self._tidy()

    def delete(self, session_id: str) -> None:
        self._destroy(ledger.name_of(session_id))

    def load(self, session_id: str) -> Record | None:
        return self._load(ledger.name_of(session_id))

    def commit(self, session_id: str, commit: Commit) -> Outcome:
        outcome = self._write(self._committing(ledger.name_of(session_id), commit))
        self._tidy()
        return outcome

    def _committing(self, name: str, commit: Commit) -> Callable[[Transaction], Outcome]:
        def apply(transaction: Transaction) -> Outcome:
            place, stored = transaction.find_for(name, commit)
            ruling = ledger.rule(place.head, stored, commit, place.now)
            if ruling.begins and ruling.head is not None:
                transaction.begin(place, ruling.head, ruling.fields)
            elif ruling.head is not None:
                transaction.move(place, ruling.head, ruling.fields)
                if ruling.drop_tombstones_below is not None:
                    transaction.drop_tombstones(place, ruling.drop_tombstones_below)
            return ruling.outcome

        return apply

    def touch(self, session_id: str, *, idle_seconds: float | None) -> bool:
        name = ledger.name_of(session_id)

        def move(transaction: Transaction) -> bool:
            place = transaction.find(name)
            if place is None or place.living is None:
                return False
            transaction.move(place, ledger.touched(place.living, place.now, idle_seconds), {})
            return True

        return self._write(move)

    def copy(self, source: str, target: str) -> bool:
        return self._copy(ledger.name_of(source), ledger.name_of(target), destroy_source=False)

    def rename(self, source: str, target: str) -> bool:
        return self._copy(ledger.name_of(source), ledger.name_of(target), destroy_source=True)

    def take(self, session_id: str) -> Record | None:
        name = ledger.name_of(session_id)

        def take_out(transaction: Transaction) -> Record | None:
            place = transaction.find(name)
            if place is None or place.living is None:
                return None
            fields = transaction.fields(place)
            transaction.begin(place, ledger.marker(place.now), {})
            return ledger.record_of(place.living, fields, place.now)

        return self._write(take_out)

    def purge(self, *, limit: int = 1000) -> int:
        return self._write(lambda transaction: transaction.drop_ended(limit))

    def peek(self, name: str) -> Record | None:
        return self._load(ledger.checked_name(name))

    def destroy(self, name: str) -> bool:
        return self._destroy(ledger.checked_name(name))

    def place(self, name: str, record: Record) -> bool:
        ledger.checked_name(name)

        def put(transaction: Transaction) -> bool:
            place, head = transaction.seat(name), ledger.head_of(record)
            given_way = ledger.yields(place.head, head, place.now)
            if given_way:
                transaction.begin(place, head, record.fields)
            return given_way

        return self._write(put)

    def _load(self, name: str) -> Record | None:
        return self._write(lambda transaction: transaction.load(name))

    def _destroy(self, name: str) -> bool:
        def destroy(transaction: Transaction) -> bool:
            place = transaction.seat(name)
            transaction.begin(place, ledger.marker(place.now), {})
            return place.living is not None

        return self._write(destroy)

    def _copy(self, source: str, target: str, *, destroy_source: bool) -> bool:
        def duplicate(transaction: Transaction) -> bool:
            # In one order for all: two renames must not wait for each other.
            places = {name: transaction.find(name) for name in sorted({source, target})}
            original = places[source]
            if original is None or original.living is None:
                return False
            standing = places[target] or transaction.seat(target)
            if not ledger.is_free(standing.head, standing.now):
                return False
            transaction.copy(original, original.living, standing)
            if destroy_source:
                transaction.begin(original, ledger.marker(original.now), {})
            return True

        return self._write(duplicate)
