"""What a visitor can do to a page, as data: the same deeds are done to both twins.

A deed names a widget by its place among the widgets of the page. Twins show the same page, or the walk has
failed before the deed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from streamlit.proto.WidgetStates_pb2 import WidgetState
from streamlit.runtime.state.common import user_key_from_element_id

from tests.law.browser import Browser
from tests.law.runner import Cut, Request
from tests.law.values import CLICKED, state_of


@dataclass(frozen=True)
class Widget:
    """A widget by its place on the page; the name is for people."""

    place: int
    name: str = field(compare=False)

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Touch:
    """Give a widget a value; a button is given a click."""

    widget: Widget
    value: Any

    def __str__(self) -> str:
        return f"click {self.widget}" if self.value is CLICKED else f"set {self.widget} to {self.value!r}"


@dataclass(frozen=True)
class Submit:
    """Fill some fields of a form and send it."""

    button: Widget
    fields: tuple[Touch, ...]

    def __str__(self) -> str:
        return ", ".join([*map(str, self.fields), f"submit by {self.button}"])


@dataclass(frozen=True)
class Together:
    """Touch one widget and another one at once, or the second while the first one's run is still drawing."""

    first: Touch
    second: Touch
    after: int | None = None
    """How many elements the first run has drawn when it is cut short. None: both in one run."""

    def __str__(self) -> str:
        when = "at once" if self.after is None else f"cut short after {self.after} elements"
        return f"{self.first} and {self.second}, {when}"


@dataclass(frozen=True)
class Open:
    """Follow a link of the navigation."""

    path: str

    def __str__(self) -> str:
        return f"open page {self.path or 'home'!r}"


@dataclass(frozen=True)
class Rerun:
    """Press R."""

    def __str__(self) -> str:
        return "rerun"


@dataclass(frozen=True)
class Reload:
    """Press F5. In the app without a session this is a rerun: that is the law."""

    def __str__(self) -> str:
        return "F5"


Deed = Touch | Submit | Together | Open | Rerun | Reload
RERUN: Final = Rerun()
RELOAD: Final = Reload()


def do(browser: Browser, deed: Deed) -> None:
    """Do it to a page, all but F5."""
    first = request(browser, deed)
    sent = form_of(browser, deed.button) if isinstance(deed, Submit) else ""  # it may be gone afterwards
    if isinstance(deed, Together) and deed.after is not None:
        browser.send(request(browser, deed.first), cut=Cut(deed.after, first))
    else:
        browser.send(first)
    if sent:
        browser.note_sent(sent)


def do_until_gone(browser: Browser, deed: Touch, after: int) -> None:
    """Do it to a page that is gone once so many elements were drawn: the script is asked to stop."""
    browser.send(request(browser, deed), cut=Cut(after, None))


def request(browser: Browser, deed: Deed) -> Request:
    """What the browser sends for a deed."""
    if isinstance(deed, Open):
        return Request(browser.common_states(), page=browser.pages[deed.path])
    if isinstance(deed, Touch):
        touched = [_staged(browser, deed)]
    elif isinstance(deed, Together):
        touched = [_staged(browser, deed.first), _staged(browser, deed.second)]
    elif isinstance(deed, Submit):
        fields = {state.id: state for state in (_staged(browser, touch) for touch in deed.fields)}
        emptied = {state.id: state for state in browser.emptied(form_of(browser, deed.button))}
        touched = [_staged(browser, Touch(deed.button, CLICKED)), *({**emptied, **fields}).values()]
    else:
        return Request(browser.states())
    fragments = {browser.fragment_of(state.id) for state in touched[:2]}
    return Request(browser.states(touched), fragment=fragments.pop() if len(fragments) == 1 else "")


def touches(deed: Deed) -> Iterator[Touch]:
    """The widgets that a deed gives a value."""
    if isinstance(deed, Touch):
        yield deed
    elif isinstance(deed, Submit):
        yield from deed.fields
    elif isinstance(deed, Together):
        yield from (deed.first, deed.second)


def form_of(browser: Browser, widget: Widget) -> str:
    """The form that a widget is in; empty if it is in none."""
    return str(getattr(browser.widgets[widget.place].proto, "form_id", ""))


def _staged(browser: Browser, touch: Touch) -> WidgetState:
    return state_of(browser.widgets[touch.widget.place], touch.value)


def by_label(browser: Browser) -> Mapping[str, Widget]:
    """The widgets of a page by their keys and labels, for walks that are written out."""
    found: dict[str, Widget] = {}
    for place, node in enumerate(browser.widgets):
        key = user_key_from_element_id(node.proto.id)  # AppTest of older releases does not say it of all
        for name in (getattr(node.proto, "label", ""), getattr(node.proto, "placeholder", ""), key):
            if name:
                found.setdefault(name, Widget(place, name))
    return found
