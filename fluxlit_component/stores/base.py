"""What a store must do, in words. This is enough to write a new store without reading another one.

`SessionStore` is the extension point: three methods. `VersionedStore` adds what two tabs need to write at
once without losing anything; `stores.adapter` makes one of any three-method store.

Common to `SessionStore` and `VersionedStore`:

* ``session_id`` is any non-empty string. A built-in store keeps the session under
  `identifier.stored_key(session_id)`; the id itself never reaches the backend.
* An expired session counts as absent in every read and write, even if it was not purged yet.
* `StoreUnavailable` is raised when the backend gave no answer. It never means "absent".
* Every method may be called from any thread.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from typing import Any, Protocol, runtime_checkable

from fluxlit_component.errors import ConfigurationError, FluxlitError
from fluxlit_component.state.record import Commit, Outcome, Record


@contextlib.contextmanager
def hiding_url() -> Iterator[None]:
    """Use the URL of a store. Errors of parsers and drivers do not pass: they may quote its password."""
    try:
        yield
    except FluxlitError:
        raise
    except ModuleNotFoundError as error:
        reason = f"the URL of the store needs a driver that is not installed: pip install {error.name}"
        raise ConfigurationError(reason) from None
    except Exception as error:  # noqa: BLE001 - parsers and drivers have their own
        reason = f"the URL of the store cannot be used ({type(error).__name__}); check it part by part"
        raise ConfigurationError(reason) from None


@runtime_checkable
class SessionStore(Protocol):
    """Keeps one dict of values per session id. Any class with these three methods will do."""

    def get(self, session_id: str) -> dict[str, Any] | None:
        """Return a fresh copy of the stored dict, or None if there is none or it has expired."""

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        """Replace the whole dict.

        `ttl_seconds`: None takes the store's default, a positive number is that many seconds from
        now, zero or negative means that this write never expires.
        """

    def delete(self, session_id: str) -> None:
        """Remove the session; no error if there is none."""


class RecordStore(Protocol):
    """The methods that one run needs of a store that keeps records."""

    def load(self, session_id: str) -> Record | None:
        """Return the whole record, tombstones included; None if absent, expired or destroyed."""

    def commit(self, session_id: str, commit: Commit) -> Outcome:
        """Write all changes or, unless the verdict is "committed", none.

        All in one atomic step. A destroyed or expired record is left alone, and the verdict says so. So is
        one whose schema number is higher than the commit's ("newer"; 0 counts as 1). An absent record is
        begun with version `commit.begin` if `commit.create`; otherwise the verdict is "absent". A guarded
        change whose stored version (0 if the key is not there) differs from its base is left out and
        returned in `refused`. The other changes are written with the record's next version. A change whose
        stored version is newer than its base is written and named in `overwritten`. If every change was
        refused, or there is none, nothing is written and the version stays. Otherwise the idle deadline
        becomes now + `idle_seconds`. The absolute deadline is set when the record is begun and never moves.
        """

    def touch(self, session_id: str, *, idle_seconds: float | None) -> bool:
        """Move the idle deadline to now + `idle_seconds` (None, zero, negative: never).

        False if the record is absent, expired or destroyed. The version stays.
        """

    def copy(self, source: str, target: str) -> bool:
        """Give `target` a copy of `source`: fields, versions, creation time and deadlines.

        Atomic. Does nothing and returns False if `source` is absent or anything is stored under `target`.
        """

    def take(self, session_id: str) -> Record | None:
        """Return the record and destroy it in one atomic step. Of many callers only one gets the record."""

    def delete(self, session_id: str) -> None:
        """Destroy the record for good."""


@runtime_checkable
class VersionedStore(RecordStore, SessionStore, Protocol):
    """A store with records: per-key versions, atomic commits, two lifetimes.

    `get`, `set` and `delete` work on the same records. `set` begins a fresh one even if one was destroyed
    there. `delete` leaves a marker for a day, so that a late `commit` finds "destroyed" and writes nothing.
    """

    def rename(self, source: str, target: str) -> bool:
        """Like `copy`, but `source` is destroyed in the same atomic step."""

    def purge(self, *, limit: int = 1000) -> int:
        """Drop up to `limit` expired records and markers older than a day; return how many."""

    def close(self) -> None:
        """Release what this object opened itself. A client that was passed in stays open."""
