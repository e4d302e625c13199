"""A state that breaks the app is not for ever: after two failed page loads the visitor may begin afresh.

In AppTest a reload is another AppTest with the same query. The browser has `e2e/test_way_out.py`.
"""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from fluxlit_component import InMemorySessionStore, UrlSession
from fluxlit_component.state.record import Commit, Outcome
from fluxlit_component.stores.assembly import UnansweringStore
from fluxlit_component.tab.page import FAILED
from fluxlit_component.tab.tabs import forget_tabs
from tests.visitor import Body, Visitor, assign, nothing

pytestmark = pytest.mark.usefixtures("forced")
POISON = "poison"


class UploadedFile(io.BytesIO):
    """What a file uploader returns."""

    name = "a.txt"
    type = "text/plain"


class Counting(InMemorySessionStore):
    """Counts what is written."""

    commits = 0

    def commit(self, session_id: str, commit: Commit) -> Outcome:
        """Count one."""
        self.commits += 1
        return super().commit(session_id, commit)


@pytest.fixture
def store() -> Counting:
    """A store that outlives page loads and processes."""
    return Counting()


def broken(_: UrlSession | None = None) -> None:
    """An app that cannot live with one value."""
    if st.session_state.get(POISON):
        raise RuntimeError("broken")
    st.text("well")


def in_a_fragment(_: UrlSession) -> None:
    """One that fails inside of a fragment."""
    st.fragment(broken)()


def after_a_rerun(_: UrlSession) -> None:
    """One that begins itself again before it fails."""
    if not st.session_state.get("again"):
        st.session_state.again = True
        st.rerun()
    del st.session_state.again
    broken()


def stopping(_: UrlSession) -> None:
    """One that ends early, as it wants to."""
    st.stop()


def showing(_: UrlSession) -> None:
    """One that catches its error and shows it."""
    try:
        broken()
    except RuntimeError as error:
        st.exception(error)


def begin(body: Body = nothing, **options: Any) -> Visitor:
    """A visitor whose state is about to break the app."""
    visitor = Visitor(body, may_fail=True, **options)
    return visitor.run(assign(**{POISON: True})).run(nothing)


def f5(visitor: Visitor, body: Body = broken) -> Visitor:
    """Load the page anew."""
    return visitor.reload(body, may_fail=True)


def ways_out(visitor: Visitor) -> list[Any]:
    """The buttons that are offered."""
    return [button for button in visitor.at.button if button.label == "Start afresh"]


def press(visitor: Visitor) -> Visitor:
    """Take the way out."""
    (button,) = ways_out(visitor)
    button.click()
    return visitor.run()


def is_noted(store: InMemorySessionStore, visitor: Visitor) -> bool:
    """Whether the record says that the first run failed."""
    record = store.load(visitor.sid)
    stored = record.fields.get(FAILED) if record is not None else None
    return stored is not None and stored.data is not None


@pytest.mark.parametrize("use_with", [True, False])
@pytest.mark.parametrize("body", [broken, after_a_rerun])
def test_after_two_page_loads(store: Counting, body: Body, *, use_with: bool) -> None:
    """Not after one; beside the error; taken, it ends the session, and the app begins from its defaults."""
    first = begin(store=store, use_with=use_with)
    second = f5(first, body)
    assert second.at.exception
    assert not ways_out(second)
    assert not ways_out(second.run()), "a run that is not the first one after F5 does not count"
    third = f5(second, body)
    assert [block.type for block in third.at.main][-2:] == ["button", "exception"]
    old = third.sid
    press(third)
    assert not third.at.exception
    assert [text.value for text in third.at.text] == ["well"]
    assert POISON not in third.state
    assert store.load(old) is None
    assert third.sid != old
    assert not ways_out(third)
    last = f5(third.run(assign(step=1)), broken)
    assert (last.state["step"], last.sid, bool(last.at.exception)) == (1, third.sid, False)


def test_a_fragment_that_fails(store: Counting) -> None:
    """Streamlit draws its error, and the run fails with it."""
    visitor = f5(f5(begin(store=store), in_a_fragment), in_a_fragment)
    assert visitor.at.exception
    press(visitor)
    assert not visitor.at.exception
    assert [text.value for text in visitor.at.text] == ["well"]


def below(seen: dict) -> None:
    """An app that fails below its block."""
    from fluxlit_component import url_session

    with url_session(seen["store"]) as session:
        seen["sid"] = session.id
    seen["body"]()


def above(seen: dict) -> None:
    """An app that also fails above the call, once the state is there."""
    from fluxlit_component import url_session

    seen["body"]()
    with url_session(seen["store"]):
        seen["body"]()


