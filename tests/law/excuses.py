"""The exceptions of the law along one walk: what F5 may change, and where it is not pressed at all."""

from __future__ import annotations

from typing import Any

from streamlit.runtime.state.common import user_key_from_element_id

from tests.law.browser import Browser
from tests.law.canonical import canonical
from tests.law.collection import App
from tests.law.trace import Allowance
from tests.law.values import CLICKED, KEPT_BY_NOBODY
from tests.law.visitor import RERUN, Deed, Open, Reload, Submit, Together, form_of, touches


class Excuses:
    """Kept on the side without a session, whose page and state say what nobody has chosen."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._lost: set[str] = set()
        """Widgets that were touched and that F5 would lose, since Streamlit lets nobody set them."""
        self._fields: dict[str, str] = {}
        """Fields, and their forms, that had cleared themselves when F5 was pressed: Python had values that no
        page showed."""
        self._absent: set[str] = set()
        """Keys of widgets that nobody has given a value, not drawn since F5."""
        self._drawn_once: set[str] = set()
        """Keys that were not there when the last run began, and at their defaults at F5. Another page finds
        nothing of them: after R their page has run once more, and what it has done with them may last."""
        self._forgiven: set[str] = set()
        """Keys that were not there after some F5: the app may have done something else with them then."""
        self._undrawn: set[str] = set()

    def possible(self, deed: Deed, browser: Browser) -> Deed:
        """The deed, or what is done instead where the law does not speak of F5."""
        if not isinstance(deed, Reload):
            return deed
        lost = self._lost & {node.proto.id for node in browser.widgets}
        return deed if self._app.may_reload and not lost else RERUN

    def before(self, deed: Deed, browser: Browser) -> None:
        """Look at the page on which a deed will be done."""
        self._undrawn = self._absent | (self._drawn_once if isinstance(deed, Open) else set())
        self._lost.update(self._losing(deed, browser.widgets))
        if isinstance(deed, Submit):
            sent = form_of(browser, deed.button)
            self._fields = {key: form for key, form in self._fields.items() if form != sent}
        if isinstance(deed, Reload):
            fields = ((node.key, getattr(node.proto, "form_id", "")) for node in browser.widgets)
            self._fields.update({key: form for key, form in fields if key and form in browser.cleared})
            self._undrawn |= set(self._app.unkept) | self._at_default(browser)

    def after(self, deed: Deed, browser: Browser) -> Allowance:
        """What may differ after it."""
        if isinstance(deed, Reload):
            self._forgiven |= self._undrawn
        self._drawn_once = set(self._undrawn)
        drawn = {node.key for node in browser.widgets}
        self._absent = self._undrawn & browser.seen.values.keys() - drawn
        return Allowance(
            undrawn=frozenset(self._undrawn),
            absent=frozenset(self._absent),
            emptied=frozenset(self._fields),
            may_log=self.may_log,
            only_last=isinstance(deed, Together) and deed.after is not None,
        )

    @property
    def may_log(self) -> bool:
        """Whether the app has values that cannot be kept, of which the log tells."""
        return bool(self._app.unkept) or self._app.needs_live_values

    def _at_default(self, browser: Browser) -> frozenset[str]:
        seen, shown = browser.seen, browser.remembered
        chosen = {one for one in shown if canonical(browser.value_of(one)) != canonical(seen.default_of(one))}
        keys = {user_key_from_element_id(widget) for widget in chosen}
        return (seen.untouched | self._forgiven & seen.at_default) - keys

    def _losing(self, deed: Deed, nodes: list[Any]) -> list[str]:
        touched = [nodes[touch.widget.place] for touch in touches(deed) if touch.value is not CLICKED]
        return [node.proto.id for node in touched if not node.key or node.type in KEPT_BY_NOBODY]
