"""Two tabs write to one session: different keys lose nothing, mergers bring the same key together."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from e2e.acts import press
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]
Pair = tuple[ContinuityPage, ContinuityPage]


@pytest.fixture
def pair(tab: ContinuityPage, serve: Serve, new_tab: Callable[..., ContinuityPage]) -> Pair:
    """Two tabs of one session, opened at the same state."""
    url = serve("together.py").url
    tab.open(f"{url}/?who=a")
    press(tab, "Plain")
    sid = tab.page.evaluate("sessionStorage.getItem('fluxlit:fluxlit_sid')")
    other = new_tab()
    other.open(f"{url}/?who=b&fluxlit_sid={sid}")
    return tab, other


def shows(tab: ContinuityPage, text: str) -> None:
    """The page shows exactly this line."""
    expect(tab.page.get_by_text(text, exact=True)).to_be_visible()


def test_different_keys_lose_nothing(pair: Pair) -> None:
    """Each tab writes only what it changed."""
    first, second = pair
    press(first, "Hit")
    press(second, "Tag")
    press(first, "Score")
    second.reload()
    for text in ("hits 1", "tags b", "best 5", "plain a"):
        shows(second, text)


def test_mergers_bring_both_tabs_together(pair: Pair) -> None:
    """A chat that grows, a count, a set, a callable of the app's own."""
    first, second = pair
    press(first, "Say", "Hit", "Hit", "Tag", "Score")
    press(second, "Say", "Hit", "Tag", "Score")
    shows(second, "hits 3")
    second.reload()
    shows(second, "chat a0 b0")
    shows(second, "hits 3")
    shows(second, "tags a b")
    shows(second, "best 5")
    press(first, "Hit")
    first.reload()
    shows(first, "hits 4")
    shows(first, "chat a0 b0")


@pytest.mark.core
def test_without_a_merger_the_last_writer_wins_and_is_told(pair: Pair) -> None:
    """`on_conflict` names the key."""
    first, second = pair
    press(first, "Plain")
    press(second, "Plain")
    press(second, "Hit")
    expect(second.page.get_by_text("conflict:plain")).to_be_visible()
    first.reload()
    shows(first, "plain ab")


def test_what_cannot_be_kept_is_named(pair: Pair) -> None:
    """`on_skip` is told, the rest is saved."""
    first, _ = pair
    press(first, "Unstorable")
    press(first, "Hit")
    expect(first.page.get_by_text("skip:client")).to_be_visible()
    first.reload()
    shows(first, "hits 1")
