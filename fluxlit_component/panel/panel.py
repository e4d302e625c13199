"""The panel for developers and the badge for everybody: all of a session but its id and its values.

Both are Markdown, which Streamlit draws in the colours of the app's theme. They draw no widget and nothing
with a key, so both may be drawn anywhere and more than once. The name of a key stands in a code span, where
Markdown, icons and emoji mean nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sized
from contextlib import AbstractContextManager
from typing import Any, Final

import streamlit as st
from streamlit.errors import StreamlitAPIException

from fluxlit_component.stores.assembly import StoreReport
from fluxlit_component.tab.standing import Status
from fluxlit_component.tab.tab import Tab

LOOKS: Final[Mapping[Status, tuple[str, str]]] = {
    "ready": ("green", "The state is kept: it is there after a reload."),
    "pending": ("orange", "The browser has not answered yet. Nothing is kept so far."),
    "degraded": ("red", "The store does not answer. What changed is saved when it is back."),
    "disabled": ("gray", "Sessions are switched off here: a reload begins anew."),
    "no-browser": ("gray", "No browser looks on, so there is nothing to come back to."),
}
"""Status -> its colour and what it means."""


def draw_badge(status: Status) -> None:
    """Draw the badge where the app is just drawing."""
    st.markdown(_badge(status, f"Session {status}"), help=LOOKS[status][1])


def draw_panel(status: Status, tab: Tab, store: StoreReport | None) -> None:
    """Draw the panel where the app is just drawing: how the tab stands at this moment."""
    lines = [f"| Session | {_badge(status, status)} |", "| :--- | ---: |"]
    folds: dict[str, list[str]] = {}
    if store is not None:
        with tab.lock:
            lines += [f"| {name} | {text} |" for name, text in _figures(tab, store)]
            folds = {"Keys and sizes": [*_keys(tab)], "Skipped, and what to do": [*_skipped(tab)]}
    st.markdown("\n".join([*lines, "", LOOKS[status][1]]))
    for label, items in folds.items():
        if items:
            with _foldable(label):
                st.markdown("\n".join(items))


def _foldable(label: str) -> AbstractContextManager[Any]:
    try:
        return st.expander(label)
    except StreamlitAPIException:  # inside another expander, if Streamlit does not allow that
        return st.container()


def _badge(status: Status, text: str) -> str:
    colour, _ = LOOKS[status]
    return f":{colour}-background[:{colour}[●] {text}]"


def _alarm(text: str) -> str:
    return f":red-background[{text}]"


def _figures(tab: Tab, store: StoreReport) -> Iterator[tuple[str, str]]:
    standing, known, sizes = tab.standing, tab.known, tab.known.base.sizes()
    yield "Script runs", str(tab.runs)
    yield "Id comes by", standing.carrier
    yield "Restored", "nothing, new" if standing.is_new else _keys_of(standing.restored)
    yield "Kept", f"{_keys_of(sizes)}, {size_text(sum(sizes.values()))}"
    if tab.live:
        yield "By reference", _keys_of(tab.live)
    if standing.lost:
        yield "Lost", _alarm(_keys_of(standing.lost))
    if known.base.unsaved:
        yield "Not saved yet", _alarm(_keys_of(known.base.unsaved))
    yield "Skipped", _keys_of(standing.skipped)
    if known.has_record:
        yield "Ends in", span_text(known.seconds_left(known.idle_expires, known.expires))
        yield "· if left idle", span_text(known.seconds_left(known.idle_expires))
        yield "· at the latest", span_text(known.seconds_left(known.expires))
    else:
        yield "Ends in", "nothing stored yet"
    yield "Store", store.kind + (", sealed" if store.sealed else "")
    if (last := store.last) is not None:
        took = f"{last.seconds * 1000:.1f} ms"
        text = took if last.answered else _alarm(f"no answer in {took}")
        yield f"· its last {last.operation}", text
    yield "Conflicts", _alarm(str(standing.conflicts)) if standing.conflicts else "0"


def _keys(tab: Tab) -> Iterator[str]:
    sizes, restored = tab.known.base.sizes(), tab.standing.restored
    for key in sorted({*sizes, *restored, *tab.live}):
        size = sizes.get(key)
        gone = "by reference" if key in tab.live else "deleted since"
        notes = [
            "restored" if key in restored else "",
            "not saved yet" if key in tab.known.base.unsaved else "",
            gone if size is None else size_text(size),
        ]
        # No-break spaces: in a narrow column the notes stand together on a line of their own.
        yield f"- {_code(key)} " + " · ".join(filter(None, notes)).replace(" ", "\N{NO-BREAK SPACE}")


def _skipped(tab: Tab) -> Iterator[str]:
    for key, reason in sorted(tab.standing.skipped.items()):
        # A backslash before punctuation: a reason may name a type such as `__main__.Model`.
        yield f"- {_code(key)} " + re.sub(r"([!-/:-@\[-`{-~])", r"\\\1", _one_line(reason))


def _code(text: str) -> str:
    """A code span that shows this text as it is. Longer than each run of backticks in it is its fence."""
    fence = "`" * (1 + max(map(len, re.findall("`+", text)), default=0))
    return f"{fence} {_one_line(text)} {fence}"


def _one_line(text: str) -> str:
    """What does not print, such as a line break or a mark for right-to-left text, becomes a space."""
    return "".join(character if character.isprintable() else " " for character in text)


def _keys_of(keys: Sized) -> str:
    return f"{len(keys)} key" if len(keys) == 1 else f"{len(keys)} keys"


def size_text(size: int) -> str:
    """`1536` -> `1.5 KB`."""
    if size < 1000:  # noqa: PLR2004 - what can be read at a glance
        return f"{size} B"
    kilobytes = size / 1024
    return f"{kilobytes:.1f} KB" if kilobytes < 1000 else f"{kilobytes / 1024:.1f} MB"  # noqa: PLR2004


def span_text(seconds: float | None) -> str:
    """`86399` -> `23 h 59 min`; None is no end."""
    if seconds is None:
        return "no limit"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days or hours:
        return f"{days} d {hours} h" if days else f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{rest} s"
