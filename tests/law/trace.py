"""What the law speaks of: what stands on the page, what the app sees in its state, which callbacks ran."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from tests.law.canonical import canonical
from tests.law.drawn import drawn
from tests.law.twins import Side

_OURS: Final = ("fluxlit_sid",)
"""AppTest has no tab that could hold the id: there it is in the query."""
_NOTHING: Final = "nothing"


@dataclass(frozen=True)
class Trace:
    """One side after one deed."""

    page: tuple[str, ...]
    state: Mapping[str, str]
    looks: tuple[Mapping[str, str], ...]
    """What the app saw when the session had opened and before it closed, in each script of the deed."""
    last_looks: tuple[Mapping[str, str], ...]
    """The same in the last script only."""
    calls: tuple[str, ...]
    logged: tuple[str, ...]
    query: Mapping[str, str]


@dataclass(frozen=True)
class Allowance:
    """What F5 may change: the exceptions of the law."""

    undrawn: Collection[str] = ()
    """Keys of widgets that nobody has given a value: after F5 they are not there before they are drawn."""
    absent: Collection[str] = ()
    """Those of them that have not been drawn in this run either; Streamlit goes on listing them when a script
    stops before its end."""
    emptied: Collection[str] = ()
    """Keys of fields whose form has cleared itself: the page shows defaults and so does F5, Python has the
    values that were sent."""
    may_log: bool = False
    only_last: bool = False
    """A run was cut short: where exactly, depends on what is drawn by then."""


def trace_of(side: Side) -> Trace:
    """The trace of a side as it stands."""
    browser = side.browser
    return Trace(
        page=drawn(browser),
        state={key: canonical(value) for key, value in browser.seen.values.items()},
        looks=tuple(seen for _, seen in side.looks),
        last_looks=tuple(seen for script, seen in side.looks if script == (id(browser), browser.starts)),
        calls=tuple(side.calls),
        logged=tuple(side.logged),
        query={key: _sole(value) for key, value in browser.query_params.items() if key not in _OURS},
    )


def differences(plain: Trace, other: Trace, allowed: Allowance) -> Iterator[str]:
    """In what two traces differ, in words."""
    yield from _lines("page", plain.page, other.page)
    left = _less(plain.state, other.state, allowed.absent)
    yield from _keys("st.session_state after the run", left, other.state, allowed.emptied)
    yield from _lines("callbacks", plain.calls, other.calls)
    yield from _keys("query", plain.query, other.query, ())
    if not allowed.may_log:
        yield from _lines("log", plain.logged, other.logged)
    looks = [(one.last_looks if allowed.only_last else one.looks) for one in (plain, other)]
    if len(looks[0]) != len(looks[1]):
        yield f"the app ran past url_session() {len(looks[0])} times without, {len(looks[1])} times with"
        return
    for number, (left, right) in enumerate(zip(*looks, strict=True)):
        where = f"st.session_state in the run, look {number + 1}"
        yield from _keys(where, _less(left, right, allowed.undrawn), right, allowed.emptied)


def _less(left: Mapping[str, str], right: Mapping[str, str], gone: Collection[str]) -> Mapping[str, str]:
    """`left` without those of `gone` that are not in `right`."""
    return {key: value for key, value in left.items() if key in right or key not in gone}


def _lines(what: str, left: Collection[str], right: Collection[str]) -> Iterator[str]:
    for one, two in zip_longest(left, right, fillvalue=_NOTHING):
        if one != two:
            yield f"{what}: {one} without, {two} with"
            return


def _keys(
    what: str, left: Mapping[str, str], right: Mapping[str, str], excused: Collection[str]
) -> Iterator[str]:
    for key in sorted({*left, *right} - set(excused)):
        one, two = left.get(key, _NOTHING), right.get(key, _NOTHING)
        if one != two:
            yield f"{what}: {key!r} is {one} without, {two} with"


def _sole(value: object) -> str:
    return canonical(value[0] if isinstance(value, list) and len(value) == 1 else value)
