"""A stand-in for `st`, and what it meets: session state that cannot be read, a model, stores."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from pydantic import BaseModel

from fluxlit_component import InMemorySessionStore

SID = "S" * 43
PARAM = "fluxlit_sid"


class Cart(BaseModel):
    """A small typed view."""

    total: int
    owner: str = "nobody"


class DictStore:
    """The smallest store there can be; notes what it was asked."""

    def __init__(self) -> None:
        self.sessions: dict[str, dict[str, Any]] = {}
        self.asked: list[tuple[object, ...]] = []

    def get(self, session_id: str) -> dict[str, Any] | None:
        self.asked.append(("get", session_id))
        return self.sessions.get(session_id)

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        self.asked.append(("set", session_id, ttl_seconds))
        self.sessions[session_id] = dict(data)

    def delete(self, session_id: str) -> None:
        self.asked.append(("delete", session_id))
        self.sessions.pop(session_id, None)


class BrokenState(dict[str, Any]):
    """Session state that cannot be read."""

    @property
    def filtered_state(self) -> dict[str, Any]:
        raise RuntimeError("the state is gone")


def facade(sid: str | None = SID, **state: Any) -> SimpleNamespace:
    """A stand-in for `st`, with an id in its query unless told otherwise."""
    return SimpleNamespace(query_params={} if sid is None else {PARAM: sid}, session_state=state)


def memory(**values: Any) -> InMemorySessionStore:
    """A store that holds these values, if there are any, for the id of `facade`."""
    store = InMemorySessionStore()
    if values:
        store.set(SID, values)
    return store
