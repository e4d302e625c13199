"""The panel for developers and the badge for everybody: all of a session but its id and its values.

The HTML is our own, because it has to look right in every theme and on every Streamlit. Each colour is mixed
with the text colour, so it is dark on light and light on dark. Panel and badge draw no widget and nothing
with a key, so both may be drawn anywhere and more than once. Text of the app, such as a key, is escaped.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sized
from contextlib import AbstractContextManager
from html import escape
from inspect import signature
from typing import Any, Final, NamedTuple, TypeAlias

import streamlit as st
from streamlit.errors import StreamlitAPIException

from fluxlit_component.panel.amounts import milliseconds_text, size_text, span_text
from fluxlit_component.stores.report import StoreReport
from fluxlit_component.tab.standing import Carrier, Status
from fluxlit_component.tab.tab import Tab

Figure: TypeAlias = tuple[str, str, bool]
"""Name, text, and whether it asks for attention."""


class Look(NamedTuple):
    """How a status looks, and what it means."""

    hue: str
    meaning: str


LOOKS: Final[Mapping[Status, Look]] = {
    "ready": Look("#21a05a", "The state is kept: it is there after a reload."),
    "pending": Look("#d98a00", "The browser has not answered yet. Nothing is kept so far."),
    "degraded": Look("#e5484d", "The store does not answer. What changed is saved when it is back."),
    "disabled": Look("#8b8d98", "Sessions are switched off here: a reload begins anew."),
    "no-browser": Look("#8b8d98", "No browser looks on, so there is nothing to come back to."),
}

CARRIERS: Final[Mapping[Carrier, str]] = {
    "handshake": "websocket handshake",
    "query": "query",
    "component": "component, one run more",
    "none": "nobody, no browser",
}

# Nothing but `div`, `span` and classes of our own: Streamlit has styles for lists and paragraphs.
_STYLE: Final = """<style>
.fluxlit-badge { display: inline-flex; align-items: center; gap: .4em; padding: .1em .65em;
  border-radius: 1em; font-size: .8125rem; line-height: 1.6; font-weight: 500; white-space: nowrap;
  color: color-mix(in srgb, var(--fluxlit-hue) 50%, currentColor);
  background: color-mix(in srgb, var(--fluxlit-hue) 14%, transparent) }
.fluxlit-badge::before { content: ""; width: .5em; height: .5em; border-radius: 50%;
  background: var(--fluxlit-hue) }
.fluxlit-panel { font-size: .875rem; line-height: 1.4 }
.fluxlit-head { display: flex; justify-content: space-between; align-items: center; gap: .75rem;
  font-weight: 600 }
