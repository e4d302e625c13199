"""What a page offers to a visitor, and how a random step chooses among it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Final

from tests.law.browser import Browser
from tests.law.values import CLICKED, values_of
from tests.law.visitor import RELOAD, RERUN, Deed, Open, Submit, Together, Touch, Widget

Step = tuple[int, int, int]
"""What kind of deed, which one of those that the page offers, with which value."""
Choice = Callable[[Browser], Deed | None]
"""Says what to do on a page; None: nothing."""

_NOTHING: Final = 0
"""What a step shrinks to that a failing walk does not need."""
_RELOADS: Final = frozenset({7, 8})
_RERUNS: Final = frozenset({9})
_TOGETHER: Final = frozenset({10})
_CUT: Final = frozenset({11})
KINDS: Final = 12
"""How many kinds there are; the others, and so the simplest, are deeds that the page offers."""


def choice_of(step: Step) -> Choice:
    """A random step as a choice."""
    kind, which, value = step

    def choose(browser: Browser) -> Deed | None:
        if kind == _NOTHING:
            return None
        if kind in _RELOADS:
            return RELOAD
        if kind in _RERUNS:
            return RERUN
        offers = offered(browser, value)
        if kind in _TOGETHER | _CUT and (pairs := _pairs(browser, offers)):
            first, second = pairs[which % len(pairs)]
            return Together(first, second, after=value if kind in _CUT else None)
        return offers[which % len(offers)] if offers else RERUN

    return choose


def offered(browser: Browser, value: int) -> list[Deed]:
    """Each widget with one of its values, each button, each form filled and not, each other page."""
    deeds: list[Deed] = []
    forms: dict[str, list[Touch]] = {}
    buttons: list[tuple[str, Touch]] = []
    for place, node in enumerate(browser.widgets):
        values = values_of(node)
        if not values:
            continue
        name = node.key or getattr(node.proto, "label", "") or str(place)
        touch = Touch(Widget(place, f"{node.type} {name!r}"), values[value % len(values)])
        form = getattr(node.proto, "form_id", "")
        if not form:
            deeds.append(touch)
        elif touch.value is CLICKED:
            buttons.append((form, touch))
        else:
            forms.setdefault(form, []).append(touch)
    for form, touch in buttons:
        fields = forms.get(form, [])
        deeds.append(Submit(touch.widget, tuple(fields)))
        if fields:
            deeds.append(Submit(touch.widget, (fields[value % len(fields)],) if value % 2 else ()))
    here = browser.page
    deeds.extend(Open(path) for path, page in browser.pages.items() if page != here)
    return deeds


def _pairs(browser: Browser, offers: Sequence[Deed]) -> list[tuple[Touch, Touch]]:
    """Two widgets that can be touched one right after the other: of the same fragment, or of none."""
    nodes = browser.widgets
    single = [
        (deed, browser.fragment_of(nodes[deed.widget.place].proto.id))
        for deed in offers
        if isinstance(deed, Touch)
    ]
    return [(one, two) for (one, first), (two, second) in combinations(single, 2) if first == second]