@pytest.mark.parametrize("script", [below, above])
def test_the_script_fails_outside_the_block(store: Counting, script: Any) -> None:
    """Below it, or in the run of the press above it."""

    def load(query: Any) -> AppTest:
        at = AppTest.from_function(script, default_timeout=30, args=(seen,))
        at.query_params.update(query)
        return at.run()

    seen: dict[str, Any] = {"store": store, "body": lambda: st.session_state.setdefault(POISON, True)}
    at = load({})
    seen["body"] = broken
    at = load(at.query_params)
    assert at.exception
    assert not at.button
    at = load(at.query_params)
    assert [block.type for block in at.main][-2:] == ["button", "exception"]
    at.button[0].click().run()
    assert not at.exception
    assert {text.value for text in at.text} == {"well"}
    assert POISON not in at.session_state


def test_what_comes_by_reference_goes_too(store: Counting) -> None:
    """And what was uploaded: it stands under a key like everything else."""

    def work(session: UrlSession) -> None:
        st.session_state.lock = threading.Lock()
        session.keep_upload(UploadedFile(b"precious"), key="file")

    first = Visitor(work, may_fail=True, store=store).run(assign(**{POISON: True}))
    last = f5(f5(f5(press(f5(f5(first))))), nothing)
    assert (last.state, last.session.lost) == ({}, ())


def test_it_is_known_after_a_restart(store: Counting) -> None:
    """And on another replica: the record says it."""
    second = f5(begin(store=store))
    assert is_noted(store, second)
    forget_tabs()
    assert ways_out(f5(second))


@pytest.mark.parametrize("use_with", [True, False])
def test_a_good_page_load_between_them(store: Counting, *, use_with: bool) -> None:
    """Then it is not two in a row; the note goes. Without a block the next page load asks how it ended."""
    first = begin(store=store, use_with=use_with)
    fourth = f5(f5(f5(first), nothing))
    assert fourth.at.exception
    assert not ways_out(fourth)
    good = f5(fourth, nothing).run()
    assert not is_noted(store, good)


@pytest.mark.parametrize("use_with", [True, False])
@pytest.mark.parametrize("body", [stopping, showing])
def test_what_is_no_failure(store: Counting, body: Body, *, use_with: bool) -> None:
    """A script that ends itself, and an error that the app has caught."""
    visitor = begin(store=store, use_with=use_with)
    for _ in range(3):
        visitor = f5(visitor, body)
        assert not ways_out(visitor)
        assert not is_noted(store, visitor)
    fourth = f5(f5(f5(visitor), body))
    assert fourth.at.exception
    assert not ways_out(fourth), "in between was one that did not fail"


def test_where_nothing_came_back_the_state_is_not_to_blame(store: Counting) -> None:
    """The app is broken for everybody: there is nothing to discard."""

    def always(_: UrlSession) -> None:
        raise RuntimeError("broken")

    visitor = Visitor(always, may_fail=True, store=store)
    for _ in range(3):
        visitor = f5(visitor, always)
        assert not ways_out(visitor)
    assert store.commits == 0


def test_a_good_run_writes_nothing(store: Counting) -> None:
    """And a failed one writes once."""
    first = begin(store=store)
    before = store.commits
    second = f5(first, nothing)
    assert store.commits == before
    f5(f5(second))
    assert store.commits == before + 1


def test_the_app_sees_nothing_of_it(store: Counting) -> None:
    """No key in `st.session_state`, neither while the button is there nor when it was pressed."""
    keys: list[set[str]] = []

    def looking(session: UrlSession) -> None:
        keys.append(set(st.session_state))
        assert len(st.session_state) == len(keys[-1])
        broken(session)

    visitor = f5(f5(begin(store=store), looking), looking)
    press(visitor.run())
    assert keys == [{POISON}, {POISON}, {POISON}, set()]


def test_another_person_ends_nothing(store: Counting) -> None:
    """Whoever is there when the button is pressed gets a fresh session; that of the one before stays."""
    visitor = f5(f5(begin(store=store, identity="Ada")))
    old = visitor.sid
    visitor.seen["options"]["identity"] = "Bob"
    press(visitor)
    assert not visitor.at.exception
    assert visitor.sid != old
    assert store.load(old) is not None


def test_while_the_store_is_down(store: Counting, monkeypatch: pytest.MonkeyPatch) -> None:
    """The app begins anew at once; what is left of the old state goes when the store is back."""
    visitor = f5(f5(begin(store=store)))
    with monkeypatch.context() as patched:
        for name in ("load", "commit", "delete", "get"):
            patched.setattr(store, name, getattr(UnansweringStore("down"), name))
        press(visitor)
        assert not visitor.at.exception
        assert visitor.session.status == "degraded"
    last = f5(visitor.run())
    assert not last.at.exception
    assert POISON not in last.state
