"""A store of an app's own, as small as one can be."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


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
