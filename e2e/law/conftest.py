"""Apps of the law and their visitors; `LAW_PLAIN=1` plays every test without the session, R in place of F5.

What the tests expect of Streamlit itself has to be true there; where the session is to do more than R does, a
test says so by the fixture `more_than_plain`.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from e2e.law.sight import Twins
from e2e.law.summary import pytest_terminal_summary
from e2e.law.visitor import Visitor
from e2e.law.walk import SHELF, Meet
from fluxlit_component.testing import ContinuityPage, StreamlitServer

__all__ = ["meet", "more_than_plain", "pytest_terminal_summary", "visit"]
APPS = Path(__file__).parent / "apps"
PLAIN = bool(os.environ.get("LAW_PLAIN"))


@pytest.fixture
def more_than_plain() -> None:
    """For tests of what plain Streamlit does not do."""
    if PLAIN:
        pytest.skip("plain Streamlit does less")


@pytest.fixture
def visit(
    serve: Callable[..., StreamlitServer], new_tab: Callable[..., ContinuityPage]
) -> Callable[..., Visitor]:
    """Open an app of this folder in a fresh browser; words in capitals become its server's environment."""

    def visit(app: str, *, below: str = "/", plain: bool = PLAIN, **env: str) -> Visitor:
        if plain:
            env["FLUXLIT_DISABLE_URL_SESSION"] = "1"
        server = serve(str(APPS / app), **env)
        visitor = Visitor(new_tab(), server, plain=plain)
        visitor.tab.open(server.url + below)
        return visitor

    return visit


@pytest.fixture
def meet(serve: Callable[..., StreamlitServer], new_tab: Callable[..., ContinuityPage]) -> Meet:
    """Open an app of the shelf in two fresh browsers: plain, and with the session."""

    def meet(app: str, *, same: bool = PLAIN, **ours: str) -> Twins:
        if same:
            ours["FLUXLIT_DISABLE_URL_SESSION"] = "1"
        servers = serve(str(SHELF), FLUXLIT_DISABLE_URL_SESSION="1"), serve(str(SHELF), **ours)
        twins = Twins(new_tab(), new_tab(), same=same)
        for tab, server in zip(twins.both, servers, strict=True):
            tab.page.context.add_cookies([{"name": "law_app", "value": app, "url": server.url}])
            tab.page.goto(server.url)
        for tab in twins.both:
            tab.rest()
        return twins

    return meet
