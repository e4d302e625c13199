"""What a run notes for the next run: its widgets, which of them nobody has changed, and how it has ended."""

from __future__ import annotations

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from typing import Any, Final

from fluxlit_component.codec import encode
from fluxlit_component.internals import EMPTY
from fluxlit_component.state.record import RESERVED, Change, Record

FAILED: Final = f"{RESERVED}_failed"
UNDER: Final = f"{RESERVED}_under"


class Page:
    """One page as its last run left it. `hydrate` reads it as a run begins, `persist` notes it at the end."""

    name: str = ""  # Streamlit's opaque name of the page of the last run
    saved_run: int = 0  # number of the last run that was saved as it ended
    ended: bool = False  # whether it was complete: then Streamlit has dropped what it did not draw
    swept: int = 0  # number of the last run after which Streamlit did so, as far as later runs know
    drawn: frozenset[str] = frozenset()  # keys of the widgets that were on the page when that run was saved
    in_block: frozenset[str] = frozenset()
    """Keys of widgets that a full run has drawn in the session's block. Not so fragments that run alone."""
    cleared: Mapping[str, str] = EMPTY
    """Widget -> its form, if the browser empties the form on submit and the last full run has drawn it."""
    clicks: frozenset[str] = frozenset()  # buttons whose click has begun the last full run
    lossy: bool = False  # whether something of the state could not be kept
    put_back: frozenset[str] = frozenset()  # keys that the package gave a value when this run began
    unclaimed: frozenset[str] = frozenset()
    """Keys of widgets whose values came back with the page load, and that no widget has taken over yet."""
    assigned_off_page: frozenset[str] = frozenset()
    """Keys of widgets that were not on the page, and to which the app assigned. Streamlit takes these values
    for the widgets' own from the next run on, and drops them at its end."""
    retained: frozenset[str] = frozenset()  # keys that the app has given, above the call, what they had
    above: frozenset[str] = frozenset()  # those that it has retained in the run before, too: it keeps them
    unaccepted: frozenset[str] = frozenset()  # widgets that did not take the stored value: options may come
    after_block: frozenset[str] = frozenset()  # keys of widgets that are drawn after the session's block
    baseline: Mapping[str, bytes] | None = None  # encoded state after the first run without its record
    untouched: Mapping[str, bytes] = EMPTY  # of widgets that nobody has changed: not kept while the same
    shown: Mapping[str, bytes] = EMPTY  # what the browser still shows of an emptied state: not kept so far
    live: Mapping[str, int] = EMPTY  # live value -> its origin, if not `PLAIN`: a record has none for them
    live_under: Mapping[str, Any] = EMPTY  # as `under`, of these keys: for the page after F5, by reference
    assigned: frozenset[str] = frozenset()  # widgets that the app has assigned: kept, default or not
    under: Mapping[str, Any] = EMPTY
    """What the app had assigned to keys before widgets took them, whose values came back. Streamlit keeps it
    under the widget's value, and it is the value of the key again when the widget goes."""
    under_data: bytes | None = None  # the same as it is now, encoded: what the record is to say
    for_next_run: Mapping[str, Any] = EMPTY  # for widgets that were drawn already: set as it begins
    deleted: frozenset[str] = frozenset()  # to delete from the record, even if session state lacks them

    def __init__(self) -> None:
        self.edits, self.uploads = dict[str, Any](), dict[str, Any]()  # notes of `keep_edits`, `keep_upload`

    def take_under(self, record: Record, keys: AbstractSet[str]) -> bytes | None:
        """Take over what the record says of `under`, for these keys. Return all that it says."""
        self.under = {key: value for key, value in (record.note(UNDER) or {}).items() if key in keys}
        self.under_data = record.data(UNDER)
        return self.under_data

    def forget(self) -> None:
        """Forget what was to be offered or set of the old session."""
        self.put_back = self.unclaimed = self.unaccepted = self.assigned = self.deleted = frozenset()
        self.for_next_run, self.under, self.live_under, self.under_data = EMPTY, EMPTY, EMPTY, None


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Trial:
    """Whether the state that came back breaks the app: how the first run after a page load has ended.

    If the first run fails at two page loads in a row, the cause is a state that F5 does not remove, and the
    visitor is offered a way out. The record notes a failure for a restart and other replicas.

    `hydrate` begins the trial of a page load and `run` ends it, each with a new object.
    """

    run: int = 0  # number of the run that is the first one after the state came back; 0: nothing came back
    is_over: bool = False  # whether it is known how that run ended
    before: bool = False  # whether the first run of the page load before failed
    failed: bool = False  # whether the last trial that has ended failed. The record is to say so.
    noted: bool = False  # whether the record says that a trial failed

    @classmethod
    def of(cls, record: Record, run: int) -> Trial:
        """Begin a trial with what the record says of the last one."""
        before = record.data(FAILED) is not None
        return cls(run, before=before, failed=before, noted=before)

    @property
    def is_stuck(self) -> bool:
        """Whether two trials in a row have failed."""
        return self.run > 0 and self.before and self.failed

    def ended(self, run: int, *, failed: bool) -> Trial:
        """Note that a run has ended. A run may end its block well, and still fail below the block."""
        return replace(self, failed=failed, is_over=True) if run == self.run > 0 else self

    def gone_on(self, run: int, *, by_itself: bool) -> Trial:
        """Note that the next run begins. A run that `st.rerun()` has begun still counts as the first."""
        if by_itself and self.run == run - 1 > 0 and not self.is_over:
            return replace(self, run=run)
        return self.assumed_good()

    def assumed_good(self) -> Trial:
        """Take a run without a known failure as good: an app without a block does not say that it was."""
        return self if self.is_over else self.ended(self.run, failed=False)

    def notes(self) -> Mapping[str, Change]:
        """The change that makes the record say whether a trial failed, if it does not say so yet."""
        return {} if self.failed == self.noted else {FAILED: Change(encode(1) if self.failed else None)}
