"""`url_session` in AppTest, as the author of an app would test it: no browser, no gate, real script runs.

What needs a browser is in `e2e/`: the gate, the address bar, history, page switches by the visitor, a
server that dies, a fragment that runs alone, and the death of the old id after `rotate()`.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fluxlit_component import InMemorySessionStore


@pytest.fixture
def store() -> Iterator[InMemorySessionStore]:
    """A store that a test can look into."""
    return InMemorySessionStore()
