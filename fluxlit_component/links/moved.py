"""An id that leads to another one: a browser took it while its page was on its way to where a link leads."""

from __future__ import annotations

from typing import Final

from fluxlit_component.codec import encode
from fluxlit_component.links.token import RAW_BYTES, mask, unmask
from fluxlit_component.state.record import RESERVED, Change, Lifetimes, Record
from fluxlit_component.stores.base import RecordStore

_MOVED: Final = f"{RESERVED}_moved"


def lead_on(store: RecordStore, sid: str, target: str, lifetimes: Lifetimes) -> None:
    """Have an id that a browser took while its link was followed lead to `target`, as the page does.

    Otherwise a reload in that moment, or a browser whose server was restarted, would come with the id and a
    link that is used up.
    """
    moved = Change(encode(mask(sid, target)))
    store.commit(sid, lifetimes.commit({_MOVED: moved}, create=True))


def target_of(sid: str, record: Record) -> str | None:
    """Where `lead_on` has an id lead; None for a session like any other."""
    raw = record.note(_MOVED)
    return unmask(sid, raw) if isinstance(raw, bytes) and len(raw) == RAW_BYTES else None
