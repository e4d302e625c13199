"""What no store can hold survives F5 by identity, in the process that has it, and nowhere else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = [pytest.mark.core, pytest.mark.transport]
Serve = Callable[..., StreamlitServer]
NewTab = Callable[..., ContinuityPage]
LOST = "lost client lock results tasks"


def ask(tab: ContinuityPage, times: int) -> None:
    """Use the client, and the thread behind the queues."""
    tab.page.get_by_role("button", name="Ask").click()
    expect(tab.page.get_by_text(f"asked {times}, answer {2 * times}", exact=True)).to_be_visible()
    tab.rest()


def lock_of(tab: ContinuityPage) -> str:
    """Which lock it is."""
    return tab.page.get_by_text("lock ").first.inner_text()


def test_objects_survive_f5_by_identity(tab: ContinuityPage, serve: Serve) -> None:
    """A client with what it remembers, a lock, a thread that goes on, and the flag that guards them."""
    tab.open(serve("live.py").url)
    lock = lock_of(tab)
    for times in range(1, 4):
        ask(tab, times)
        tab.reload()
        expect(tab.page.get_by_text(f"asked {times}, answer {2 * times}", exact=True)).to_be_visible()
        assert lock_of(tab) == lock
        expect(tab.page.get_by_text("lost nothing")).to_be_visible()
    expect(tab.page.get_by_role("cell", name="By reference")).to_be_visible()


def test_a_copy_and_a_link_get_none(tab: ContinuityPage, new_tab: NewTab, serve: Serve) -> None:
    """They have the flag, not the objects, whose names are told; the first tab keeps all of it."""
    tab.open(serve("live.py").url)
    ask(tab, 1)
    copy = tab.duplicate()
    copy.rest(quiet=1.0)
    expect(copy.page.get_by_text(LOST, exact=True)).to_be_visible()
    tab.page.get_by_role("button", name="Link").click()
    link = tab.page.get_by_test_id("stCode")
    expect(link).to_contain_text("#fluxlit_link=")
    other = new_tab()
    other.open(link.inner_text().strip())
    expect(other.page.get_by_text(LOST, exact=True)).to_be_visible()
    tab.reload()
    expect(tab.page.get_by_text("asked 1, answer 2", exact=True)).to_be_visible()


def test_after_a_restart_they_are_absent_and_named(tab: ContinuityPage, serve: Serve) -> None:
    """What could be stored is there; also at the next F5, since nobody made them again."""
    server = serve("live.py")
    tab.open(server.url)
    ask(tab, 1)
    tab.page.get_by_label("Name").fill("Ada")
    tab.page.get_by_label("Name").press("Enter")
    tab.rest()
    server.restart()
    tab.reload()
    expect(tab.page.get_by_text(LOST, exact=True)).to_be_visible()
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")
    tab.reload()
    expect(tab.page.get_by_text(LOST, exact=True)).to_be_visible()


def test_switched_off(tab: ContinuityPage, serve: Serve) -> None:
    """`live_seconds=0`: absent, and named."""
    tab.open(serve("live.py", LIVE_SECONDS="0").url)
    ask(tab, 1)
    tab.reload()
    expect(tab.page.get_by_text("lost client lock results tasks", exact=True)).to_be_visible()
    expect(tab.page.get_by_role("button", name="Ask")).to_have_count(0)
