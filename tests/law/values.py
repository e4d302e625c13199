"""The kinds of widgets: which values a visitor can give them, and how a browser writes a value."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable, Mapping
from typing import Any, Final

from streamlit.proto.WidgetStates_pb2 import WidgetState


class _Clicked:
    """What a button is given."""

    def __repr__(self) -> str:
        return "a click"


CLICKED: Final = _Clicked()
_TEXTS: Final = ("Ada", "", "a b", "12", "Zoë, 2nd")
_HUGE: Final = 10**9
"""A limit beyond this is the one that Streamlit sets by itself."""
_COLOURS: Final = ("#ff0000", "#00ff00")
_CLICKABLE: Final = frozenset({"button", "download_button"})
_TABLES: Final = frozenset({"arrow_data_frame", "dataframe"})
_COMPONENTS: Final = frozenset({"component_instance"})
KEPT_BY_NOBODY: Final = _TABLES | _COMPONENTS
"""Streamlit forbids to set a table's edits, and a component has its state in the browser: F5 loses them."""


def values_of(node: Any) -> tuple[Any, ...]:
    """What a visitor may give this widget; nothing for what cannot be used."""
    if getattr(node.proto, "disabled", False):
        return ()
    if node.type in _CLICKABLE:
        return (CLICKED,)
    choose = _CHOICES.get(node.type)
    return tuple(choose(node)) if choose is not None else ()


def state_of(node: Any, value: Any) -> WidgetState:
    """How the browser writes `value`."""
    if value is CLICKED:
        return WidgetState(id=node.proto.id, trigger_value=True)
    if node.type in _TABLES:
        return WidgetState(id=node.proto.id, string_value=json.dumps(value))
    if node.type in _COMPONENTS:
        return WidgetState(id=node.proto.id, json_value=json.dumps(value))
    before = node._value
    try:
        node.set_value(value)
        state = node._widget_state
    finally:
        node._value = before
    return WidgetState.FromString(state.SerializeToString())


def _texts(node: Any) -> tuple[str, ...]:
    limit = node.proto.max_chars or 100
    return tuple(text[:limit] for text in _TEXTS)


def _numbers(node: Any) -> list[float]:
    low = -5 if node.min is None or node.min < -_HUGE else node.min
    high = low + 100 if node.max is None or node.max > _HUGE else node.max
    step = node.step or 1
    found = [min(low + step, high), high, low, min(low + 2 * step, high)]
    whole = node.proto.data_type == node.proto.INT
    return [int(number) if whole else float(number) for number in found]


def _sliders(node: Any) -> list[Any]:
    low, high, now = node.min, node.max, node.value
    if isinstance(low, dt.date | dt.time):
        ends = [high, low]
    else:
        middle = type(low)(low + (high - low) / 2)
        ends = [middle, high, low]
    if isinstance(now, tuple | list):
        return [(ends[0], high), (low, ends[0]), (low, high)]
    return ends


def _options(node: Any) -> list[Any]:
    return list(node.options[1:]) + list(node.options[:1])


def _several(node: Any) -> list[list[Any]]:
    options = list(node.options)
    return [options[:1], options[-2:], [], options[1:2]]


def _slid_options(node: Any) -> list[Any]:
    options = list(node.options)
    if isinstance(node.value, tuple | list):
        return [(options[0], options[-1]), (options[0], options[1])]
    return [options[-1], options[1], options[0]]


def _grouped(node: Any) -> list[Any]:
    options = [option if isinstance(option, str) else option.content for option in node.options]
    if node.proto.click_mode == node.proto.MULTI_SELECT:
        return [options[:1], options[-2:], []]
    return [options[-1], options[0]]


def _days(node: Any) -> list[Any]:
    days = [dt.date(2024, 2, 29), dt.date(2023, 1, 1), dt.date(2025, 12, 31)]
    return [(days[1], days[0])] if node.proto.is_range else days


def _edits(node: Any) -> list[Any]:
    if not node.proto.id or not node.proto.editing_mode:
        return []
    nothing: Mapping[str, Any] = {"edited_rows": {}, "added_rows": [], "deleted_rows": []}
    changed = {**nothing, "edited_rows": {"0": {"n": 7}}}
    grown = {**changed, "added_rows": [{"n": 1}]}
    return [changed, nothing, *([grown] if node.proto.editing_mode == node.proto.DYNAMIC else [])]


_CHOICES: Final[Mapping[str, Callable[[Any], Any]]] = {
    "text_input": _texts,
    "text_area": _texts,
    "chat_input": lambda _: ("hello", "and you?"),
    "number_input": _numbers,
    "slider": _sliders,
    "select_slider": _slid_options,
    "checkbox": lambda node: (not node.value, node.value),
    "toggle": lambda node: (not node.value, node.value),
    "radio": _options,
    "selectbox": _options,
    "multiselect": _several,
    "button_group": _grouped,
    "feedback": lambda _: (2, 0, None),
    "color_picker": lambda _: _COLOURS,
    "date_input": _days,
    "time_input": lambda _: (dt.time(9, 30), dt.time(23, 45)),
    "date_time_input": lambda _: (dt.datetime(2024, 2, 29, 9, 30),),  # noqa: DTZ001 - as the widget has it
    "menu_button": lambda node: tuple(node.options),
    "dataframe": _edits,
    "arrow_data_frame": _edits,
    "component_instance": lambda _: (5, {"picked": "a"}),
}
