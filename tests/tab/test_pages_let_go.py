"""A page that nobody has any more is garbage, whatever its app has handed to the session.

A function of the main script leads to the variables of the script, so to the session, and to the page. In
AppTest a page ends when nobody holds it any more; the real server has `tests/test_memory_of_visitors.py`.
"""

from __future__ import annotations

import gc
import weakref

import pytest
from streamlit.testing.v1 import AppTest

from fluxlit_component import internals
from fluxlit_component.stores.outage import _breakers
from fluxlit_component.tab.tab import Tab
from fluxlit_component.tab.tabs import leave_page
from tests.visitor import PARAM

pytestmark = pytest.mark.usefixtures("forced")

_IMPORTS = """
import threading
import streamlit as st
from dataclasses import dataclass
from pydantic import BaseModel, field_validator
from fluxlit_component import register, url_session

"""
_PLAIN = """
with url_session() as session:
    st.session_state.setdefault("data", "x")
"""
_STORE = """
class Store:
    def get(self, sid): return None
    def set(self, sid, data, *, ttl_seconds=None): pass
    def delete(self, sid): pass

with url_session(Store()) as session:
    st.session_state.setdefault("data", "x")
"""
MIGRATION = "a migration of a class"
APPS = {
    "plain": _PLAIN,
    "asks for a stream": """
with url_session() as session:
    session.stream("answer")
""",
    "a stream": """
with url_session() as session:
    session.stream("answer", lambda: iter("ab")).wait()
    session.follow(session.stream("answer"))
""",
    "a job": """
with url_session() as session:
    session.job("train", lambda: 1).wait()
""",
    "hooks": """
def told(event): pass

with url_session(on_restore=told, on_persist=told) as session:
    st.session_state.setdefault("data", "x")
""",
    "identity": """
def who(): return "Ada"

with url_session(identity=who) as session:
    st.session_state.setdefault("data", "x")
""",
    "merge": """
def merged(base, theirs, mine): return mine

with url_session(merge={"data": merged}) as session:
    st.session_state.setdefault("data", "x")
""",
    "a model with a validator": """
class Model(BaseModel):
    number: int = 1

    @field_validator("number")
    @classmethod
    def check(cls, number): return number

with url_session(model=Model) as session:
    session.state.number += 1
""",
    "migrations": """
class Model(BaseModel):
    number: int = 1

with url_session(model=Model, schema_version=2, migrations={1: lambda values: values}) as session:
    session.state.number += 1
""",
    MIGRATION: """
@dataclass
class Note:
    text: str = ""

register(Note, name="test.let_go.note", migrate=lambda fields, schema: fields)
with url_session() as session:
    st.session_state.setdefault("note", Note())
""",
    "a function as a live value": """
def function(): pass

with url_session() as session:
    st.session_state.setdefault("function", function)
""",
    "the session as a live value": """
with url_session() as session:
    st.session_state.setdefault("session", session)
""",
    "a fragment": """
with url_session() as session:
    @session.fragment
    def part():
        st.text_input("Name", key="name", on_change=lambda: session.clear())
    part()
""",
}


def visit(script: str, **query: str) -> tuple[AppTest, list[weakref.ref[Tab]]]:
    """A page on which the script has run twice, and what the server has of it."""
    page = AppTest.from_string(_IMPORTS + script, default_timeout=30)
    page.query_params.update(query)
    for _ in range(2):
        page.run()
        assert not page.exception
    anchor = internals.anchor_in_app_test(page)
    tabs = [
        each for each in gc.get_objects() if type(each) is Tab and each.anchor and each.anchor() is anchor
    ]
    assert tabs
    return page, [weakref.ref(tab) for tab in tabs]


def come_and_go(script: str) -> list[weakref.ref[Tab]]:
    """A visitor who loads the page anew and then leaves."""
    page, before = visit(script)
    leave_page(internals.anchor_in_app_test(page))
    return before + visit(script, **{PARAM: page.query_params[PARAM][0]})[1]


def left_by(script: str, visitors: int) -> list[weakref.ref[Tab]]:
    """What the server has after so many visitors."""
    seen = [tab for _ in range(visitors) for tab in come_and_go(script)]
    visit(_PLAIN)  # Python holds the script that ran last as its main module
    gc.collect()
    return [tab for tab in seen if tab() is not None]


@pytest.mark.parametrize("app", APPS)
def test_pages_are_let_go(app: str) -> None:
    """All of them, with those after F5.

    A registered name holds the class of the run that came last, and so its page. The value there may be of
    the class of the page before F5.
    """
    assert len(left_by(APPS[app], visitors=3)) <= (2 if app == MIGRATION else 0)


def test_a_store_of_a_class_of_the_script_holds_few_pages() -> None:
    """What is known of the stores that were used last is kept for sixteen of them."""
    assert len(left_by(_STORE, visitors=12)) <= 16
    _breakers.clear()
