"""Two sessions in one app, and one session opened twice in a run."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]


def fill(tab: ContinuityPage, label: str, text: str) -> None:
    """Type and leave the field."""
    tab.page.get_by_label(label).fill(text)
    tab.page.get_by_label(label).press("Enter")
    tab.rest()


def test_two_params_are_two_sessions(tab: ContinuityPage, serve: Serve) -> None:
    """Each with its own id and its own keys; both come back, and the end of one is not that of the other."""
    tab.open(serve("pair.py").url)
    assert tab.page.evaluate("history.length") <= 2
    expect(tab.page.get_by_text("left ready, right ready, apart True")).to_be_visible()
    fill(tab, "Left", "ada")
    fill(tab, "Right", "bob")
    tab.reload()
    expect(tab.page.get_by_label("Left")).to_have_value("ada")
    expect(tab.page.get_by_label("Right")).to_have_value("bob")
    expect(tab.page.get_by_text("left ready, right ready, apart True")).to_be_visible()
    ids = [tab.page.evaluate(f"sessionStorage.getItem('fluxlit:{name}')") for name in ("left", "right")]
    assert len({*ids, None}) == 3
    tab.page.get_by_role("button", name="End left").click()
    tab.rest()
    tab.reload()
    expect(tab.page.get_by_label("Right")).to_have_value("bob")
    expect(tab.page.get_by_label("Left")).to_have_value("")


@pytest.mark.core
@pytest.mark.transport
@pytest.mark.few
def test_the_first_keeps_what_it_has_while_the_second_waits(tab: ContinuityPage, serve: Serve) -> None:
    """Through two gates one after the other: the run in between has the first one's state, and no field."""
    tab.open(serve("carrier.py", handshake=False).url)
    fill(tab, "Name", "ada")
    for _ in range(2):
        tab.reload()
        expect(tab.page.get_by_label("Name")).to_have_value("ada")
        assert tab.runs == 3


def test_a_second_mount_changes_nothing(tab: ContinuityPage, serve: Serve) -> None:
    """Opened twice in a run the session is drawn once more, and costs no further run."""
    tab.open(serve("pair.py").url)
    tab.forget_runs()
    fill(tab, "Left", "eve")
    assert tab.runs == 1
    expect(tab.page.get_by_test_id("stException")).to_have_count(0)


def test_a_link_of_one_of_them(serve: Serve, new_tab: Callable[..., ContinuityPage]) -> None:
    """It brings that session and no other, and nobody calls it dead; rotated, it goes on under a new id."""
    first, other = new_tab(), new_tab()
    first.open(serve("pair.py").url)
    fill(first, "Left", "ada")
    fill(first, "Right", "bob")
    first.page.get_by_role("button", name="Link right").click()
    link = first.page.get_by_text("#fluxlit_link=")
    expect(link).to_be_visible()
    other.open(link.inner_text())
    expect(other.page.get_by_label("Right")).to_have_value("bob")
    expect(other.page.get_by_label("Left")).to_have_value("")
    expect(other.page.locator("#fluxlit-notice")).to_have_count(0)
    before = other.page.evaluate("sessionStorage.getItem('fluxlit:right')")
    other.page.get_by_role("button", name="Rotate right").click()
    other.page.wait_for_function("old => sessionStorage.getItem('fluxlit:right') !== old", arg=before)
    other.rest()
    other.reload()
    expect(other.page.get_by_label("Right")).to_have_value("bob")
