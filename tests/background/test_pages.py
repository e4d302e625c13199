"""Streams and jobs in an app, played by AppTest: `st.write_stream`, F5, taking, signing out, ending."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import streamlit as st

from e2e.carrier import RELEASE
from fluxlit_component import InMemorySessionStore, NoPage, UrlSession, append, progress
from fluxlit_component.background import writer
from fluxlit_component.background.record import notes_of
from fluxlit_component.tab.tabs import forget_tabs
from tests.background.model import MakeModel, until
from tests.forgetting import forget_tasks
from tests.visitor import Visitor

pytestmark = [pytest.mark.usefixtures("forced"), pytest.mark.core]


def chat(model: Any, question: str | None = None) -> Callable[[UrlSession], None]:
    """A chat, in a run in which the visitor has asked something or not."""

    def body(session: UrlSession) -> None:
        messages = st.session_state.setdefault("messages", [])
        if question:
            messages.append(question)
            session.stream("answer", model, [*messages])
        if answer := session.stream("answer"):
            st.write_stream(answer)
            if (text := answer.take()) is not None:
                messages.append(text)
        st.text(" | ".join(messages))

    return body


def look(session: UrlSession) -> None:
    """A page that only says how the answer stands."""
    answer = session.stream("answer")
    st.text("none" if answer is None else f"{answer.state}: {answer.text}")


@pytest.fixture
def store() -> InMemorySessionStore:
    """A store that a test can look into."""
    return InMemorySessionStore()


def test_a_chat(store: InMemorySessionStore, model: MakeModel) -> None:
    """Asked, answered, taken, and all of it there after F5; nothing is left behind in the store."""
    visitor = Visitor(chat(model("Hel", "lo", at_once=True), "Hi"), store=store)
    assert visitor.at.markdown[0].value == "Hello"
    assert visitor.state["messages"] == ["Hi", "Hello"]
    again = visitor.reload(chat(None))
    assert again.state["messages"] == ["Hi", "Hello"]
    assert not again.at.markdown
    until(lambda: not writer.unsaved() and not writer._discarded)
    record = store.load(visitor.sid)
    assert record is not None
    assert notes_of(record) == {}
    assert len(list(store.browse())) == 2  # the session, and the marker of what is gone


def test_f5_in_the_middle(store: InMemorySessionStore, model: MakeModel) -> None:
    """The question and the beginning are there; the page after it takes the answer."""
    ask = model("Hel", "lo")

    def begin(session: UrlSession) -> None:
        st.session_state.setdefault("messages", []).append("Hi")
        session.stream("answer", ask, ["Hi"])

    visitor = Visitor(begin, store=store)
    ask.go_on()
    page = visitor.reload(look)
    until(lambda: page.run().at.text[0].value == "running: Hel")
    ask.go_on(2)
    last = page.reload(chat(ask))
    assert last.state["messages"] == ["Hi", "Hello"]
    assert ask.began == 1


def test_the_question_is_saved_when_its_answer_begins(store: InMemorySessionStore, model: MakeModel) -> None:
    """Also if the process dies before the run ends."""
    seen: list[object] = []

    def begin(session: UrlSession) -> None:
        st.session_state["messages"] = ["Hi"]
        session.stream("answer", model("a"), ["Hi"])
        record = store.load(session.id or "")
        assert record is not None
        seen.append(record.note("messages"))

    Visitor(begin, store=store)
    assert seen == [["Hi"]]


def test_taken_and_saved_in_one_step(store: InMemorySessionStore, model: MakeModel) -> None:
    """A process that dies before the run's end: not in the state, so it is still there; never in both."""

    def take_and_die(session: UrlSession) -> None:
        answer = session.stream("answer")
        assert answer is not None
        assert answer.wait(60)
        st.session_state["messages"] = [*st.session_state.messages, answer.take()]
        if answer.key == "answer":
            forget_tabs()
            forget_tasks()
            session._run._persist._tab.superseded = True  # type: ignore[union-attr]
            session._run._persist._save = lambda **_: None  # type: ignore[union-attr, method-assign]

    def begin(session: UrlSession) -> None:
        st.session_state.setdefault("messages", ["Hi"])
        answer = session.stream("answer", model("Hello", at_once=True))
        answer.wait(60)

    visitor = Visitor(begin, store=store)
    until(lambda: not writer.unsaved())
    visitor.run(take_and_die)
    record = store.load(visitor.sid)
    assert record is not None
    assert record.note("messages") == ["Hi"]
    (note,) = notes_of(record).values()
    assert note.taken > 0


