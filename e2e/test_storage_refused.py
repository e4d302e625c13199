"""Where the browser refuses storage (a sandboxed or third-party frame) F5 keeps the state all the same."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Error, expect

from e2e.carrier import PAGE_LOAD
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = [pytest.mark.core, pytest.mark.transport]
Serve = Callable[..., StreamlitServer]

REFUSED = {
    "no storage": """Object.defineProperty(window, "sessionStorage", {
        get() { throw new DOMException("refused", "SecurityError"); } });""",
    "no room": """Storage.prototype.setItem = () => {
        throw new DOMException("full", "QuotaExceededError"); };""",
}


@pytest.mark.parametrize("script", [pytest.param(v, id=k) for k, v in REFUSED.items()])
def test_the_state_survives_f5_without_storage(tab: ContinuityPage, serve: Serve, script: str) -> None:
    """The id rides in history.state: on the page of arrival, on the next one, and after Back."""
    page, failures = tab.page, list[Error]()
    page.on("pageerror", lambda error: failures.append(error))  # noqa: PLW0108 - Playwright marks its handlers
    page.add_init_script(script)
    url = serve("multi.py").url
    tab.open(url)
    assert tab.runs == PAGE_LOAD
    page.get_by_role("button", name="Add", exact=True).click()
    tab.rest()
    tab.reload()
    assert tab.runs == PAGE_LOAD
    expect(page.get_by_text("count is 1")).to_be_visible()
    page.get_by_role("link", name="Report", exact=True).click()
    tab.rest()
    tab.reload()
    assert tab.runs == PAGE_LOAD
    expect(page.get_by_role("heading", name="Report")).to_be_visible()
    expect(page.get_by_text("count is 1")).to_be_visible()
    page.go_back()
    tab.rest()
    tab.reload()
    expect(page.get_by_text("count is 1")).to_be_visible()
    assert page.url == f"{url}/"
    expect(page.get_by_test_id("stException")).to_have_count(0)
    assert failures == []
