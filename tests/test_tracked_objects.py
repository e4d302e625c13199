"""How much the package adds to what the garbage collector looks at.

Streamlit collects the garbage of the whole process after each script run (`runner.postScriptGC`), so each
object that is loaded makes each run of each visitor longer.
"""

from __future__ import annotations

import asyncio
import json
import os
from pathlib import Path
from typing import Any

import pytest

from fluxlit_component.testing.server import StreamlitServer

pytest.importorskip("websockets")  # which newer releases bring along

from e2e.bench.client import Client
from e2e.carrier import RELEASE

MOST = 3000
_APP = """
import gc, json, sys
import streamlit as st

def count():
    gc.collect()
    return len(gc.get_objects())

def page():
    st.text_input("Name", key="name")
    st.session_state["visits"] = st.session_state.get("visits", 0) + 1

page()
if st.session_state.visits == 3:
    before, modules = count(), set(sys.modules)
    from fluxlit_component import url_session

    with url_session() as session:
        st.session_state["more"] = 1
    assert session.status == "ready"
    print("LOADED", json.dumps([count() - before, sorted(sys.modules.keys() - modules)]), flush=True)
"""


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Any:
    """What the first run with the session, on the default store, adds to a server that has run an app."""
    if RELEASE < (1, 57):
        pytest.skip("no handshake, so a visitor without a browser has no session")
    script = tmp_path_factory.mktemp("app") / "app.py"
    script.write_text(_APP, "utf-8")
    # `fluxlit-session run` loads all that before it serves: then there would be nothing to count.
    late = "from fluxlit_component.cli import launch\nlaunch._OF_THE_FIRST_RUN = ()\n"
    (script.parent / "sitecustomize.py").write_text(late, "utf-8")
    paths = os.pathsep.join(filter(None, [str(script.parent), os.environ.get("PYTHONPATH")]))
    with StreamlitServer(script, handshake=True, env={"PYTHONPATH": paths}) as server:
        return _loaded(server)


def _loaded(server: StreamlitServer) -> Any:
    asyncio.run(_visit(server.url))
    (line,) = [line for line in server.log.splitlines() if line.startswith("LOADED")]
    return json.loads(line.removeprefix("LOADED"))


async def _visit(url: str) -> None:
    async with Client(url) as client:
        for _ in range(3):
            await client.run()


def test_few_objects_are_added(loaded: tuple[int, list[str]]) -> None:
    """At most 3 000, where Streamlit itself has some 80 000."""
    assert 1000 < loaded[0] <= MOST


@pytest.mark.parametrize(
    "package",
    [
        "pydantic",
        "pydantic_settings",
        "opentelemetry",
        "typer",
        "cachetools",
        "redis",
        "sqlalchemy",
        "zoneinfo",
    ],
)
def test_what_the_app_does_not_use_is_not_loaded(loaded: tuple[int, list[str]], package: str) -> None:
    """Models, telemetry, the command line and other stores are loaded by those who use them."""
    assert [name for name in loaded[1] if name.partition(".")[0] == package] == []


@pytest.mark.parametrize(
    "module",
    [
        "panel",
        "links.links",
        "original",
        "public",
        "codec.catalogue",
        "codec.registry",
        "stores.memory",
        "state.uploads",
    ],
)
def test_parts_of_the_package_wait_for_their_first_use(loaded: tuple[int, list[str]], module: str) -> None:
    """Panel, links, the original functions, registered classes, types beyond those of JSON, uploads."""
    assert not [name for name in loaded[1] if name.startswith(f"fluxlit_component.{module}")]


@pytest.mark.skipif(RELEASE < (1, 51), reason="the bench's client speaks with newer releases")
def test_few_objects_are_added_without_the_handshake(tmp_path: Path) -> None:
    """At most as many under a plain `streamlit run`, where nothing of the package is loaded before."""
    script = tmp_path / "app.py"
    script.write_text(
        _APP.replace("url_session()", "url_session(wait=False)").replace("ready", "pending"), "utf-8"
    )
    with StreamlitServer(script, handshake=False) as server:
        assert 1000 < _loaded(server)[0] <= MOST
