"""Two sessions of one page: what ends or empties one of them leaves the other alone."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from fluxlit_component import InMemorySessionStore
from fluxlit_component.bridge.transport import component_key
from tests.tab.people import ADA

pytestmark = pytest.mark.usefixtures("forced")


def two_sessions(seen: dict) -> None:  # type: ignore[type-arg]
    """A session of whoever is signed in, and another one of the tab's, in one order or the other."""
    import streamlit as st

    from fluxlit_component import url_session

    mine = {"param": "own", "identity": seen["who"], "exclude": ["pub_*"]}
    public = {"param": "shared", "identity": False, "include": ["pub_*"]}
    first, second = (public, mine) if seen["public first"] else (mine, public)
    with url_session(seen["store"], **first), url_session(seen["store"], **second):
        st.text_input("Public", key="pub_x")
        st.session_state.setdefault("pub_n", []).append(1)
        st.text_input("Mine", key="mine")
        if st.session_state.mine == "poison" and not seen.get("below"):
            raise RuntimeError
    if st.session_state.mine == "poison":
        raise RuntimeError


@pytest.mark.parametrize("public_first", [True, False])
def test_a_sign_out_leaves_the_other_session_of_the_page_alone(*, public_first: bool) -> None:
    """Its values are still there, and after F5, too."""
    seen = {"store": InMemorySessionStore(), "who": ADA, "public first": public_first}
    at = AppTest.from_function(two_sessions, args=(seen,)).run()
    at.text_input(key="pub_x").set_value("public")
    at.text_input(key="mine").set_value("Ada's")
    at.run()
    seen["who"] = None
    for run in (at.run(), AppTest.from_function(two_sessions, args=(seen,))):
        run.query_params.update(at.query_params)
        run.run()
        assert not run.exception
        assert [field.value for field in run.text_input] == ["public", ""]
        assert len(run.session_state["pub_n"]) > 2


@pytest.mark.parametrize("below", [False, True])
@pytest.mark.parametrize("public_first", [True, False])
def test_the_way_out_leaves_the_other_session_of_the_page_alone(*, public_first: bool, below: bool) -> None:
    """Only the session that the visitor has given up begins afresh. Both learn that the script failed."""
    seen = {"store": InMemorySessionStore(), "who": None, "public first": public_first, "below": below}
    at = AppTest.from_function(two_sessions, args=(seen,)).run()
    at.text_input(key="pub_x").set_value("public")
    at.text_input(key="mine").set_value("poison")
    at.run()
    for _ in range(2):
        query, at = at.query_params, AppTest.from_function(two_sessions, args=(seen,))
        at.query_params.update(query)
        at.run()
    at.button(key=f"{component_key('own')}_way_out").click()
    at.run()
    assert not at.exception
    assert [field.value for field in at.text_input] == ["public", ""]
