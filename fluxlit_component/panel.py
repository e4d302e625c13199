"""The panel for developers and the badge for everybody: a session report, drawn.

HTML of our own, because it has to look right in every theme and on every Streamlit: each colour is mixed with
the text's, so it is dark on light and light on dark. Neither draws a widget or anything with a key, so both
may be drawn anywhere and more than once. What comes from the app, such as names of keys, is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import AbstractContextManager
from html import escape
from inspect import signature
from typing import Any, Final, NamedTuple

import streamlit as st
from streamlit.errors import StreamlitAPIException

from fluxlit_component.report import SessionReport
from fluxlit_component.stores.assembly import StoreReport
from fluxlit_component.tab import Status


class Look(NamedTuple):
    """How a status looks, and what it means."""

    hue: str
    meaning: str


LOOKS: Final[Mapping[Status, Look]] = {
    "ready": Look("#21a05a", "The state is kept: it is there after a reload."),
    "pending": Look("#d98a00", "The browser has not answered yet. Nothing is kept so far."),
    "degraded": Look("#e5484d", "The store does not answer. What changed is saved when it is back."),
    "disabled": Look("#8b8d98", "Sessions are switched off here: a reload begins anew."),
}

_STYLE: Final = """<style>
.fluxlit-badge { display: inline-flex; align-items: center; gap: .4em; padding: .15em .65em;
  border-radius: 1em; font-size: .8125rem; line-height: 1.5; font-weight: 500; white-space: nowrap;
  color: color-mix(in srgb, var(--fluxlit-hue) 55%, currentColor);
  background: color-mix(in srgb, var(--fluxlit-hue) 14%, transparent) }
.fluxlit-badge::before { content: ""; width: .5em; height: .5em; border-radius: 50%;
  background: var(--fluxlit-hue) }
.fluxlit-panel { font-size: .875rem; line-height: 1.45 }
.fluxlit-panel header { display: flex; justify-content: space-between; align-items: center; gap: .75rem;
  font-weight: 600 }
.fluxlit-panel p { margin: .4rem 0 .6rem; opacity: .7 }
.fluxlit-panel dl { margin: 0; display: grid; grid-template-columns: auto 1fr; gap: .3rem .75rem }
.fluxlit-panel dt { margin: 0; font-weight: 400; opacity: .7 }
.fluxlit-panel dd { margin: 0; text-align: right; overflow-wrap: anywhere;
  font-variant-numeric: tabular-nums }
