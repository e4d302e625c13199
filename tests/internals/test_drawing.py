"""A component v2 that is drawn again looks to the page as if Streamlit's own call had drawn it."""

from __future__ import annotations

import sys
from typing import Any

import pytest
import streamlit
from streamlit.testing.v1 import AppTest

from fluxlit_component.bridge.transport import has_v2
from fluxlit_component.internals.drawing import Drawing, LastDrawn, last_drawn

MODULE = sys.modules["fluxlit_component.internals.drawing"]
pytestmark = pytest.mark.skipif(not has_v2(), reason="this release has no components v2")


def draws(seen: dict) -> None:
    """A script that draws a component by Streamlit's call, and then three times again."""
    import json

    import streamlit as st
    from streamlit.runtime.scriptrunner import get_script_run_ctx

    from fluxlit_component.internals import Run
    from fluxlit_component.internals.drawing import LastDrawn, last_drawn

    context = get_script_run_ctx()
    send, sent = context._enqueue, seen.setdefault("sent", [])
    context._enqueue = lambda message: (sent.append(message), send(message))
    Run(context).read_along(lambda: False, str)
    try:
        make = st.components.v2.component("probe", js="export default () => {};\n")
        with st._event:
            make(key="probe", data={"number": 1}, on_answer_change=lambda: None)
    except Exception as error:  # noqa: BLE001 - the release decides
        seen["error"] = error
        return
    drawing, last = last_drawn(), LastDrawn()
    seen["drawing"] = drawing
    seen["done"] = []
    for number in (1, 2, 2):
        done = drawing.draw(number, lambda number=number: json.dumps({"number": number}), last)
        seen["done"].append(done)
        context.cached_message_hashes = {last.message}  # the page has kept what it was sent
    st.toast("beside it")


@pytest.fixture
def seen(fallbacks: list[str]) -> dict[str, Any]:
    """What the script reports; nothing was fallen back from."""
    found: dict[str, Any] = {}
    AppTest.from_function(draws, default_timeout=30, args=(found,)).run()
    if "error" in found:
        pytest.skip(f"AppTest of Streamlit {streamlit.__version__} cannot mount components v2")
    assert fallbacks == []
    return found


def test_the_message_is_that_of_streamlits_call(seen: dict[str, Any]) -> None:
    """The same element with the same data, one place further on."""
    first, again, other, *_ = seen["sent"]
    assert seen["done"] == [True] * 3
    assert again.delta == first.delta
    assert again.hash == first.hash
    assert [*again.metadata.delta_path] == [first.metadata.delta_path[0], 1]
    assert other.delta.new_element.bidi_component.json == '{"number": 2}'
    assert other.delta.new_element.bidi_component.js_content


def test_a_page_that_has_the_message_is_told_its_hash(seen: dict[str, Any]) -> None:
    """Nothing has changed: nothing is encoded, hashed or sent but that."""
    _, _, other, same, toast, *_ = seen["sent"]
    assert same.WhichOneof("type") == "ref_hash"
    assert same.ref_hash == other.hash != ""
    places = [message.metadata.delta_path[-1] for message in (other, same, toast)]
    assert places == [2, 3, 4]


def test_outside_of_a_run_nothing_is_drawn(seen: dict[str, Any]) -> None:
    """A thread of the app's own has no page."""
    assert last_drawn() is None
    assert not seen["drawing"].draw(3, lambda: pytest.fail("there is no page"), LastDrawn())


def test_a_release_that_has_moved_something_is_drawn_as_ever(
    seen: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asked is told that nothing was drawn, and calls Streamlit."""
    drawing: Drawing = seen["drawing"]
    monkeypatch.setattr(MODULE, "get_script_run_ctx", lambda **_: object())
    assert not drawing.draw(3, lambda: pytest.fail("not known how"), LastDrawn())
