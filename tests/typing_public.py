"""Not run: must type-check. What an editor shows to the author of an app."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import streamlit as st
from pydantic import BaseModel
from typing_extensions import assert_type

from fluxlit_component import (
    ConfigurationError,
    Event,
    FluxlitError,
    Hooks,
    InMemorySessionStore,
    Job,
    RedisSessionStore,
    SessionStore,
    SQLiteSessionStore,
    SQLSessionStore,
    Stream,
    UnstorableValue,
    UrlSession,
    VersionedStore,
    ensure_url_session,
    hydrate_url_session,
    hydrate_url_session_typed,
    new_session_id,
    persist_url_session,
    url_session,
)


class Cart(BaseModel):
    """A typed view of the state."""

    total: int = 0


class MyStore:
    """A store of one's own: three methods, nothing to inherit."""

    def get(self, session_id: str) -> dict[str, Any] | None:
        """Nothing is kept here."""
        return None

    def set(self, session_id: str, data: Mapping[str, Any], *, ttl_seconds: float | None = None) -> None:
        """Nothing is kept here."""

    def delete(self, session_id: str) -> None:
        """Nothing is kept here."""


own: SessionStore = MyStore()
memory: VersionedStore = InMemorySessionStore(max_entries=10, default_ttl_seconds=None)
sqlite: VersionedStore = SQLiteSessionStore("sessions.db")

url_session()
url_session(own)
url_session(MyStore())
url_session(memory)
url_session("redis://localhost")
url_session(
    include=["cart*"],
    exclude=("tmp_*",),
    param="sid",
    address_bar="visible",
    ttl_seconds=60,
    max_age_seconds=0.5,
    wait=False,
)


def told(event: Event) -> None:
    """A hook."""


def wrong(event: int) -> None:
    """No hook."""


HOOKS: Hooks = {"on_lost": told, "on_error": print, "on_new": None}
url_session(**HOOKS)
url_session(own, wait=False, **HOOKS)
url_session(on_lost=wrong)  # type: ignore[arg-type]
url_session(on_lost="told")  # type: ignore[arg-type]
url_session(on_losst=told)  # type: ignore[call-arg]
misspelt: Hooks = {"on_losst": told}  # type: ignore[typeddict-unknown-key]
url_session(address_bar="hidden")  # type: ignore[arg-type]
url_session(42)  # type: ignore[arg-type]

with url_session(model=Cart) as typed:
    assert_type(typed, UrlSession[Cart])
    assert_type(typed.state.total, int)
    typed.state.total += 1

with url_session() as session:
    assert_type(session, UrlSession[Any])
    assert_type(session.id, str | None)
    assert_type(session.is_new, bool)
    assert_type(session.restored, tuple[str, ...])
    assert_type(session.skipped, Mapping[str, str])
    assert_type(session.persist(), bool)
    assert_type(session.rotate(), bool)
    assert_type(session.destroy(), bool)
    session.clear()
    if session.status == "degraded":
        st.info("not saved")

    @session.fragment
    def plain(times: int) -> str:
        """A fragment as with `st.fragment`."""
        return "x" * times

    @session.fragment(run_every=5)
    def timed(times: int, *, name: str = "x") -> str:
        """A fragment with an argument of `st.fragment`."""
        return name * times

    def answered(text: str, *, times: int) -> Iterator[str]:
        """An answer."""
        yield text * times

    assert_type(session.stream("answer"), Stream | None)
    assert_type(session.stream("answer", answered, "a", times=3), Stream)
    assert_type(session.stream("answer", iter(["a", "b"])), Stream)
    session.stream("answer", answered, "a", times="3")  # type: ignore[arg-type]
    assert_type(session.job("train"), Job | None)
    assert_type(session.job("train", plain, 3), Job)
    session.job("train", 5)  # type: ignore[call-overload]
    assert_type(plain(3), str)
    assert_type(timed(3, name="y"), str)
    plain("3")  # type: ignore[arg-type]

assert_type(new_session_id(), str)
assert_type(ensure_url_session(st, own, initial={"total": 1}, ttl_seconds=60), str)
assert_type(hydrate_url_session(st, own, merge=False, blob={"total": 1}), str | None)
assert_type(persist_url_session(st, own), str | None)
assert_type(hydrate_url_session_typed(st, own, Cart, strict=True), tuple[str | None, Cart | None])

try:
    memory.set("s", {"f": print})
except UnstorableValue as error:
    assert_type(error.remedy, str)
except (ConfigurationError, FluxlitError):
    pass

url_session(RedisSessionStore("redis://localhost/0", prefix="app:"))
url_session(SQLSessionStore("postgresql+psycopg://localhost/app", table_prefix="app_"))
