"""A client that is no browser: what it may send does not pile up in the server."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from fluxlit_component.bridge.transport import has_v2
from fluxlit_component.identifier import new_session_id
from fluxlit_component.testing import StreamlitServer

pytestmark = pytest.mark.skipif(not has_v2(), reason="this client speaks components v2")


def run(socket: ClientConnection, element: str = "", **answer: object) -> ForwardMsg:
    """Have the script run with an answer of the bridge; the message that draws the bridge."""
    message = BackMsg()
    message.rerun_script.query_string = ""
    if element:
        text = json.dumps({"answer": {"protocol": 1, **answer}})
        message.rerun_script.widget_states.widgets.add(id=element, json_value=text)
    socket.send(message.SerializeToString())
    drawn = ForwardMsg()
    while True:
        data = socket.recv()
        got = ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode())
        if got.delta.new_element.bidi_component.id:
            drawn = got
        if got.WhichOneof("type") == "script_finished":
            return drawn


def test_unknown_ids_do_not_pile_up(serve: Callable[..., StreamlitServer]) -> None:
    """A tab that names another one in each run: few are remembered, and few are sent back."""
    address = serve("notes.py", handshake=False).url.replace("http", "ws", 1) + "/_stcore/stream"
    with connect(address, subprotocols=["streamlit", "none"], max_size=None) as socket:  # type: ignore[list-item]
        drawn = run(socket)
        element = drawn.delta.new_element.bidi_component.id
        for _ in range(20):
            drawn = run(socket, element, sid=new_session_id(), source="query")
    assert len(json.loads(drawn.delta.new_element.bidi_component.json)["refused"]) == 8
