"""A walk: a visitor's deeds, chosen on the app without a session and done again to the app with one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

import streamlit as st

from fluxlit_component.internals.process import forget_pages_of_process
from tests.law.collection import App
from tests.law.excuses import Excuses
from tests.law.offers import Choice
from tests.law.process import no_complaints
from tests.law.trace import Allowance, Trace, differences, trace_of
from tests.law.twins import Ours, Plain, Side
from tests.law.visitor import Deed


class Broken(AssertionError):
    """The law does not hold."""

    def __init__(self, app: App, deeds: Sequence[Deed], found: Sequence[str]) -> None:
        self.app = app
        self.deeds = tuple(deeds)
        self.found = tuple(found)
        steps = "\n".join(f"  {number}. {deed}" for number, deed in enumerate(["open", *map(str, deeds)]))
        super().__init__(f"{app.name}: not as without the session after\n{steps}\n" + "\n".join(found[:6]))

    @property
    def line(self) -> str:
        """All of it in a line."""
        return f"{self.app.name}: {' / '.join(['open', *map(str, self.deeds)])} -> {self.found[0]}"


@dataclass
class Counts:
    """How much was walked, for who wants to quote it."""

    walks: int = 0
    steps: int = 0

    def add(self, other: Counts) -> None:
        """Count what another one has counted."""
        self.walks += other.walks
        self.steps += other.steps


COUNTS: Final = Counts()
"""All walks of this process."""


@dataclass
class _Played:
    """A walk on the side without a session: what was done, seen, and what F5 may change."""

    deeds: list[Deed] = field(default_factory=list)
    traces: list[Trace] = field(default_factory=list)
    allowances: list[Allowance] = field(default_factory=list)


def play(app: App, choices: Sequence[Choice], *, other: Callable[[App], Side] = Ours) -> int:
    """Walk through both twins and compare them after each deed. Gives the number of deeds.

    Raises:
        Broken: they differ.
    """
    played = _play_plain(app, choices)
    COUNTS.walks += 1
    _forget()
    side = other(app)
    try:
        side.start()
        for number, (trace, allowed) in enumerate(zip(played.traces, played.allowances, strict=True)):
            if number:
                side.do(played.deeds[number - 1])
            COUNTS.steps += 1
            if found := list(differences(trace, trace_of(side), allowed)):
                raise Broken(app, played.deeds[:number], found)
    finally:
        side.close()
    return len(played.deeds)


def _play_plain(app: App, choices: Sequence[Choice]) -> _Played:
    _forget()
    played, side, excuses = _Played(), Plain(app), Excuses(app)
    side.start()
    played.traces.append(trace_of(side))
    played.allowances.append(Allowance(may_log=excuses.may_log))
    for choice in choices:
        chosen = choice(side.browser)
        if chosen is None:
            continue
        deed = excuses.possible(chosen, side.browser)
        excuses.before(deed, side.browser)
        side.do(deed)
        played.deeds.append(deed)
        played.traces.append(trace_of(side))
        played.allowances.append(excuses.after(deed, side.browser))
    return played


def _forget() -> None:
    """What a process keeps beside its sessions, so that one twin does not find what the other has left."""
    with no_complaints():
        st.cache_data.clear()
        st.cache_resource.clear()
    forget_pages_of_process()
