"""The panel and the badge under AppTest: what they say in every state, and what they never say."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
import streamlit as st
from streamlit.errors import StreamlitAPIException
from streamlit.testing.v1 import AppTest

from fluxlit_component import InMemorySessionStore, StoreUnavailable, UrlSession
from fluxlit_component.panel import panel
from fluxlit_component.state.record import Commit, Outcome
from fluxlit_component.stores.assembly import StoreReport
from fluxlit_component.stores.outage import LastCall
from fluxlit_component.tab.tab import Tab

Body = Callable[[UrlSession], object]


def app(seen: dict) -> None:
    """The script: its own part, then badge and panel."""
    from fluxlit_component import url_session

    with url_session(**seen["options"]) as session:
        seen["body"](session)
    session.status_badge()
    session.panel()
    seen["session"] = session


class Page:
    """The app in AppTest; the panel and the badge are all that it draws."""

    def __init__(self, body: Body, *, query: dict[str, Any] | None = None, **options: Any) -> None:
        self.seen: dict[str, Any] = {"body": body, "options": options}
        self.at = AppTest.from_function(app, default_timeout=30, args=(self.seen,))
        self.at.query_params.update(query or {})
        self.run()

    def run(self) -> Page:
        """Run the script again."""
        self.at.run()
        assert not self.at.exception
        return self

    @property
    def text(self) -> str:
        """All Markdown that was drawn."""
        return "\n".join(element.value for element in self.at.markdown).replace("\N{NO-BREAK SPACE}", " ")

    def figure(self, name: str) -> str:
        """What stands beside a name in the panel."""
        found = re.search(rf"^\| {re.escape(name)} \| (.*) \|$", self.text, re.MULTILINE)
        assert found is not None, self.text
        return found.group(1)


def count(session: UrlSession) -> None:
    """An app that counts."""
    st.session_state["count"] = st.session_state.get("count", 0) + 1


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Continuity is on under AppTest."""
    monkeypatch.setenv("FLUXLIT_TESTS", "1")
    monkeypatch.setenv("FLUXLIT_FORCE_URL_SESSION_IN_TESTS", "1")


class DeadStore(InMemorySessionStore):
    """Takes nothing."""

    def commit(self, session_id: str, commit: Commit) -> Outcome:
        raise StoreUnavailable("down")


@pytest.mark.usefixtures("on")
def test_ready() -> None:
    """A reload shows what came back, its size, how long it lives and how fast the store was."""
    store = InMemorySessionStore()
    page = Page(count, store=store, ttl_seconds=600, max_age_seconds=7200)
    assert "Session ready" in page.text
    assert page.figure("Restored") == "nothing, new"
    again = Page(count, store=store, ttl_seconds=600, max_age_seconds=7200, query=dict(page.at.query_params))
    assert again.figure("Script runs") == "1"
    assert again.figure("Restored") == "1 key"
    assert again.figure("Kept") == "1 key, 2 B"
    assert again.figure("Ends in") == again.figure("· if left idle") == "9 min"
    assert again.figure("· at the latest") == "1 h 59 min"
    assert again.figure("Store") == "Memory"
    assert again.figure("· its last commit").endswith(" ms")
    assert again.figure("Conflicts") == "0"
    assert "- ` count ` restored · 2 B" in again.text
    assert again.run().figure("Script runs") == "2"


@pytest.mark.usefixtures("on")
def test_never_the_id_and_never_a_value() -> None:
    """Neither the id nor what is kept is drawn."""

    def body(session: UrlSession) -> None:
        st.session_state["key"] = "a secret value"

    page = Page(body, store=InMemorySessionStore())
    sid = page.seen["session"].id
    assert sid
    assert "` key `" in page.text
    assert sid not in page.text
    assert "a secret value" not in page.text


@pytest.mark.parametrize(
    ("key", "span"),
    [
        ("<img src=x onerror=alert(1)>", "` <img src=x onerror=alert(1)> `"),
        ("`` a ` b", "``` `` a ` b ```"),
        ("line\n\n# heading\u202e", "` line  # heading  `"),
    ],
)
def test_a_key_is_drawn_as_text(key: str, span: str) -> None:
    """Its code span is one line, and the key cannot close it."""
    tab = Tab("fluxlit_sid")
    tab.standing.restored = (key,)
    assert [*panel._keys(tab)] == [f"- {span} restored\xa0·\xa0deleted\xa0since"]


def test_a_remedy_is_drawn_as_text() -> None:
    """Names of types and calls in it are no Markdown."""
    tab = Tab("fluxlit_sid")
    tab.standing.skipped["model"] = "__main__.Model cannot be stored"
    assert [*panel._skipped(tab)] == [r"- ` model ` \_\_main\_\_\.Model cannot be stored"]