@pytest.mark.skipif(RELEASE < (1, 51), reason="its AppTest cannot run an app within another's run")
@pytest.mark.parametrize("merge", [{}, {"messages": append}])
def test_f5_in_the_moment_of_taking(
    store: InMemorySessionStore, model: MakeModel, merge: dict[str, Any]
) -> None:
    """The page is left when it has taken the answer, and not saved it yet: it is there, once."""
    pages: list[Visitor] = []

    def begin(session: UrlSession) -> None:
        st.session_state.setdefault("messages", ["Hi"])
        session.stream("answer", model("Hello", at_once=True)).wait(60)

    def take(session: UrlSession) -> None:
        answer = session.stream("answer")
        assert answer is not None
        st.session_state["messages"] = [*st.session_state.messages, answer.take()]
        pages.append(visitor.reload(chat(None)))

    visitor = Visitor(begin, store=store, merge=merge)
    visitor.run(take)
    assert pages[0].state["messages"] == ["Hi", "Hello"]
    assert pages[0].reload(chat(None)).state["messages"] == ["Hi", "Hello"]


def test_a_second_tab_sees_it(store: InMemorySessionStore, model: MakeModel) -> None:
    """The same session in two tabs: both follow, one takes."""
    ask = model("a", "b")
    tab = Visitor(lambda session: session.stream("answer", ask), store=store, on_duplicate="share")
    other = tab.reload(look)
    ask.go_on(3)
    until(lambda: other.run(look).at.text[0].value == "done: ab")
    assert tab.run(chat(None)).state["messages"] == ["ab"]
    assert other.run(look).at.text[0].value == "none"


def test_drawing_in_the_function_is_an_error_that_helps(store: InMemorySessionStore) -> None:
    """`st.write` and `st.session_state` have no page there; a cached function works as ever."""

    @st.cache_data
    def cached() -> str:
        return "cached"

    def ask(how: str) -> Iterator[str]:
        yield cached()
        if how == "write":
            st.write("x")
        else:
            st.session_state["x"] = 1

    def body(session: UrlSession) -> None:
        for how in ("write", "state"):
            answer = session.stream(how, ask, how)
            answer.wait(60)
            st.text(f"{answer.text} {answer.error}")

    visitor = Visitor(body, store=store)
    for shown in visitor.at.text:
        assert shown.value.startswith("cached NoPage: ")
        assert "as arguments" in shown.value
    assert "x" not in visitor.state
    assert issubclass(NoPage, Exception)


def test_a_sign_out_stops_and_hides_it(store: InMemorySessionStore, model: MakeModel) -> None:
    """Nobody goes on working for who is gone, and whoever comes sees nothing of it."""
    ask, who = model("secret", "more"), ["Ada"]

    def identity() -> str:
        return who[0]

    visitor = Visitor(lambda session: session.stream("answer", ask), store=store, identity=identity)
    ask.go_on()
    until(lambda: visitor.run(look).at.text[0].value == "running: secret")
    who[0] = "Bob"
    assert visitor.run(look).at.text[0].value == "none"
    ask.go_on(2)
    until(lambda: ask.is_closed)
    until(lambda: not writer.unsaved() and not writer._discarded)
    assert visitor.reload(look).at.text[0].value == "none"


