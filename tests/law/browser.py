"""A browser page for the law: AppTest, and what a browser does beyond it.

AppTest runs the whole script at every interaction. A browser runs a fragment alone, keeps a dialog open,
keeps what is typed into a form until it is sent, stays on a page that the app switched to, and may click
again while the script is still running. `Browser` does all that through Streamlit's own script runner; how
a widget writes its value and how a page is read stays AppTest's business.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from typing import Any, ClassVar, Final
from unittest import mock

from streamlit.proto.WidgetStates_pb2 import WidgetState, WidgetStates
from streamlit.testing.v1 import AppTest, app_test

from tests.law.process import nimble_process, no_complaints, one_registry
from tests.law.runner import Cut, Page, Request, Runner, is_bridge
from tests.law.seen import EVENTS, Seen

_SECONDS: Final = 120.0
"""How long one run may take: the first one imports much, and the machine may be busy."""


class Browser(AppTest):
    """One page of one Streamlit session."""

    running: ClassVar[Browser | None] = None

    def __init__(self, script_path: str) -> None:
        with no_complaints():
            super().__init__(script_path, default_timeout=_SECONDS)
        self.seen = Seen(lambda: getattr(self, "_session_state", self.session_state)._state)
        self.shown = Page(self._on_start)
        self.cleared: set[str] = set()
        """Forms that were sent and emptied by it: the page shows their defaults, Python has the values."""
        self.starts = 0
        """How often the script has begun."""
        self.watch: Callable[[], AbstractContextManager[object]] = nimble_process
        """What is in force while the script runs."""
        self.app: Callable[[], None] | None = None
        """The script, if it is a function."""
        self.remembered: dict[str, WidgetState] = {}
        """What the page still has for widgets whose values Streamlit has dropped, because a run that ended by
        `st.rerun()` had not drawn them. It sends that with the next run. Newer releases drop none."""
        self._sent: dict[str, WidgetState] = {}
        self._raw: dict[str, WidgetState] = {}

    # --- what the visitor does -----------------------------------------------------------------------
    def send(self, request: Request, *, cut: Cut | None = None) -> None:
        """Let the script run with `request`; `cut` comes in while it does."""
        self.shown.prepare(request, cut)
        if request.page:
            self._page_hash = request.page
        self._keep_raw(request.states)
        self._run(request.states)

    def _run(self, widget_state: WidgetStates | None = None, timeout: float | None = None) -> AppTest:
        Browser.running, Runner.page = self, self.shown
        one_registry(self)
        with self.watch(), mock.patch.object(app_test, "LocalScriptRunner", Runner):
            super()._run(widget_state, timeout)
        Browser.running = Runner.page = None
        self.seen.note_assigned()
        self.seen.forget_gone()
        self._page_hash = self.page
        told = {node.proto.id: getattr(node.proto, "set_value", False) for node in self.widgets}
        self.remembered = {name: state for name, state in self.remembered.items() if not told.get(name, True)}
        return self

    def _on_start(self, sent: WidgetStates | None) -> None:
        if self.starts:
            self.seen.note_assigned()  # in the script before, if this is a rerun within a run
            self.seen.forget_gone()
        self.starts += 1
        if sent is not None:
            self._sent, self.remembered = {state.id: state for state in sent.widgets}, {}
            return
        lasting = [state for state in self._sent.values() if state.WhichOneof("value") not in EVENTS]
        self.remembered |= {state.id: state for state in lasting if self.seen.is_forgotten(state.id)}

    def states(self, staged: Iterable[WidgetState] = ()) -> WidgetStates:
        """What the page sends: `staged` for what the visitor has touched, for others what stands there."""
        touched = {state.id: state for state in staged}
        states = WidgetStates()
        for node in self.widgets:
            if state := touched.get(node.proto.id) or self.remembered.get(node.proto.id):
                states.widgets.append(state)
            elif hasattr(type(node), "_widget_state"):
                states.widgets.append(node._widget_state)
            elif state := self._raw.get(node.proto.id):
                states.widgets.append(state)
        return states

    def common_states(self) -> WidgetStates:
        """What the page sends when another one is opened: only what stands around the pages."""
        own = {element_id(m) for m in self.shown.queue._queue if m.metadata.active_script_hash == self.page}
        states = self.states()
        return WidgetStates(widgets=[state for state in states.widgets if state.id not in own])

    def _keep_raw(self, states: WidgetStates) -> None:
        """Remember as the page does what AppTest does not: values of tables and components."""
        known = {node.proto.id for node in self.widgets if not hasattr(type(node), "_widget_state")}
        lasting = (state for state in states.widgets if not state.HasField("trigger_value"))
        self._raw = {state.id: state for state in lasting if state.id in known}

    def note_sent(self, form: str) -> None:
        """A form was sent: if it clears itself, its fields now show their defaults."""
        for node in self._tree:
            if node.type == "form" and node.proto.form.form_id == form and node.proto.form.clear_on_submit:
                self.cleared.add(form)
                return
        self.cleared.discard(form)

    def emptied(self, form: str) -> list[WidgetState]:
        """What the fields of a form that has cleared itself send if nobody touches them again."""
        if form not in self.cleared:
            return []
        fields = (node for node in self.widgets if getattr(node.proto, "form_id", "") == form)
        return [WidgetState(id=node.proto.id) for node in fields if node.type != "button"]

    # --- what stands there ---------------------------------------------------------------------------
    def value_of(self, widget: str) -> Any:
        """What stands in the widget of this id."""
        if state := self.remembered.get(widget):
            return self.seen.read(state)
        return self.seen.inner[widget]

    @property
    def widgets(self) -> list[Any]:
        """All that has an id, in the order of the page, without what the session itself draws."""
        nodes = (node for node in self._tree if is_element(node) and getattr(node.proto, "id", ""))
        return [node for node in nodes if not is_bridge(node.type, node.proto)]

    @property
    def page(self) -> str:
        """Hash of the page that is shown."""
        navigation = self._navigation()
        return str(navigation.page_script_hash) if navigation is not None else self.shown.hash

    @property
    def pages(self) -> dict[str, str]:
        """The pages of `st.navigation`: URL path -> hash."""
        navigation = self._navigation()
        found = navigation.app_pages if navigation is not None else ()
        return {page.url_pathname: page.page_script_hash for page in found}

    def _navigation(self) -> Any:
        for message in reversed(self.shown.queue._queue):
            if message.WhichOneof("type") == "navigation":
                return message.navigation
        return None

    def fragment_of(self, widget: str) -> str:
        """Id of the fragment that drew a widget; empty if the script itself did."""
        for message in self.shown.queue._queue:
            if element_id(message) == widget:
                return str(message.delta.fragment_id)
        return ""


def element_id(message: Any) -> str | None:
    """Id of the element that a message draws, if it draws one that has an id."""
    if message.WhichOneof("type") != "delta" or message.delta.WhichOneof("type") != "new_element":
        return None
    element = message.delta.new_element
    return getattr(getattr(element, str(element.WhichOneof("type"))), "id", None)


def is_element(node: Any) -> bool:
    """Whether a node of AppTest's tree is an element, not a block."""
    return not hasattr(node, "children")
