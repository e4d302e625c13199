"""A visit that is written out step by step, for tests that state a right outcome."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

from typing_extensions import Self

from tests.law.canonical import canonical
from tests.law.collection import App
from tests.law.every import every_app
from tests.law.twins import Ours, Side
from tests.law.values import CLICKED
from tests.law.visitor import RELOAD, RERUN, Deed, Open, Submit, Together, Touch, by_label, do_until_gone


class Visit:
    """One tab that shows an app, with `url_session` unless told otherwise.

    Widgets are named by key or label.
    """

    def __init__(self, app: str | Callable[[], None], *, side: Callable[[App], Side] = Ours) -> None:
        found = [one for one in every_app() if app in (one.name, one.body)]
        self.side = side(found[0] if found else App(str(app), app if callable(app) else None))

    def __enter__(self) -> Self:
        self.side.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.side.close()

    def click(self, name: str) -> Self:
        """Click a button."""
        return self._do(Touch(by_label(self.side.browser)[name], CLICKED))

    def set(self, name: str, value: Any) -> Self:
        """Give a widget a value and leave it."""
        return self._do(Touch(by_label(self.side.browser)[name], value))

    def together(self, first: str, value: Any, second: str, then: Any, *, after: int) -> Self:
        """Touch one widget and then another, while the first run has drawn so many elements."""
        widgets = by_label(self.side.browser)
        return self._do(Together(Touch(widgets[first], value), Touch(widgets[second], then), after))

    def submit(self, button: str, **fields: Any) -> Self:
        """Fill fields of a form and send it."""
        widgets = by_label(self.side.browser)
        filled = tuple(Touch(widgets[name], value) for name, value in fields.items())
        return self._do(Submit(widgets[button], filled))

    def open(self, path: str) -> Self:
        """Follow a link to a page; the default page has an empty path."""
        return self._do(Open(path))

    def rerun(self) -> Self:
        """Press R."""
        return self._do(RERUN)

    def reload(self) -> Self:
        """Press F5."""
        return self._do(RELOAD)

    def set_and_reload(self, name: str, value: Any, *, after: int) -> Self:
        """Give a widget a value and press F5 while the script is running, with so many elements drawn."""
        browser = self.side.browser
        do_until_gone(browser, Touch(by_label(browser)[name], value), after)
        return self.reload()

    @property
    def texts(self) -> list[str]:
        """What `st.write` and its like have drawn."""
        return [str(node.value) for node in self.side.browser.markdown]

    @property
    def errors(self) -> list[str]:
        """The exceptions on the page."""
        return [str(node.message) for node in self.side.browser.exception]

    @property
    def state(self) -> dict[str, Any]:
        """What the app sees in `st.session_state`."""
        return self.side.browser.seen.values

    def value(self, name: str) -> Any:
        """What stands in a widget."""
        browser = self.side.browser
        return browser.seen.inner[browser.widgets[by_label(browser)[name].place].proto.id]

    def shows(self, name: str) -> bool:
        """Whether the page has a widget of that name."""
        return name in by_label(self.side.browser)

    def _do(self, deed: Deed) -> Self:
        self.side.do(deed)
        return self

    def __repr__(self) -> str:
        return f"<{self.side.name}: {self.texts} {canonical(self.state)}>"