.fluxlit-panel dd.fluxlit-alarm { font-weight: 600; color: color-mix(in srgb, #e5484d 60%, currentColor) }
.fluxlit-keys { margin: 0; padding: 0; list-style: none; max-height: 22rem; overflow-y: auto;
  font-size: .8125rem; line-height: 1.4 }
.fluxlit-keys li { margin: 0 0 .5rem; padding: 0; font-size: inherit; overflow-wrap: anywhere }
.fluxlit-keys div { display: flex; justify-content: space-between; gap: .75rem }
.fluxlit-keys b { font-weight: 500 }
.fluxlit-keys span { opacity: .7; white-space: nowrap; font-variant-numeric: tabular-nums }
.fluxlit-keys small { display: block; font-size: inherit; opacity: .7 }
.fluxlit-keys i { display: block; height: .2rem; margin-top: .2rem; border-radius: 1rem; min-width: .2rem;
  background: color-mix(in srgb, #3d6fe0 70%, currentColor); opacity: .75 }
</style>"""


def draw_badge(status: Status) -> None:
    """Draw the badge where the app is just drawing."""
    # As wide as its text, where Streamlit knows how (it is a whole row before).
    width: dict[str, Any] = {"width": "content"} if "width" in signature(st.html).parameters else {}
    st.html(_STYLE + _badge(status, f"Session {status}"), **width)


def draw_panel(report: SessionReport) -> None:
    """Draw the panel where the app is just drawing."""
    st.html(_STYLE + _summary(report))
    if report.sizes or report.restored:
        with _foldable("Keys and sizes"):
            st.html(_STYLE + _keys(report))
    if report.skipped:
        with _foldable("Skipped, and what to do"):
            st.html(_STYLE + _skipped(report.skipped))


def _foldable(label: str) -> AbstractContextManager[Any]:
    try:
        return st.expander(label)
    except StreamlitAPIException:  # within another one, where Streamlit does not allow that
        return st.container()


def _badge(status: Status, text: str) -> str:
    look = LOOKS[status]
    return (
        f'<span class="fluxlit-badge" role="status" title="{escape(look.meaning)}"'
        f' style="--fluxlit-hue: {look.hue}">{text}</span>'
    )


def _summary(report: SessionReport) -> str:
    meaning = LOOKS[report.status].meaning
    marks = {True: ' class="fluxlit-alarm"', False: ""}
    rows = "".join(
        f"<dt>{escape(name)}</dt><dd{marks[alarming]}>{escape(text)}</dd>"
        for name, text, alarming in _figures(report)
    )
    return (
        f'<section class="fluxlit-panel" aria-label="Session">'
        f"<header>Session {_badge(report.status, report.status)}</header>"
        f"<p>{escape(meaning)}</p><dl>{rows}</dl></section>"
    )


def _figures(report: SessionReport) -> Iterable[tuple[str, str, bool]]:
    """Name, text, whether it asks for attention."""
    if report.store is None:
        return
    yield "Script runs of this load", str(report.runs), False
    yield "Restored", "nothing, this is new" if report.is_new else _keys_of(len(report.restored)), False
    yield "Kept", f"{_keys_of(len(report.sizes))}, {size_text(report.size)}", False
    if report.unsaved:
        yield "Not saved yet", _keys_of(len(report.unsaved)), True
    yield "Skipped", _keys_of(len(report.skipped)), bool(report.skipped)
    if report.stored:
        yield "Ends in", span_text(report.expires_in), False
        yield "if idle", span_text(report.idle_left), False
        yield "in any case", span_text(report.age_left), False
    else:
        yield "Ends in", "nothing stored yet", False
    yield "Store", *_store(report.store)
    yield "Conflicts", str(report.conflicts), report.conflicts > 0


def _store(store: StoreReport) -> tuple[str, bool]:
    name = store.kind + (", sealed" if store.sealed else "")
    if store.last is None:
        return f"{name}, not asked yet", False
    took = f"{store.last.operation} {milliseconds_text(store.last.seconds)}"
    return (f"{name}, {took}", False) if store.last.answered else (f"{name}, {took}, no answer", True)


def _keys(report: SessionReport) -> str:
    largest = max(report.sizes.values(), default=1)
    items = []
    for key in sorted(report.sizes.keys() | set(report.restored)):
        size = report.sizes.get(key)
        notes = [
            "restored" if key in report.restored else "",
            "not saved yet" if key in report.unsaved else "",
            "deleted since" if size is None else size_text(size),
        ]
        bar = f'<i style="width: {100 * size / largest:.1f}%"></i>' if size is not None else ""
        told = " · ".join(filter(None, notes))
        items.append(f"<li><div><b>{escape(key)}</b><span>{told}</span></div>{bar}</li>")
    return _list("Keys and sizes", items)


def _skipped(skipped: Mapping[str, str]) -> str:
    items = (
        f"<li><b>{escape(key)}</b><small>{escape(reason)}</small></li>"
        for key, reason in sorted(skipped.items())
    )
    return _list("Skipped keys", items)


def _list(label: str, items: Iterable[str]) -> str:
    return f'<ul class="fluxlit-keys" aria-label="{label}">{"".join(items)}</ul>'


def _keys_of(count: int) -> str:
    return f"{count} key" if count == 1 else f"{count} keys"


def size_text(size: int) -> str:
    """`1536` -> `1.5 KB`."""
    if size < 1000:  # noqa: PLR2004 - what can be read at a glance
        return f"{size} B"
    kilobytes = size / 1024
    return f"{kilobytes:.1f} KB" if kilobytes < 1000 else f"{kilobytes / 1024:.1f} MB"  # noqa: PLR2004


def milliseconds_text(seconds: float) -> str:
    """`0.0123` -> `12.3 ms`."""
    milliseconds = seconds * 1000
    return f"{milliseconds:.1f} ms" if milliseconds < 100 else f"{milliseconds:.0f} ms"  # noqa: PLR2004


def span_text(seconds: float | None) -> str:
    """`86399` -> `23 h 59 min`; None is no end."""
    if seconds is None:
        return "no limit"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{rest} s"
