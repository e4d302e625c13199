"""One visitor of an app under test, played by AppTest, and the small apps that most tests run."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import streamlit as st
from streamlit.testing.v1 import AppTest

from fluxlit_component import UrlSession

PARAM = "fluxlit_sid"
UNKNOWN = "U" * 43
"""Well formed, and known to no store."""
Body = Callable[[UrlSession], object]


def app(seen: dict) -> None:
    """The script of every test; it is run from its source alone, what it draws comes from outside."""
    from fluxlit_component import url_session

    if seen["with"]:
        with url_session(**seen["options"]) as session:
            seen["session"] = session
            seen["body"](session)
    else:
        session = seen["session"] = url_session(**seen["options"])
        seen["body"](session)


class Visitor:
    """One browser tab, played by AppTest. Its query is all that it takes along to a reload."""

    def __init__(
        self,
        body: Body,
        *,
        query: Mapping[str, Any] | None = None,
        use_with: bool = True,
        may_fail: bool = False,
        **options: Any,
    ) -> None:
        self.seen: dict[str, Any] = {"body": body, "options": options, "with": use_with}
        self.may_fail = may_fail
        self.at = AppTest.from_function(app, default_timeout=30, args=(self.seen,))
        self.at.query_params.update(query or {})
        self.run()

    @property
    def session(self) -> UrlSession:
        """What `url_session` returned in the last run."""
        session = self.seen["session"]
        assert isinstance(session, UrlSession)
        return session

    @property
    def sid(self) -> str:
        """The id, as the query of AppTest holds it."""
        value = self.at.query_params[PARAM]
        return str(value[0] if isinstance(value, list) else value)

    @property
    def state(self) -> dict[str, Any]:
        """Plain and user-keyed values after the last run."""
        return {k: v for k, v in self.at.session_state._state.filtered_state.items() if "bridge" not in k}

    def run(self, body: Body | None = None) -> Visitor:
        """Run the script again, perhaps with another body."""
        self.seen["body"] = body or self.seen["body"]
        self.at.run()
        return self.check()

    def check(self) -> Visitor:
        """No exception on the page, unless the test is about one."""
        assert self.may_fail or not self.at.exception, self.at.exception
        return self

    def reload(self, body: Body | None = None, **options: Any) -> Visitor:
        """F5: a new Streamlit session with the same query."""
        return Visitor(
            body or self.seen["body"],
            query=self.at.query_params,
            use_with=self.seen["with"],
            **{**self.seen["options"], **options},
        )


def nothing(session: UrlSession) -> None:
    """An app that does nothing."""


def assign(**values: Any) -> Body:
    """An app that sets keys in every run."""
    return lambda _: [st.session_state.__setitem__(key, value) for key, value in values.items()]


def defaults(**values: Any) -> Body:
    """An app that sets keys which are not there yet."""
    return lambda _: [st.session_state.setdefault(key, value) for key, value in values.items()]


def delete(*keys: str) -> Body:
    """An app that deletes keys."""
    return lambda _: [st.session_state.__delitem__(key) for key in keys]


def form(_: UrlSession) -> None:
    """An app with widgets of several kinds, one of them with a default of its own."""
    st.text_input("Name", key="name")
    st.number_input("Age", key="age", value=30)
    st.checkbox("Member", key="member")
    st.selectbox("Colour", ["red", "green", "blue"], key="colour")
    st.multiselect("Tags", ["a", "b", "c"], key="tags")
    st.slider("Range", 0, 100, (10, 20), key="range")
    st.date_input("Day", dt.date(2024, 1, 1), key="day")
