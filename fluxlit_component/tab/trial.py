"""Whether the state that came back breaks the app: how the first run after a page load has ended.

A run may fail for many reasons. If the first run fails at two page loads in a row, the cause is a state that
F5 does not remove. Then the visitor is offered a way out. The record notes a failure, so that it is known
after a restart and on another replica, too. A run that ends well only writes to remove such a note.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from fluxlit_component.codec import encode
from fluxlit_component.state.record import RESERVED, Change, Record

FAILED: Final = f"{RESERVED}_failed"


@dataclass(frozen=True, slots=True)
class Trial:
    """The trial of one page load. `hydrate` begins it and `run` ends it, each with a new object."""

    run: int = 0
    """Number of the run that is the first one after the state came back; 0: nothing came back."""
    is_over: bool = False
    """Whether it is known how that run ended."""
    before: bool = False
    """Whether the first run of the page load before failed."""
    failed: bool = False
    """Whether the last trial that has ended failed. The record is to say so."""
    noted: bool = False
    """Whether the record says that a trial failed."""

    @classmethod
    def of(cls, record: Record, run: int) -> Trial:
        """Begin a trial with what the record says of the last one."""
        stored = record.fields.get(FAILED)
        before = stored is not None and stored.data is not None
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


NO_TRIAL: Final = Trial()
"""The trial of a tab to which nothing came back."""
