"""The memory of a server stays flat however often its script runs."""

from __future__ import annotations

import asyncio

import pytest

pytest.importorskip("websockets")  # which newer releases bring along

from e2e.bench.endurance import endure, growth
from e2e.bench.load import served
from e2e.carrier import RELEASE

RUNS = 2000
MOST = 300
"""Objects that may be there more in the end: a fifth of one for each run."""


@pytest.mark.slow
@pytest.mark.skipif(RELEASE < (1, 57), reason="no handshake, so a visitor without a browser has no session")
def test_runs_leave_nothing_behind() -> None:
    """As `fluxlit-session run` serves by itself: what is frozen is not counted, so what is new stands out."""
    with served({}, freeze=True) as server:
        grown, objects = growth(asyncio.run(endure(server, RUNS)))
    assert objects <= MOST
    assert grown <= 8e6
