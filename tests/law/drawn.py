"""The page, written down line by line: what a visitor can see, and nothing of how it came about."""

from __future__ import annotations

from typing import Any, Final

from google.protobuf.text_format import MessageToString

from tests.law.browser import Browser, is_element
from tests.law.canonical import canonical
from tests.law.runner import is_bridge

_HOW_IT_CAME: Final = frozenset(
    {"id", "value", "set_value", "default", "raw_value", "raw_values", "fragment_id", "stack_trace"}
)
"""Fields that tell how a value got into a widget, or where in a file an exception was raised."""


def drawn(browser: Browser) -> tuple[str, ...]:
    """One line per element and block of the page, indented."""
    lines: list[str] = []
    for place in (0, 1, 2):
        for child in browser._tree[place].children.values():
            _write(browser, child, 0, lines)
    for place, child in browser._tree.children.items():
        if place > 2:  # dialogs have a place of their own in some releases
            _write(browser, child, 0, lines)
    lines += [f"toast {MessageToString(toast, as_one_line=True)}" for toast in browser.shown.toasts]
    return tuple(lines)


def _write(browser: Browser, node: Any, depth: int, lines: list[str]) -> None:
    if is_element(node):
        if node.type != "toast" and not is_bridge(node.type, node.proto):
            lines.append("  " * depth + f"{node.type} {_text(node)}{_value(browser, node)}")
        return
    lines.append("  " * depth + f"[{node.type}] {_text(node)}")
    for child in node.children.values():
        _write(browser, child, depth + 1, lines)


def _text(node: Any) -> str:
    if node.proto is None:
        return ""
    proto = type(node.proto)()
    proto.CopyFrom(node.proto)
    for field in proto.DESCRIPTOR.fields:
        if field.name in _HOW_IT_CAME:
            proto.ClearField(field.name)
    return str(MessageToString(proto, as_one_line=True))


def _value(browser: Browser, node: Any) -> str:
    """What stands in a widget; in a form that has cleared itself the page shows the default."""
    widget = getattr(node.proto, "id", "")
    if not widget or not browser.seen.knows(widget):
        return ""
    if getattr(node.proto, "form_id", "") in browser.cleared and node.type != "button":
        return f" = {canonical(browser.seen.default_of(widget))}"
    try:
        return f" = {canonical(browser.value_of(widget))}"
    except KeyError:
        return " = nothing"
