"""The law as a session: F5 hands on exactly what Streamlit holds, less what nobody has chosen.

No product: it reaches into Streamlit's `SessionState`, knows no store and no second process. It shows that
the comparison is fair, since this side must pass it, and it is what the seeded faults are faults of.
"""

from __future__ import annotations

from typing import Any, Final

from streamlit.proto.WidgetStates_pb2 import WidgetStates
from streamlit.runtime.scriptrunner import get_script_run_ctx

from tests.law.browser import Browser
from tests.law.collection import RELEASE
from tests.law.null_session import NullSession
from tests.law.twins import Side

_INTERNAL: Final = "$$STREAMLIT_INTERNAL_KEY"
_KEEPS_UNDRAWN: Final = RELEASE >= (1, 60)
"""Where a script that stops early leaves widgets undrawn, newer releases go on with their values; older ones
drop at the next run what the browser does not send."""


class Ideal(Side):
    """The app with a session that does what the law says."""

    name = "ideal"

    def reload(self) -> None:
        self.before.append(self.browser)
        old = self.browser
        self._kept = self.kept(old)
        self.browser = fresh = self.make()
        fresh.query_params = dict(old.query_params)
        fresh._page_hash = old.page
        fresh.seen.assigned = set(old.seen.assigned)
        fresh.seen.first_days = dict(old.seen.first_days)
        if hasattr(old, "_finished_page_script_hash"):
            fresh._finished_page_script_hash = old._finished_page_script_hash
            fresh._registered_pages = old._registered_pages
        fresh.run()

    _kept: tuple[dict[str, Any], dict[str, str]] | None = None

    def url_session(self, *args: Any, **kwargs: Any) -> Any:
        if self._kept is not None:
            state = get_script_run_ctx().session_state._state
            values, ids = self._kept
            self._kept = None
            state._old_state.update(values)
            for key, widget in ids.items():
                state._key_id_mapper[key] = widget
        return NullSession()

    def kept(self, browser: Browser) -> tuple[dict[str, Any], dict[str, str]]:
        """What the next Streamlit session begins with: values by key or id, and ids by key."""
        inner = browser.seen.inner
        assigned = set(inner._new_session_state)
        inner.set_widgets_from_proto(WidgetStates(widgets=browser.remembered.values()))
        chosen = browser.seen.chosen
        inner._compact_state()
        keys = inner._key_id_mapper.id_key_mapping
        emptied = {
            node.proto.id for node in browser.widgets if getattr(node.proto, "form_id", "") in browser.cleared
        }
        shown = {node.proto.id for node in browser.widgets}
        values: dict[str, Any] = {}
        ids: dict[str, str] = {}
        for name, value in inner._old_state.items():
            if name.startswith(_INTERNAL) or name in emptied:
                continue
            if not name.startswith("$$"):
                values[name] = value
            elif keys.get(name) in chosen and (_KEEPS_UNDRAWN or name in shown or keys[name] in assigned):
                values[name] = value
                ids[keys[name]] = name
        return values, ids
