"""What a store tells its operator, as pure data. It holds no id, and only the size of a value.

For `stores.base.BrowsableStore`, and for the tools that use it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

Standing: TypeAlias = Literal["alive", "expired", "destroyed"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One session in a listing. Times are Unix seconds of the store's clock."""

    name: str
    """64 hex characters that `identifier.stored_key` makes of the id."""
    standing: Standing
    """Whether it has ended. An ended session is listed until the store drops it."""
    version: int
    created: float
    """When the session began, or was destroyed if it is destroyed."""
    idle_expires: float | None
    expires: float | None
    schema: int
    keys: int
    """How many keys it holds; deleted ones do not count."""
    size: int
    """Bytes of all values together."""
    now: float
    """The time of the store's clock. Differences between it and the other times have no clock skew."""


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """Facts that a backend tells about itself."""

    engine: str
    """Its name: ``"SQLite"``, ``"Redis"``, ``"PostgreSQL"``, ``"memory"``."""
    version: str
    now: float
    """Its clock, in Unix seconds."""
    details: Mapping[str, str | int] = field(default_factory=dict)
    """Other facts that matter to the operator. Only Redis has some."""
