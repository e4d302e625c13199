"""Stores of an app's own, as small as they can be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fluxlit_component import SessionStore


class AroundStore:
    """Three methods around another store, such as an app may write to count or log its calls."""

    def __init__(self, inner: SessionStore) -> None:
        self.inner = inner

    def get(self, session_id: str) -> dict[str, Any] | None:
        return self.inner.get(session_id)

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        self.inner.set(session_id, data, ttl_seconds=ttl_seconds)

    def delete(self, session_id: str) -> None:
        self.inner.delete(session_id)


class DictStore:
    """Three methods over a dict."""

    def __init__(self) -> None:
        self.sessions: dict[str, dict[str, Any]] = {}

    def get(self, session_id: str) -> dict[str, Any] | None:
        return self.sessions.get(session_id)

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        del ttl_seconds
        self.sessions[session_id] = dict(data)

    def delete(self, session_id: str) -> None:
        self.sessions.pop(session_id, None)
