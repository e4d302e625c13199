"""What a store tells whoever runs it: pure data. No id is in it, and of a value only its size.

For `stores.base.BrowsableStore` and `DescribedStore`, and for the tools that use them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

Standing: TypeAlias = Literal["alive", "expired", "destroyed"]


@dataclass(frozen=True, slots=True)
class Entry:
    """One session in a listing. Times are Unix seconds of the store's clock."""

    name: str
    """What `identifier.stored_key` makes of its id: 64 hex characters."""
    standing: Standing
    """How it stands; what has ended is listed until the store drops it."""
    version: int
    created: float
    """When it was begun; of a destroyed one, when it was destroyed."""
    idle_expires: float | None
    expires: float | None
    schema: int
    keys: int
    """How many keys it holds; deleted ones do not count."""
    size: int
    """Bytes of all values together."""
    now: float
    """What the store's clock said: differences to it are free of clock skew."""


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What a backend says of itself."""

    engine: str
    """Its name: ``"SQLite"``, ``"Redis"``, ``"PostgreSQL"``, ``"memory"``."""
    version: str
    now: float
    """Its clock, in Unix seconds."""
    details: Mapping[str, str | int]
    """Whatever else matters to who runs it; which names there are depends on the engine."""