def test_a_sign_in_takes_it_along(store: InMemorySessionStore, model: MakeModel) -> None:
    """Nobody, then Ada: the same data under a new id, and the answer goes on."""
    ask, who = model("one", "two"), [""]
    visitor = Visitor(lambda session: session.stream("answer", ask), store=store, identity=lambda: who[0])
    before = visitor.sid
    ask.go_on()
    who[0] = "Ada"
    until(lambda: visitor.run(look).at.text[0].value == "running: one")
    assert visitor.sid != before
    ask.go_on(2)
    assert visitor.run(chat(None)).state["messages"] == ["onetwo"]


def test_destroyed_with_its_session(store: InMemorySessionStore, model: MakeModel) -> None:
    """The function is stopped, and the next session has nothing."""
    ask = model("a")
    visitor = Visitor(lambda session: session.stream("answer", ask), store=store)
    visitor.run(lambda session: session.destroy())
    ask.go_on(2)
    until(lambda: ask.is_closed)
    assert visitor.run(look).at.text[0].value == "none"


def test_withdrawn_consent_ends_it(store: InMemorySessionStore, model: MakeModel) -> None:
    """What was kept is erased, and with it what was being answered."""
    ask = model("a")
    visitor = Visitor(lambda session: session.stream("answer", ask), store=store)
    visitor.seen["options"]["consent"] = False
    assert visitor.run(look).at.text[0].value == "none"
    ask.go_on(2)
    until(lambda: ask.is_closed)


def test_before_consent_it_works_in_memory(store: InMemorySessionStore, model: MakeModel) -> None:
    """Nothing in the app's store."""
    visitor = Visitor(chat(model("Hello", at_once=True), "Hi"), store=store, consent=False)
    assert visitor.state["messages"] == ["Hi", "Hello"]
    assert list(store.browse()) == []


def test_a_copy_has_none(store: InMemorySessionStore, model: MakeModel) -> None:
    """A copied tab has the state, not the answer that its original is being given."""
    from fluxlit_component.tab.policy import Policy
    from fluxlit_component.tab.rotate import copy_as

    visitor = Visitor(lambda session: session.stream("answer", model("a")), store=store)
    copy = "C" * 43
    record = copy_as(copy, visitor.sid, store, Policy(), person=None, is_copy=True)
    assert record is not None
    assert notes_of(record) == {}
    assert Visitor(look, query={"fluxlit_sid": copy}, store=store).at.text[0].value == "none"


def test_switched_off_it_works_all_the_same(monkeypatch: pytest.MonkeyPatch, model: MakeModel) -> None:
    """Without continuity a stream ends with its page."""
    monkeypatch.setenv("FLUXLIT_DISABLE_URL_SESSION", "1")
    visitor = Visitor(chat(model("Hello", at_once=True), "Hi"))
    assert visitor.state["messages"] == ["Hi", "Hello"]
    assert visitor.reload(look).at.text[0].value == "none"


def test_follow_draws_what_there_is(store: InMemorySessionStore, model: MakeModel) -> None:
    """In the script's own run it does not wait."""
    ask = model("a", "b")

    def train() -> None:
        progress(0.5, "half")
        ask._allowed.acquire(timeout=120)

    def body(session: UrlSession) -> None:
        session.follow(session.stream("answer", ask))
        session.follow(session.job("train", train))
        st.text("below")

    visitor = Visitor(body, store=store)
    assert visitor.at.text[0].value == "below"
    ask.go_on()
    until(lambda: [shown.value for shown in visitor.run().at.markdown] == ["a"])


def test_a_wrong_setting_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    """At the first call of `url_session`, like all settings."""
    monkeypatch.setenv("FLUXLIT_TASKS_PER_SESSION", "none")
    visitor = Visitor(look, may_fail=True)
    assert "FLUXLIT_TASKS_PER_SESSION" in visitor.at.exception[0].message
