"""Whether the state that came back breaks the app: how the first run after a page load has ended.

A run may fail for many reasons. If the first run fails at two page loads in a row, it is a state that no
F5 takes away, and the visitor is offered a way out. The record notes a failure, so that it is known after a
restart and on another replica, too. A run that ends well writes nothing, unless it has that to take back.
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
    """The trial of one page load. Begun by `hydrate`, ended by `run`, which put another one in its place."""

    run: int = 0
    """Number of the run that is the first one after the state came back; 0: nothing came back."""
    is_over: bool = False
    """Whether it is known how that run ended."""
    before: bool = False
    """Whether that of the page load before failed."""
    failed: bool = False
    """Whether the last one that has ended failed: what the record is to say."""
    noted: bool = False
    """Whether the record says so."""

    @classmethod
    def of(cls, record: Record, run: int) -> Trial:
        """Begin one with what the record says of the last."""
        stored = record.fields.get(FAILED)
        before = stored is not None and stored.data is not None
        return cls(run, before=before, failed=before, noted=before)

    @property
    def is_stuck(self) -> bool:
        """Whether two in a row have failed."""
        return self.run > 0 and self.before and self.failed

    def ended(self, run: int, *, failed: bool) -> Trial:
        """A run has ended. It may have been good as far as the block goes, and fail below it."""
        return replace(self, failed=failed, is_over=True) if run == self.run > 0 else self

    def gone_on(self, run: int, *, by_itself: bool) -> Trial:
        """The next run begins. If `st.rerun()` has begun it, it is still the first."""
        if by_itself and self.run == run - 1 > 0 and not self.is_over:
            return replace(self, run=run)
        return self.assumed_good()

    def assumed_good(self) -> Trial:
        """What has ended and was not seen to fail was good: an app without a block does not say so."""
        return self if self.is_over else self.ended(self.run, failed=False)

    def notes(self) -> Mapping[str, Change]:
        """What has the record say how it stands, if it does not say so yet."""
        return {} if self.failed == self.noted else {FAILED: Change(encode(1) if self.failed else None)}


NO_TRIAL: Final = Trial()
"""Of a tab to which nothing came back."""
