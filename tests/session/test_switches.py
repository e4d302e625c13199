"""The session switched off, in an app's own tests and outside of a run."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from fluxlit_component import ConfigurationError, UrlSession, url_session
from tests.visitor import Visitor, nothing

pytestmark = pytest.mark.usefixtures("forced")


@pytest.mark.parametrize("switch", ["FLUXLIT_TESTS", "FLUXLIT_DISABLE_URL_SESSION"])
def test_disabled_the_app_runs_as_without(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, switch: str
) -> None:
    """No store is opened, no id minted, nothing mounted; every method of the session still works."""
    monkeypatch.delenv("FLUXLIT_TESTS")
    monkeypatch.delenv("FLUXLIT_FORCE_URL_SESSION_IN_TESTS")
    monkeypatch.setenv(switch, "1")
    answers: list[object] = []

    def body(session: UrlSession) -> None:
        st.session_state["a"] = 1
        answers[:] = [session.persist(), session.rotate(), session.destroy()]
        session.clear()
        session.fragment(lambda: st.write("in a fragment"))()

    visitor = Visitor(body)
    session = visitor.session
    assert (session.status, session.id, session.is_new) == ("disabled", None, True)
    assert (session.restored, dict(session.skipped)) == ((), {})
    assert answers == [False, False, False]
    assert visitor.state == {"a": 1}
    assert visitor.at.markdown[0].value == "in a fragment"
    assert not visitor.at.query_params
    assert list(tmp_path.iterdir()) == []


def test_disabled_a_wrong_setting_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is switched off reads no settings."""
    monkeypatch.setenv("FLUXLIT_DISABLE_URL_SESSION", "1")
    monkeypatch.setenv("FLUXLIT_SESSION_TTL", "a day")
    assert Visitor(nothing).session.status == "disabled"


def test_outside_of_a_run_there_is_no_session() -> None:
    """Bare Python: the module can be imported and called, nothing happens."""
    from fluxlit_component import url_session

    with url_session() as session:
        assert session.status == "disabled"


@pytest.mark.parametrize(
    "given",
    [
        *({"scope": "window"}, {"on_duplicate": "clone"}, {"address_bar": "hidden"}, {"merge": {1: 2}}),
        *({"include": [1]}, {"keep_hidden": [1]}, {"drafts": [1]}, {"param": "a b"}),
        *({"ttl_seconds": "1"}, {"max_age_seconds": True}, {"live_seconds": float("nan")}),
    ],
    ids=lambda given: next(iter(given)),
)
def test_a_wrong_argument_is_refused_although_the_session_is_off(
    monkeypatch: pytest.MonkeyPatch, given: dict[str, Any]
) -> None:
    """An app's own tests run without the session: they are to find what would fail in production."""
    monkeypatch.setenv("FLUXLIT_DISABLE_URL_SESSION", "1")
    with pytest.raises(ConfigurationError, match=next(iter(given))):
        url_session(**given)
