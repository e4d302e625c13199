"""The bridge is drawn last, and the app sees nothing of it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest
import streamlit as st

from e2e.bench import visitor as bench
from fluxlit_component import UrlSession
from fluxlit_component.bridge.transport import Mounted
from tests.visitor import Visitor, assign

OFFER = sys.modules["fluxlit_component.tab.offer"]


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was drawn, in this order: the app notes itself here, too."""
    order: list[str] = []
    mount = OFFER.mount

    def noted(offer: Any, **options: Any) -> Mounted:
        order.append("bridge")
        mounted: Mounted = mount(offer, **options)
        return mounted

    monkeypatch.setattr(OFFER, "mount", noted)
    return order


@pytest.mark.usefixtures("forced")
def test_the_bridge_is_drawn_when_the_block_is_left(drawn: list[str]) -> None:
    """On every way out but one: `st.rerun()` leaves that to the run that follows."""

    def body(_: UrlSession) -> None:
        drawn.append("app")
        if st.session_state.setdefault("times", 0) == 0:
            st.session_state["times"] = 1
            st.rerun()
        st.stop()

    Visitor(body)
    assert drawn == ["app", "app", "bridge"]


@pytest.mark.usefixtures("forced")
def test_without_a_block_the_bridge_is_drawn_first(drawn: list[str]) -> None:
    """From the second run on, when it is known that there is no block."""
    visitor = Visitor(lambda _: drawn.append("app"), use_with=False).run()
    assert drawn == ["app", "bridge", "app"]
    visitor.seen["with"] = True
    visitor.run().run()
    assert drawn[3:].count("bridge") == 2


@pytest.mark.usefixtures("forced")
def test_the_app_does_not_see_the_bridge() -> None:
    """Neither by number, nor by name, nor in what it writes on the page; and it may copy all it sees."""
    seen: list[Any] = []

    def body(_: UrlSession) -> None:
        seen.append((len(st.session_state), list(st.session_state), st.session_state.to_dict()))
        st.session_state.update(st.session_state)

    visitor = Visitor(body).run().run(assign(a=1)).run(body)
    assert seen == [(0, [], {}), (0, [], {}), (1, ["a"], {"a": 1})]
    visitor.run(lambda _: st.session_state.clear()).run(body)
    assert seen[-1] == (0, [], {})


def test_nobody_waits_for_a_bridge_that_is_not_there(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The gate stays open: the app runs at once, without its state."""
    monkeypatch.setattr(bench, "_agreeing_bridge", lambda *_, **__: Mounted(is_there=False))
    visitor = bench.Visitor(tmp_path, {})
    ran: list[bool] = []
    visitor.act = lambda _: ran.append(True)
    with pytest.raises(RuntimeError, match="the session is pending"):
        visitor.run()
    assert ran == [True]
