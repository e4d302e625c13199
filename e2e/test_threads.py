"""What a thread with `add_script_run_ctx` changes after the run that began it: it is not lost."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import expect

from e2e.acts import press
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = pytest.mark.transport


def see(tab: ContinuityPage, text: str) -> None:
    """The page shows exactly this line, and no exception."""
    expect(tab.page.get_by_text(text, exact=True)).to_be_visible()
    expect(tab.page.get_by_test_id("stException")).to_have_count(0)


def written(path: Path) -> str:
    """What the thread has noted when it was done."""
    end = time.monotonic() + 60
    while not path.exists() or not path.read_text():
        assert time.monotonic() < end, f"{path.name} is not done"
        time.sleep(0.05)
    return path.read_text()


def test_what_a_thread_has_changed_after_its_run(
    tab: ContinuityPage, serve: Callable[..., StreamlitServer], tmp_path: Path
) -> None:
    """Saved by `persist()` from the thread, else by the next run; the server begins anew to show it."""
    server = serve("threads.py", THREADS_GO=str(tmp_path))
    tab.open(server.url)
    press(tab, "Begin saved")
    see(tab, "saved: open")
    (tmp_path / "go").touch()
    assert written(tmp_path / "saved") == "True"
    server.restart()  # what is there now was in the record
    tab.reload()
    see(tab, "saved: done")
    (tmp_path / "go").unlink()
    press(tab, "Begin left")
    see(tab, "left: open")
    (tmp_path / "go").touch()
    assert written(tmp_path / "left") == "None"
    press(tab, "Run")
    see(tab, "left: done")
    server.restart()
    tab.reload()
    see(tab, "left: done")
