"""Text that was typed and not sent is there after F5, in every engine."""

from __future__ import annotations

from collections.abc import Callable

from e2e.engines.visitor import Visitor
from e2e.front import Front


def test_half_a_name_is_there_after_f5(newcomer: Callable[[], Visitor], front: Callable[..., Front]) -> None:
    """The app has not got it before the visitor leaves the field; then it is no draft any more."""
    visitor, url = newcomer(), front().url
    visitor.open(url)
    visitor.begin("Name", "Grac\u00e9")
    visitor.reload()
    visitor.holds("Name", "Grac\u00e9")
    assert visitor.ask("() => document.activeElement === document.body")
    visitor.go(f"{url}/report")
    visitor.sees("name is unset")
    visitor.follow("Home")
    visitor.holds("Name", "Grac\u00e9")
    visitor.type("Name", "Grace")
    visitor.follow("Report")
    visitor.sees("name is Grace")
    visitor.reload()
    assert "fluxlit::drafts" not in visitor.ask("() => Object.keys(sessionStorage)")