@pytest.mark.usefixtures("on")
def test_skipped_keys_with_what_to_do() -> None:
    """A value that cannot be stored is named with its remedy."""

    def body(session: UrlSession) -> None:
        st.session_state["connection"] = open

    page = Page(body, store=InMemorySessionStore())
    assert page.figure("Skipped") == "1 key"
    assert page.figure("Ends in") == "nothing stored yet"
    assert page.text.replace("\\", "").count(page.seen["session"].skipped["connection"]) == 1


@pytest.mark.usefixtures("on")
def test_degraded() -> None:
    """A store that does not answer: the badge, the failed call and what waits to be saved."""
    page = Page(count, store=DeadStore())
    assert "Session degraded" in page.text
    assert page.figure("Not saved yet") == ":red-background[1 key]"
    assert page.figure("· its last commit").startswith(":red-background[no answer in")
    assert "- ` count ` not saved yet · 2 B" in page.text


def test_disabled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Switched off: both say so, and there is nothing to report."""
    monkeypatch.setenv("FLUXLIT_DISABLE_URL_SESSION", "1")
    page = Page(count)
    assert "Session disabled" in page.text
    assert "switched off" in page.text
    assert "Script runs" not in page.text


@pytest.mark.usefixtures("on")
def test_a_store_of_the_apps_own_is_named_by_its_class() -> None:
    """Its deadline is not known, so no end is claimed that it may not keep."""

    class Shelf:
        def __init__(self) -> None:
            self.data: dict[str, Any] = {}

        def get(self, session_id: str) -> dict[str, Any] | None:
            return self.data.get(session_id)

        def set(self, session_id: str, data: Any, *, ttl_seconds: float | None = None) -> None:
            self.data[session_id] = dict(data)

        def delete(self, session_id: str) -> None:
            self.data.pop(session_id, None)

    assert Page(count, store=Shelf()).figure("Store") == "Shelf"


def test_pending_and_a_sealed_store_that_was_not_asked_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    """While the browser has not answered there is a status and no record."""
    drawn: list[str] = []
    monkeypatch.setattr(panel.st, "markdown", drawn.append)
    panel.draw_panel("pending", Tab("fluxlit_sid"), StoreReport("SQLite", sealed=True))
    assert len(drawn) == 1
    for text in (" pending]", "has not answered yet", "nothing stored yet", "SQLite, sealed"):
        assert text in drawn[0]
    assert "its last" not in drawn[0]


def test_folds_open_out_where_streamlit_forbids_one_in_another(monkeypatch: pytest.MonkeyPatch) -> None:
    """An expander within an expander is an error on some releases: then the keys stand there unfolded."""

    def refuse(label: str) -> None:
        raise StreamlitAPIException("Expanders may not be nested inside other expanders.")

    def script() -> None:
        from fluxlit_component.panel import panel
        from fluxlit_component.stores.assembly import StoreReport
        from fluxlit_component.tab.tab import Tab

        tab = Tab("fluxlit_sid")
        tab.standing.restored = ("count",)
        panel.draw_panel("ready", tab, StoreReport("Memory"))

    monkeypatch.setattr(panel.st, "expander", refuse)
    at = AppTest.from_function(script, default_timeout=30).run()
    assert not at.exception
    assert "` count `" in at.markdown[1].value


def test_a_key_that_was_restored_and_deleted_since() -> None:
    """It is named as such; what goes over another tab's value is an alarm."""
    tab, store = Tab("fluxlit_sid"), StoreReport("Redis", last=LastCall("load", 0.25, answered=True))
    tab.standing.restored, tab.standing.conflicts = ("gone",), 2
    assert [*panel._keys(tab)] == ["- ` gone ` restored\xa0·\xa0deleted\xa0since"]
    figures = dict(panel._figures(tab, store))
    assert figures["Conflicts"] == ":red-background[2]"
    assert figures["· its last load"] == "250.0 ms"


@pytest.mark.parametrize(
    ("size", "text"),
    [(0, "0 B"), (999, "999 B"), (1000, "1.0 KB"), (1536, "1.5 KB"), (1_048_576, "1.0 MB")],
)
def test_sizes(size: int, text: str) -> None:
    """Bytes in the unit that can be read."""
    assert panel.size_text(size) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (None, "no limit"),
        (0.4, "0 s"),
        (59, "59 s"),
        (61, "1 min"),
        (86_399, "23 h 59 min"),
        (90_000, "1 d 1 h"),
    ],
)
def test_spans(seconds: float | None, text: str) -> None:
    """Seconds in the two largest units."""
    assert panel.span_text(seconds) == text
