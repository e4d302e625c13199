"""A process that is forked begins without the streams of its parent, and saves its own."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from fluxlit_component.background import registry, writer
from fluxlit_component.identifier import new_session_id
from fluxlit_component.stores.sqlite import SQLiteSessionStore
from tests.background.home import Page, PageElsewhere, there
from tests.background.model import MakeModel, until

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork"),
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*:DeprecationWarning"),
]


def test_the_child_saves_its_own_and_leaves_the_others_alone(
    tmp_path: Path, sid: str, model: MakeModel
) -> None:
    """No thread of the parent runs in the child, neither its writer nor the function of its stream."""
    store, mine = SQLiteSessionStore(tmp_path / "sessions.db"), new_session_id()
    ask = model("one ", "two ")
    answer = Page(sid, store).begin("answer", ask)
    ask.go_on()
    until(lambda: there(PageElsewhere(sid, store).stream("answer")).text == "one ")
    if (child := os.fork()) == 0:
        is_empty = not registry.of(sid) and not writer.unsaved()
        Page(mine, store).begin("answer", lambda: ["three"])
        end = time.monotonic() + 30
        while writer.unsaved() and time.monotonic() < end:
            time.sleep(0.01)
        os._exit(0 if is_empty and not writer.unsaved() else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert there(PageElsewhere(mine, store).stream("answer")).text == "three"
    ask.go_on(2)
    assert answer.wait(60)
    until(lambda: there(PageElsewhere(sid, store).stream("answer")).is_done)
    assert there(PageElsewhere(sid, store).stream("answer")).text == "one two "
    store.close()