.fluxlit-quiet { opacity: .7; font-size: .8125rem }
.fluxlit-figures { display: grid; grid-template-columns: max-content 1fr; gap: .3rem 1rem; margin-top: .6rem }
.fluxlit-name { opacity: .7 }
.fluxlit-figure { text-align: right; font-variant-numeric: tabular-nums }
.fluxlit-alarm { font-weight: 600; color: color-mix(in srgb, #e5484d 60%, currentColor) }
.fluxlit-keys { max-height: 22rem; overflow-y: auto; font-size: .8125rem; line-height: 1.4 }
.fluxlit-key { margin-bottom: .55rem; overflow-wrap: anywhere }
.fluxlit-line { display: flex; justify-content: space-between; gap: .75rem }
.fluxlit-line > .fluxlit-quiet { white-space: nowrap; font-variant-numeric: tabular-nums }
.fluxlit-strong { font-weight: 500 }
.fluxlit-bar { height: .2rem; margin-top: .2rem; border-radius: 1rem; min-width: .2rem; opacity: .8;
  background: color-mix(in srgb, #3d6fe0 75%, currentColor) }
</style>"""


def draw_badge(status: Status) -> None:
    """Draw the badge where the app is just drawing."""
    # The badge is as wide as its text if Streamlit can do that. In older releases it fills a row.
    width: dict[str, Any] = {"width": "content"} if "width" in signature(st.html).parameters else {}
    st.html(_STYLE + _badge(status, f"Session {status}"), **width)


def draw_panel(status: Status, tab: Tab | None = None, store: StoreReport | None = None) -> None:
    """Draw the panel where the app is just drawing: how the tab stands at this moment."""
    keys, skipped, figures = "", {}, list[Figure]()
    if tab is not None and store is not None:
        with tab.lock:
            figures, keys, skipped = [*_figures(tab, store)], _keys(tab), dict(tab.standing.skipped)
    st.html(_STYLE + _summary(status, figures))
    if keys:
        with _foldable("Keys and sizes"):
            st.html(_STYLE + keys)
    if skipped:
        with _foldable("Skipped, and what to do"):
            st.html(_STYLE + _skipped(skipped))


def _foldable(label: str) -> AbstractContextManager[Any]:
    try:
        return st.expander(label)
    except StreamlitAPIException:  # inside another expander, if Streamlit does not allow that
        return st.container()


def _badge(status: Status, text: str) -> str:
    look = LOOKS[status]
    return (
        f'<span class="fluxlit-badge" role="status" title="{escape(look.meaning)}"'
        f' style="--fluxlit-hue: {look.hue}">{text}</span>'
    )


def _summary(status: Status, figures: Iterable[Figure]) -> str:
    rows = "".join(
        f'<div class="fluxlit-name">{escape(name)}</div>'
        f'<div class="fluxlit-figure{" fluxlit-alarm" if alarming else ""}">{escape(text)}</div>'
        for name, text, alarming in figures
    )
    return (
        f'<div class="fluxlit-panel" role="group" aria-label="Session">'
        f'<div class="fluxlit-head">Session {_badge(status, status)}</div>'
        f'<div class="fluxlit-quiet">{escape(LOOKS[status].meaning)}</div>'
        f'<div class="fluxlit-figures">{rows}</div></div>'
    )


def _figures(tab: Tab, store: StoreReport) -> Iterator[Figure]:
    standing, known, sizes = tab.standing, tab.known, tab.known.base.sizes()
    yield "Script runs of this load", str(tab.runs), False
    yield "The id comes by", CARRIERS[standing.carrier], False
    yield "Restored", "nothing, new here" if standing.is_new else _keys_of(standing.restored), False
    yield "Kept", f"{_keys_of(sizes)}, {size_text(sum(sizes.values()))}", False
    if tab.live:
        yield "By reference", _keys_of(tab.live), False
    if standing.lost:
        yield "Lost", _keys_of(standing.lost), True
    if known.base.unsaved:
        yield "Not saved yet", _keys_of(known.base.unsaved), True
    yield "Skipped", _keys_of(standing.skipped), False
    if known.created:
        yield "Ends in", span_text(known.seconds_left(known.idle_expires, known.expires)), False
        yield "· if left idle", span_text(known.seconds_left(known.idle_expires)), False
        yield "· at the latest", span_text(known.seconds_left(known.expires)), False
    else:
        yield "Ends in", "nothing stored yet", False
    yield "Store", store.kind + (", sealed" if store.sealed else ""), False
    if (last := store.last) is not None:
        took = milliseconds_text(last.seconds)
        text = took if last.answered else f"no answer in {took}"
        yield f"· its last {last.operation}", text, not last.answered
    yield "Conflicts", str(standing.conflicts), standing.conflicts > 0


def _keys(tab: Tab) -> str:
    """Each key that is kept or came back; nothing if there is none."""
    sizes, restored = tab.known.base.sizes(), tab.standing.restored
    largest = max(sizes.values(), default=1)
    items = []
    for key in sorted({*sizes, *restored, *tab.live}):
        size = sizes.get(key)
        gone = "by reference" if key in tab.live else "deleted since"
        notes = [
            "restored" if key in restored else "",
            "not saved yet" if key in tab.known.base.unsaved else "",
            gone if size is None else size_text(size),
        ]
        share = 100 * (size or 0) / largest
        items.append(
            f'<div class="fluxlit-line"><span class="fluxlit-strong">{escape(key)}</span>'
            f'<span class="fluxlit-quiet">{" · ".join(filter(None, notes))}</span></div>'
            f'<div class="fluxlit-bar" style="width: {share:.1f}%"></div>'
        )
    return _list("Keys and sizes", items) if items else ""


def _skipped(skipped: Mapping[str, str]) -> str:
    items = (
        f'<div class="fluxlit-strong">{escape(key)}</div><div class="fluxlit-quiet">{escape(reason)}</div>'
        for key, reason in sorted(skipped.items())
    )
    return _list("Skipped keys", items)


def _list(label: str, items: Iterable[str]) -> str:
    rows = "".join(f'<div class="fluxlit-key" role="listitem">{item}</div>' for item in items)
    return f'<div class="fluxlit-panel fluxlit-keys" role="list" aria-label="{label}">{rows}</div>'


def _keys_of(keys: Sized) -> str:
    return f"{len(keys)} key" if len(keys) == 1 else f"{len(keys)} keys"
