"""A server holds as many pages as Streamlit holds sessions, however many visitors have been there."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from fluxlit_component.testing.server import StreamlitServer

pytest.importorskip("websockets")  # which newer releases bring along

from e2e.bench.client import Client
from e2e.carrier import RELEASE

VISITORS = 200
STREAMLITS = 128
"""Streamlit keeps so many sessions that nobody is connected to."""
FEW = 8
"""The page that counts, those whose script or class came last, and those whose job has just ended."""
_APP = """
import gc
import streamlit as st
from fluxlit_component import register, url_session
from fluxlit_component.tab.tab import Tab

class Result:
    def method(self): return 1

def told(event): pass
def who(): return "Ada"
def merged(base, theirs, mine): return mine

if "objects" in st.query_params:
    gc.collect()
    st.text(str(sum(type(each) is Tab for each in gc.get_objects())))
else:
    with url_session(on_persist=told, identity=who, merge={"data": merged}, live_seconds=1) as session:
        st.session_state.setdefault("data", "x")
        st.session_state.setdefault("function", told)
        st.session_state.setdefault("session", session)
        session.stream("answer")
        session.job("train", Result).wait()
"""


@pytest.mark.slow
@pytest.mark.skipif(RELEASE < (1, 57), reason="no handshake, so a visitor without a browser has no session")
def test_visitors_leave_nothing_behind(tmp_path: Path) -> None:
    """Whatever their app has handed to the session, also the result of a job that nobody takes."""
    script = tmp_path / "app.py"
    script.write_text(_APP, "utf-8")
    with StreamlitServer(script, handshake=True) as server:
        held = asyncio.run(_visit(server.url))
    assert STREAMLITS / 2 < held <= STREAMLITS + FEW


async def _visit(url: str) -> int:
    for _ in range(VISITORS):
        async with Client(url) as client:
            await client.run()
    await asyncio.sleep(1.5)  # longer than the `live_seconds` of the app
    async with Client(url) as client:
        await client.run()  # a job that begins lets go of the earlier ones
    async with Client(url) as client:
        return await client.objects()
