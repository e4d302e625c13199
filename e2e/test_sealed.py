"""Sealed sessions: nothing changes for the visitor, and the file says nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]
NAME = "Augusta Ada King, sealed"


@pytest.mark.core
def test_f5_rotate_and_a_restart_with_sealed_values(tab: ContinuityPage, serve: Serve) -> None:
    """The state comes back each time; neither it nor an id is in a byte of the store."""
    server = serve("multi.py", FLUXLIT_SEAL="1", FLUXLIT_SEAL_KEYS="1:a-secret-of-the-server-only")
    ids = set()

    def check() -> None:
        expect(tab.page.get_by_label("Name")).to_have_value(NAME)
        expect(tab.page.get_by_text("count is 1")).to_be_visible()
        ids.add(tab.page.evaluate("sessionStorage.getItem('fluxlit:fluxlit_sid')"))

    tab.open(server.url)
    tab.page.get_by_label("Name").fill(NAME)
    tab.page.get_by_label("Name").press("Tab")
    tab.rest()
    tab.page.get_by_role("button", name="Add", exact=True).click()
    tab.rest()
    tab.reload()
    check()
    old = tab.session_id()
    tab.page.get_by_role("button", name="Rotate").click()
    tab.page.wait_for_function("old => sessionStorage.getItem('fluxlit:fluxlit_sid') !== old", arg=old)
    tab.rest()
    tab.reload()
    check()
    server.restart()
    tab.reload()
    check()
    assert len(ids) == 2
    for file in Path(server.env["FLUXLIT_SESSION_SQLITE_PATH"]).parent.iterdir():
        held = file.read_bytes()
        assert NAME.encode() not in held
        assert all(sid.encode() not in held for sid in ids)
    assert not any(sid in server.log for sid in ids)
