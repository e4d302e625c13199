"""Whether the store answers, how soon, and whether its clock agrees with this machine's."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from statistics import median
from typing import Final

from fluxlit_component.cli.checks.finding import Finding, Level
from fluxlit_component.clock import Clock, monotonic, wall
from fluxlit_component.identifier import new_session_id
from fluxlit_component.stores.base import SessionStore
from fluxlit_component.stores.inventory import StoreFacts
from fluxlit_component.stores.outage import BUDGET_SECONDS

_TRIES: Final = 20
_PROBE_SECONDS: Final = 5.0
"""Lifetime of the session that is written to try it."""
_SLOW_SECONDS: Final = 0.05
_SKEW_SECONDS: Final = 2.0


def check_reading(store: SessionStore, *, clock: Clock = monotonic) -> Iterator[Finding]:
    """Read what is not there.

    Raises:
        StoreUnavailable: the store does not answer.
    """
    store.get(new_session_id())  # connects
    reads = [_seconds(lambda: store.get(new_session_id()), clock) for _ in range(_TRIES)]
    yield judge_latency("reading", median(reads), max(reads))


def check_writing(store: SessionStore, *, clock: Clock = monotonic) -> Iterator[Finding]:
    """Write a session that ends in seconds, and read it.

    Raises:
        StoreUnavailable: the store does not answer, or takes no writes.
    """
    probe = new_session_id()
    took = _seconds(lambda: store.set(probe, {"doctor": True}, ttl_seconds=_PROBE_SECONDS), clock)
    if store.get(probe) != {"doctor": True}:
        yield Finding("problem", "store", "what was written a moment ago cannot be read back")
    else:
        yield judge_latency("writing", took, took)


def judge_latency(what: str, typical: float, worst: float) -> Finding:
    """Judge how long the store holds a run, of which it may hold `BUDGET_SECONDS` in all."""
    level: Level = "ok"
    if worst >= BUDGET_SECONDS:
        level = "problem"
    elif typical >= _SLOW_SECONDS:
        level = "warning"
    text = f"{what} takes {typical * 1000:.1f} ms, at worst {worst * 1000:.1f} ms"
    if level == "ok":
        return Finding(level, "latency", text)
    text = f"{text}: every run waits for it, and after {BUDGET_SECONDS * 1000:.0f} ms in all goes on without"
    return Finding(
        level, "latency", text, "put the store nearer to the app: the same machine, zone or network"
    )


def check_clock(describe: Callable[[], StoreFacts], *, clock: Clock = wall) -> Iterator[Finding]:
    """Compare the clocks; the answer's way there and back is allowed for."""
    before = clock()
    facts = describe()
    after = clock()
    yield judge_skew(facts.now - (before + after) / 2, uncertainty=(after - before) / 2)


def judge_skew(skew: float, *, uncertainty: float) -> Finding:
    """Judge how far the store's clock is ahead of this machine's, in seconds."""
    if abs(skew) - uncertainty <= _SKEW_SECONDS:
        return Finding("ok", "clock", f"the store's clock and this machine's agree ({skew:+.3f} s)")
    ahead = "ahead of" if skew > 0 else "behind"
    text = (
        f"the store's clock is {abs(skew):.0f} s {ahead} this machine's: lifetimes are the store's, but logs "
        "of both will not fit together, and migrated sessions end earlier or later"
    )
    return Finding("warning", "clock", text, "timedatectl set-ntp true    # on both machines")


def _seconds(work: Callable[[], object], clock: Clock) -> float:
    begin = clock()
    work()
    return clock() - begin
