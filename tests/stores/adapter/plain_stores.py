"""Stores of three methods, as somebody may write them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from fluxlit_component.clock import Clock, deadline, is_past


class JsonStore:
    """Somebody's own store: a JSON document per session."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.documents: dict[str, tuple[str, float | None]] = {}
        self.lifetimes: list[float | None] = []

    def get(self, session_id: str) -> dict[str, Any] | None:
        text, ends = self.documents.get(session_id, ("null", None))
        found: dict[str, Any] | None = None if is_past(ends, self.clock()) else json.loads(text)
        return found

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        self.lifetimes.append(ttl_seconds)
        ends = deadline(self.clock(), 86_400 if ttl_seconds is None else ttl_seconds)
        self.documents[session_id] = (json.dumps(dict(data)), ends)

    def delete(self, session_id: str) -> None:
        self.documents.pop(session_id, None)


class BrokenStore:
    """A store whose backend is away, and which says more than it should."""

    def get(self, session_id: str) -> dict[str, Any] | None:
        raise ConnectionError(session_id)

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        raise ConnectionError(session_id)

    def delete(self, session_id: str) -> None:
        raise ConnectionError(session_id)
