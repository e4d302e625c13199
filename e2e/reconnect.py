"""A page that lives on while its connection to the server is cut."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from fluxlit_component.testing import ContinuityPage


@contextmanager
def reconnecting(tab: ContinuityPage) -> Iterator[None]:
    """Cut the connection in this block. Afterwards the page has noticed it, and is connected again.

    Until it has noticed, a page looks as if it were connected, and what is clicked is lost.
    """
    with tab.page.expect_websocket():
        yield
    tab.rest()
