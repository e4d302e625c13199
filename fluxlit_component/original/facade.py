"""`st` as the original functions know it outside of a Streamlit run: a query, a state, a store beside it."""

from __future__ import annotations

import logging
from collections.abc import Mapping, MutableMapping
from typing import Any, Final, Protocol, cast

from fluxlit_component.codec import encode
from fluxlit_component.errors import UnstorableValue
from fluxlit_component.state.keys import Keys
from fluxlit_component.stores.base import SessionStore

KEYS: Final = Keys()  # all keys that can take part

_log = logging.getLogger("fluxlit_component.original")


class Facade(Protocol):
    """What the functions need of `st`: the `streamlit` module, or anything that looks like it."""

    query_params: Any
    session_state: Any


def query_get(st: Facade, param: str) -> str | None:
    """The first value of a query parameter."""
    query = st.query_params
    raw = query.get(param) if hasattr(query, "get") else None
    if isinstance(raw, list):
        raw = raw[0] if raw else None
    return None if raw is None else str(raw)


def query_set(st: Facade, param: str, sid: str) -> None:
    """Best effort: a read-only mapping is not an error, the caller still gets the id."""
    try:
        cast("MutableMapping[str, str]", st.query_params)[param] = sid
    except Exception as error:  # noqa: BLE001
        # The exception may quote the value, so only its type is logged.
        _log.debug("query parameter %r could not be set (%s)", param, type(error).__name__)


def merge_into(st: Facade, values: Mapping[str, Any], *, merge: bool) -> None:
    """Put values into the session state; with `merge` only those whose keys are absent."""
    state = st.session_state
    for key, value in values.items():
        if not merge or key not in state:
            state[key] = value


def snapshot_of(st: Facade) -> dict[str, Any]:
    """The keys and values of the session state that can take part."""
    state = st.session_state
    filtered = getattr(state, "filtered_state", None)
    source = dict(filtered) if isinstance(filtered, Mapping) else {str(k): state[k] for k in state}
    return {key: value for k, value in source.items() if KEYS.admit(key := str(k))}


def save_to(store: SessionStore, sid: str, values: dict[str, Any], ttl_seconds: float | None) -> None:
    """Store what can be stored."""
    try:
        store.set(sid, values, ttl_seconds=ttl_seconds)
    except UnstorableValue:
        before, kept = store.get(sid) or {}, dict(values)
        for key, value in values.items():
            try:
                encode(value)
            except UnstorableValue as error:
                _log.warning("session key %r is not kept: %s", key, error)
                del kept[key]
                if key in before:  # a skipped key is not a deleted key: what the record had under it stays
                    kept[key] = before[key]
        store.set(sid, kept, ttl_seconds=ttl_seconds)
