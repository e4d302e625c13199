"""The panel and the badge in a real browser: what they tell, and that it can be read in light and in dark."""

from __future__ import annotations

import io
import re
from collections.abc import Callable

import pytest
from PIL import Image
from playwright.sync_api import Locator, expect

from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

NewTab = Callable[..., ContinuityPage]
READABLE = 4.5
"""WCAG AA: what small text needs."""


@pytest.fixture(scope="module")
def server(serve: Callable[..., StreamlitServer]) -> StreamlitServer:
    """The app with the panel."""
    return serve("panel.py")


def figure(tab: ContinuityPage, name: str) -> Locator:
    """What stands beside a name in the sidebar's panel."""
    rows = tab.page.get_by_test_id("stSidebar").locator("tr")
    return rows.filter(has_text=re.compile(f"^{re.escape(name)}")).locator("td").nth(1)


def fold(tab: ContinuityPage, name: str) -> Locator:
    """A fold of the sidebar's panel."""
    return tab.page.get_by_test_id("stSidebar").get_by_test_id("stExpander").filter(has_text=name)


def badge(tab: ContinuityPage) -> Locator:
    """The badge beside the app's own words."""
    return tab.page.get_by_test_id("stMain").get_by_text(re.compile("Session (ready|degraded)"))


def contrast(element: Locator) -> float:
    """Contrast of an element's ink with its paper, as they are on the screen."""
    picture = Image.open(io.BytesIO(element.screenshot(animations="disabled"))).convert("RGB")
    colours = picture.getcolors(picture.width * picture.height) or []
    paper = luminance(max(colours)[1])
    return max(
        (max(paper, ink) + 0.05) / (min(paper, ink) + 0.05)
        for ink in (luminance(colour) for _, colour in colours)
    )


def luminance(colour: object) -> float:
    """Relative luminance by WCAG 2."""
    assert isinstance(colour, tuple)
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.core
def test_the_panel_tells_what_a_reload_brought_back(tab: ContinuityPage, server: StreamlitServer) -> None:
    """Runs, keys, sizes, lifetimes, store, skipped keys with the remedy; names as text, never the id."""
    page = tab.page
    tab.open(server.url)
    expect(figure(tab, "Restored")).to_have_text("nothing, new")
    page.get_by_label("Letter").fill("x" * 3000)
    page.get_by_label("Name").fill("Ada")
    page.keyboard.press("Enter")
    tab.rest()
    tab.reload()
    expect(figure(tab, "Script runs")).to_have_text(str(tab.runs))
    expect(figure(tab, "Restored")).to_have_text("4 keys")
    expect(figure(tab, "By reference")).to_have_text("1 key")
    expect(figure(tab, "Kept")).to_have_text("3 keys, 2.9 KB")
    expect(figure(tab, "Skipped")).to_have_text("2 keys")
    expect(figure(tab, "· if left idle")).to_have_text(re.compile(r"^23 h 5\d min$"))
    expect(figure(tab, "· at the latest")).to_have_text("29 d 23 h")
    expect(figure(tab, "Store")).to_have_text("SQLite")
    expect(figure(tab, "· its last load")).to_contain_text(" ms")
    expect(figure(tab, "Conflicts")).to_have_text("0")
    keys, skipped = fold(tab, "Keys and sizes"), fold(tab, "Skipped, and what to do")
    keys.get_by_text("Keys and sizes").click()
    expect(keys.get_by_role("listitem")).to_have_text(
        [
            "<b>bold</b> :red[`x`] $y$ **z** restored · 2 B",
            "connection restored · by reference",
            "letter restored · 2.9 KB",
            "name restored · 5 B",
        ]
    )
    skipped.get_by_text("Skipped, and what to do").click()
    expect(skipped).to_contain_text("session.keep_upload(")
    sid = page.evaluate("() => JSON.stringify({...sessionStorage})")
    assert len(sid) > 43
    assert not [word for word in sid.split('"') if len(word) == 43 and word in page.content()]


def test_another_tabs_value_that_was_written_over_is_a_conflict(
    new_tab: NewTab, serve: Callable[..., StreamlitServer]
) -> None:
    """Two browsers on one bookmarked session write the same key; the later one's panel counts it."""
    server = serve("panel.py", FLUXLIT_ADDRESS_BAR="visible")
    first, second = new_tab(), new_tab()
    first.open(server.url)
    first.page.get_by_label("Name").fill("Ada")
    first.page.keyboard.press("Enter")
    first.rest()
    expect(first.page).to_have_url(re.compile("fluxlit_sid="))
    second.open(first.page.url)
    for tab, name in ((second, "Grace"), (first, "Edsger")):
        tab.page.get_by_label("Name").fill(name)
        tab.page.keyboard.press("Enter")
        tab.rest()
    expect(figure(second, "Conflicts")).to_have_text("0")
    expect(figure(first, "Conflicts")).to_have_text("1")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_badge_and_panel_can_be_read(scheme: str, new_tab: NewTab, server: StreamlitServer) -> None:
    """Each text has the contrast that small text needs, nothing is cut off, the badge fits its word."""
    tab = new_tab(color_scheme=scheme, viewport={"width": 1280, "height": 1400})
    tab.open(server.url)
    page = tab.page
    sidebar = page.get_by_test_id("stSidebar")
    for name in ("Keys and sizes", "Skipped, and what to do"):
        fold(tab, name).get_by_text(name).click()
    expect(fold(tab, "Skipped").get_by_role("listitem").first).to_be_visible()
    page.mouse.move(0, 0)  # Streamlit colours the fold below the pointer
    expect(badge(tab)).to_have_text("● Session ready")
    box = badge(tab).bounding_box()
    beside = page.get_by_text("beside it").bounding_box()
    assert box is not None
    assert beside is not None
    assert box["width"] < 160
    assert abs(box["y"] + box["height"] / 2 - beside["y"] - beside["height"] / 2) < 8
    texts = [badge(tab), *sidebar.locator("td, th, li, p").all()]
    assert len(texts) > 20
    poor = {text.inner_text(): value for text in texts if (value := contrast(text)) < READABLE}
    assert not poor
    cut = """side => [...side.querySelectorAll('table, ul, li')]
      .filter(it => it.scrollWidth > it.clientWidth + 1).length"""
    assert sidebar.evaluate(cut) == 0


def test_a_store_that_is_down_shows(tab: ContinuityPage, serve: Callable[..., StreamlitServer]) -> None:
    """Degraded: the badge says so, the panel that the store did not answer; the app goes on."""
    server = serve("panel.py", FLUXLIT_SESSION_STORE="redis://127.0.0.1:9/0")
    tab.open(server.url)
    tab.page.get_by_label("Name").fill("Ada")
    tab.page.keyboard.press("Enter")
    tab.rest()
    expect(badge(tab)).to_have_text("● Session degraded")
    expect(figure(tab, "Store")).to_have_text("Redis")
    expect(figure(tab, "· its last")).to_contain_text("no answer in")
    expect(figure(tab, "Not saved yet")).to_contain_text("keys")
    expect(tab.page.get_by_test_id("stException")).to_have_count(0)
