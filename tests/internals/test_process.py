"""What Streamlit and Python keep once per process: the app's secrets, the server, and frozen objects."""

from __future__ import annotations

import gc
import weakref
from pathlib import Path
from typing import Any

import pytest
import streamlit
from streamlit import config
from streamlit.runtime.secrets import Secrets
from streamlit.testing.v1 import AppTest

from fluxlit_component import internals
from fluxlit_component.internals import process
from tests.internals.scripts import RELEASE, SECONDS, moved, rerun, start


def secrets(seen: dict) -> None:
    """A script that reports the package's own secrets."""
    from fluxlit_component.internals import app_secrets

    seen["secrets"] = app_secrets()


def test_secrets_are_read(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """The `[fluxlit]` table, as a plain dict."""
    at = AppTest.from_function(secrets, default_timeout=SECONDS, args=(seen,))
    at.secrets["fluxlit"] = {"session_ttl": 5}
    at.run()
    assert not at.exception
    assert seen["secrets"] == {"session_ttl": 5}, moved("st.secrets")
    assert fallbacks == [], moved(str(fallbacks))


def test_an_app_without_secrets_sees_no_error(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """No file, no table, no message on the page."""
    at = start(secrets, seen)
    assert seen["secrets"] == {}
    assert not at.error
    at.secrets["other"] = {"x": 1}
    rerun(at)
    assert seen["secrets"] == {}
    assert fallbacks == [], moved(str(fallbacks))


def test_a_broken_file_of_secrets_is_told_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The app would run with another store than the file names. The log has its name, not its content."""
    path = tmp_path / "secrets.toml"
    path.write_text('[fluxlit]\nsession_store = "redis://u:hunter2@h')
    given = {"secrets.files": [str(path)]}
    monkeypatch.setattr(config, "get_option", lambda name: given.get(name, ""))
    monkeypatch.setattr(streamlit, "secrets", Secrets())
    for _ in range(2):
        monkeypatch.setattr(internals.process, "_secretless", None)
        assert internals.app_secrets() == {}
    (told,) = (record.getMessage() for record in caplog.records if record.name == "fluxlit_component")
    assert str(path) in told
    assert "hunter2" not in told


def test_what_streamlit_run_serves_by(fallbacks: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Starlette from 1.57 on, from 1.53 if it is asked for; before that nothing that speaks ASGI."""
    if RELEASE < (1, 53):
        monkeypatch.setattr("fluxlit_component.internals.guard.fell_back", lambda _: None)
        assert not process.serves_asgi([])
        return
    assert process.serves_asgi([]) is (RELEASE >= (1, 57)), moved("server.useStarlette")
    assert process.serves_asgi(["--server.useStarlette=true"])
    assert fallbacks == [], moved(str(fallbacks))


@pytest.mark.skipif(RELEASE < (1, 57), reason="Tornado serves there")
def test_a_middleware_is_put_around_the_server(fallbacks: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Around whatever uvicorn has loaded."""
    import uvicorn

    monkeypatch.setattr(uvicorn.Config, "load", uvicorn.Config.load)
    wrapped: list[Any] = []
    assert process.wrap_server(lambda app: wrapped.append(app) or app)
    config = uvicorn.Config(lambda scope: None, log_config=None)
    config.load()
    assert wrapped == [config.loaded_app]
    assert fallbacks == [], moved("uvicorn.Config.load")


def test_what_is_loaded_is_frozen_once_and_only_if_asked_for() -> None:
    """It is the process's own decision."""
    internals.freeze()
    before = gc.get_freeze_count()
    try:
        process.freeze_when_loaded()
        internals.freeze()
        assert (frozen := gc.get_freeze_count()) > before + 1000
        kept = [[] for _ in range(1000)]
        internals.freeze()
        assert gc.get_freeze_count() <= frozen
        assert kept
    finally:
        gc.unfreeze()


def test_classes_that_a_script_defines_anew_are_still_freed() -> None:
    """Frozen is what the first run has loaded: the classes of each later run go as they always did."""
    try:
        process.freeze_when_loaded()
        internals.freeze()
        seen = []
        for _ in range(3):  # a script defines its classes in each run, an edited one others
            names: dict[str, Any] = {}
            exec("class Basket:\n    def __init__(self): self.me = self\nkept = Basket()", names)
            seen.append(weakref.ref(names["Basket"]))
        del names
        gc.collect()
        assert [found() for found in seen] == [None] * 3
    finally:
        gc.unfreeze()
