"""Streamlit's script runner as a browser drives it: fragments alone, a page that lasts, runs cut short."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar, Final

from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.forward_msg_queue import ForwardMsgQueue
from streamlit.runtime.fragment import MemoryFragmentStorage
from streamlit.runtime.scriptrunner import RerunData, ScriptRunnerEvent
from streamlit.runtime.scriptrunner.script_cache import ScriptCache
from streamlit.runtime.scriptrunner_utils.script_requests import ScriptRequests
from streamlit.testing.v1.local_script_runner import LocalScriptRunner

_OURS: Final = ("component_instance", "bidi_component", "button")
_scripts: Final = ScriptCache()
"""Compiled once per process, not once per run."""


@dataclass(frozen=True)
class Request:
    """What a browser sends when the visitor does something."""

    states: WidgetStates = field(default_factory=WidgetStates)
    fragment: str = ""
    page: str = ""


@dataclass(frozen=True)
class Cut:
    """What comes in while the script is still drawing."""

    after: int
    """How many elements are drawn by then."""
    request: Request | None
    """None: the page has gone, the script is to stop."""


@dataclass
class Page:
    """What outlives a run: AppTest makes a runner for each."""

    on_start: Callable[[WidgetStates | None], None]
    """Called when a script begins, with what the page has sent. None: a rerun within a run asks for it."""
    queue: ForwardMsgQueue = field(default_factory=ForwardMsgQueue)
    fragments: MemoryFragmentStorage = field(default_factory=MemoryFragmentStorage)
    request: Request = field(default_factory=Request)
    cut: Cut | None = None
    sent: WidgetStates | None = None
    """What the page has sent for the script that is to begin."""
    hash: str = ""
    """Of the page of the app that runs."""
    toasts: list[Any] = field(default_factory=list)
    """Shown since the visitor's last deed: they pop up when they arrive, wherever they stand in the page."""

    def prepare(self, request: Request, cut: Cut | None) -> None:
        """Before a run: what a fragment does not draw stays."""
        self.request, self.cut, self.toasts, self.sent = request, cut, [], request.states
        self.queue._queue = list(self.queue._queue) if request.fragment else []


class Runner(LocalScriptRunner):
    """One run, and the reruns within it."""

    page: ClassVar[Page | None] = None
    """Whose run it is: AppTest makes the runner by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        assert self.page is not None
        self._page = self.page
        self.forward_msg_queue = self._page.queue
        self._fragment_storage = self._page.fragments
        self._script_cache = _scripts
        self.on_event.connect(self._listen, weak=False)

    def request_rerun(self, rerun_data: RerunData) -> bool:
        """Ask for what the browser asks for; AppTest itself knows no fragments."""
        request, self._page.request = self._page.request, Request()
        self._requests = ScriptRequests()  # the runner begins with a request of its own, for a full run
        return super().request_rerun(replace(rerun_data, fragment_id=request.fragment or None))

    def _listen(self, _: object, event: ScriptRunnerEvent, **kwargs: Any) -> None:
        if event == ScriptRunnerEvent.SCRIPT_STARTED:
            self._begin(kwargs)
        elif event == ScriptRunnerEvent.ENQUEUE_FORWARD_MSG and draws(message := kwargs["forward_msg"]):
            if is_toast(message):
                self._page.toasts.append(message.delta.new_element.toast)
            self._cut_short()

    def _begin(self, told: dict[str, Any]) -> None:
        # As AppSession does; AppTest of older releases does not. An empty list would keep all.
        fragments = told.get("fragment_ids_this_run") or None
        self.forward_msg_queue.clear(retain_lifecycle_msgs=True, fragment_ids_this_run=fragments)
        descriptor = told.get("run_descriptor")
        found = told.get("page_script_hash") or getattr(descriptor, "page_script_hash", "")
        self._page.hash = found or self._page.hash
        sent, self._page.sent = self._page.sent, None
        self._page.on_start(sent)

    def _cut_short(self) -> None:
        cut = self._page.cut
        if cut is None:
            return
        if cut.after > 0:
            self._page.cut = replace(cut, after=cut.after - 1)
            return
        self._page.cut = None
        if cut.request is None:
            self.request_stop()
            return
        self._page.sent = cut.request.states
        super().request_rerun(
            RerunData(
                query_string=self._requests._rerun_data.query_string,
                widget_states=cut.request.states,
                page_script_hash=cut.request.page or self._page.hash,
                fragment_id=cut.request.fragment or None,
            )
        )


def draws(message: Any) -> bool:
    """Whether a message draws something of the app's own: where the bridge is drawn must not count."""
    if message.WhichOneof("type") != "delta":
        return False
    if message.delta.WhichOneof("type") != "new_element":
        return True
    element = message.delta.new_element
    kind = str(element.WhichOneof("type"))
    return not is_bridge(kind, getattr(element, kind))


def is_bridge(kind: str, proto: Any) -> bool:
    """Whether the session drew it: the bridge itself, or the way out of a state that breaks the app."""
    name = getattr(proto, "component_name", "") or getattr(proto, "name", "")
    return kind in _OURS and "fluxlit" in f"{name}{proto.id}"


def is_toast(message: Any) -> bool:
    """Whether a message shows a toast."""
    if message.WhichOneof("type") != "delta" or message.delta.WhichOneof("type") != "new_element":
        return False
    return bool(message.delta.new_element.WhichOneof("type") == "toast")
