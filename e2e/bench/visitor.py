"""One visitor of a Streamlit app, without a server: real script context, session state and `url_session()`.

Before and after each run the session state goes through what Streamlit does with it. The bridge is not
mounted, because that is Streamlit's own work and not what is measured; it counts as having answered.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, MutableMapping
from pathlib import Path
from typing import Any, cast
from unittest.mock import patch

import streamlit as st
from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
from streamlit.runtime.pages_manager import PagesManager
from streamlit.runtime.scriptrunner import ScriptRunContext, add_script_run_ctx
from streamlit.runtime.scriptrunner_utils.script_run_context import SCRIPT_RUN_CONTEXT_ATTR_NAME
from streamlit.runtime.state import SafeSessionState, SessionState

from fluxlit_component import url_session
from fluxlit_component.bridge.protocol import PROTOCOL, Offer
from fluxlit_component.bridge.transport import Mounted
from fluxlit_component.internals.widgets import drawn_elements


class Visitor:
    """Runs of one tab, with the default store: SQLite beside the app, which is to live in `folder`.

    `texts` are the text inputs of the page: key -> what was typed into it. `options` are those of
    `url_session`, `clock` is what its runs are timed with.
    """

    def __init__(
        self,
        folder: Path,
        texts: Mapping[str, str],
        *,
        clock: Callable[[], float] = time.perf_counter,
        **options: Any,
    ) -> None:
        self._clock = clock
        script = str(folder / "app.py")
        self._texts = dict(texts)
        self._options = options
        self._state = SafeSessionState(SessionState(), lambda: None)
        self._context = ScriptRunContext(
            session_id="bench",
            _enqueue=lambda _: None,
            query_string="",
            session_state=self._state,
            uploaded_file_mgr=MemoryUploadedFileManager("/media"),
            main_script_path=script,
            user_info={},
            fragment_storage=MemoryFragmentStorage(),
            pages_manager=PagesManager(script),
        )
        self.values: dict[str, Any] = {}
        """What the app's script assigns to `st.session_state` in the next run."""
        self.act: Callable[[MutableMapping[str, Any]], object] | None = None
        """What the app's script does to `st.session_state` in each run."""
        self.sid: str | None = None

    def run(self) -> float:
        """One script run; the seconds that `url_session()` and leaving its block took."""
        thread = threading.current_thread()
        add_script_run_ctx(thread, self._context)
        try:
            return self._run()
        finally:
            delattr(thread, SCRIPT_RUN_CONTEXT_ATTR_NAME)

    def _run(self) -> float:
        self._context.reset(page_script_hash="page")
        self._state.on_script_will_rerun(self._sent())
        with patch("fluxlit_component.tab.offer.mount", _agreeing_bridge):
            begun = self._clock()
            session = url_session(**self._options)
            spent = self._clock() - begun
            self._app()
            begun = self._clock()
            session.__exit__(None, None, None)
            spent += self._clock() - begun
        if session.status != "ready":
            raise RuntimeError(f"the session is {session.status}, so nothing was measured")
        self.sid = session.id
        self._state.on_script_finished(drawn_elements(self._context))
        return spent

    def _sent(self) -> WidgetStates:
        """What the browser sends with each run: the values of the widgets that it shows."""
        sent = WidgetStates()
        for element, key in self._state._state._key_id_mapper.id_key_mapping.items():
            if key in self._texts:
                sent.widgets.add(id=element, string_value=self._texts[key])
        return sent

    def _app(self) -> None:
        for key, value in self.values.items():
            self._state[key] = value
        self.values.clear()
        if self.act is not None:
            self.act(cast("MutableMapping[str, Any]", self._state))
        for key in self._texts:
            st.text_input(key, key=key)


def _agreeing_bridge(offer: Offer, **_: object) -> Mounted:
    """Stands for a browser that takes what it is offered, and had it delivered before this run."""
    return Mounted(is_there=True, answer={"protocol": PROTOCOL, "sid": offer.sid, "source": "offer"})
