"""A visitor without a browser: speaks Streamlit's websocket protocol, runs the script, reads the answer."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from types import TracebackType

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from typing_extensions import Self
from websockets.asyncio.client import ClientConnection, connect

_STREAMLITS = ("streamlit", "PLACEHOLDER_AUTH_TOKEN")
NEW = ("fluxlit.none",)
"""What our boot script proposes as a subprotocol beside Streamlit's, in a page that has no session yet."""


class Client:
    """One open page. Use it with `async with`; it shows no widget until its first run."""

    def __init__(self, url: str, words: Sequence[str] = NEW) -> None:
        self._words = (*_STREAMLITS, *words)
        self._url = url.replace("http", "ws", 1) + "/_stcore/stream"
        self._socket: ClientConnection | None = None
        self._cached: set[str] = set()
        """Hashes of large messages, which a page keeps and need not be sent again."""
        self.fields: dict[str, str] = {}
        """Element id -> what stands in the text inputs of the page, as the browser sends it with each run."""

    async def run(self, query: str = "") -> list[ForwardMsg]:
        """Have the script run; what was sent until it ended."""
        message = BackMsg()
        message.rerun_script.query_string = query
        message.rerun_script.cached_message_hashes.extend(self._cached)
        for element, text in self.fields.items():
            message.rerun_script.widget_states.widgets.add(id=element, string_value=text)
        if self._socket is None:
            raise RuntimeError("open the page first: async with")
        await self._socket.send(message.SerializeToString())
        received: list[ForwardMsg] = []
        while not received or received[-1].WhichOneof("type") != "script_finished":
            data = await self._socket.recv()
            received.append(ForwardMsg.FromString(data if isinstance(data, bytes) else data.encode()))
        self._cached.update(each.hash for each in received if each.metadata.cacheable)
        for drawn in received:
            element = drawn.delta.new_element
            if element.HasField("text_input"):
                self.fields.setdefault(element.text_input.id, "")
        return received

    @staticmethod
    def session_in(received: Iterable[ForwardMsg]) -> str:
        """The session id that the bridge of a run was offered."""
        offers = [drawn.delta.new_element.bidi_component.json for drawn in received]
        sid: str = json.loads(next(filter(None, offers)))["sid"]
        return sid

    async def objects(self) -> int:
        """How many objects the server's garbage collector tracks: `apps/loaded.py` tells it."""
        texts = [drawn.delta.new_element.text.body for drawn in await self.run("objects")]
        return int(next(filter(None, texts)))

    async def __aenter__(self) -> Self:
        self._socket = await connect(self._url, subprotocols=self._words, max_size=None)  # type: ignore[arg-type]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._socket is not None:
            await self._socket.close()
