"""What changes inside a value is never missed, and what does not change is never written again.

Whole runs of `url_session()` over a real Streamlit session state; only the browser is not there.
"""

from __future__ import annotations

import copy
import dataclasses
from collections import OrderedDict, defaultdict, deque
from collections.abc import Iterator, MutableMapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from e2e.bench.visitor import Visitor
from fluxlit_component import Event, InMemorySessionStore
from fluxlit_component.codec import encode
from fluxlit_component.codec.catalogue import register
from fluxlit_component.state.diff import Base


@dataclasses.dataclass
class Point:
    """A plain dataclass with something mutable in it."""

    x: int
    rest: list[Any]


class Note(BaseModel):
    """A model with something mutable in it."""

    text: str = ""
    tags: dict[str, Any] = {}


register(Point, name="in-place-point")
register(Note, name="in-place-note")

atoms = st.none() | st.booleans() | st.integers(-2, 2) | st.sampled_from([0.5, -0.0, "", "a", b"b"])
trees: st.SearchStrategy[Any] = st.recursive(
    atoms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3),
        st.lists(inner, max_size=3).map(tuple),
        st.lists(inner, max_size=3).map(lambda items: deque(items, maxlen=5)),
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3),
        st.dictionaries(st.sampled_from("abc"), inner, max_size=3).map(OrderedDict),
        st.dictionaries(st.sampled_from("abc"), inner, max_size=2).map(lambda d: defaultdict(list, d)),
        st.sets(st.integers(0, 5), max_size=3),
        st.binary(max_size=3).map(bytearray),
        st.builds(Point, x=st.integers(0, 3), rest=st.lists(inner, max_size=2)),
        st.builds(Note, text=st.sampled_from("xy"), tags=st.dictionaries(st.sampled_from("ab"), inner)),
        st.lists(st.integers(0, 3), min_size=1, max_size=3).map(np.array),
        st.lists(st.integers(0, 3), min_size=1, max_size=3).map(lambda x: pd.DataFrame({"n": x, "t": "s"})),
    ),
    max_leaves=8,
)


def places(value: Any) -> Iterator[Any]:
    """Every object inside `value` that can be written to, itself included."""
    if isinstance(value, (list, deque, dict, set, bytearray, Point, Note, np.ndarray, pd.DataFrame)):
        yield value
    if isinstance(value, (list, deque, tuple)):
        inner = list(value)
    elif isinstance(value, dict):
        inner = list(value.values())
    elif isinstance(value, Point):
        inner = [value.rest]
    else:
        inner = [value.tags] if isinstance(value, Note) else []
    for part in inner:
        yield from places(part)


def change(place: Any, new: Any, number: int) -> None:
    """Write to `place`, as an app would: grow it, set something in it, take something out."""
    if isinstance(place, (list, deque)):
        change_sequence(place, new, number)
    elif isinstance(place, dict):
        if place and number % 3 == 0:
            place.pop(next(iter(place)))
        else:
            place["abc"[number % 3]] = new
    elif isinstance(place, set):
        place.symmetric_difference_update({number % 6})
    elif isinstance(place, bytearray):
        place.append(number % 256)
    elif isinstance(place, Point):
        place.x = number
    elif isinstance(place, Note):
        place.text = f"{number}"
    elif isinstance(place, np.ndarray):
        place[number % len(place)] = number
    else:
        place.loc[number % len(place), "n"] = number


def change_sequence(place: Any, new: Any, number: int) -> None:
    """A list or deque grows, loses its end, is turned round, or gets another first item."""
    if not place or number % 4 == 0:
        place.append(new)
    elif number % 4 == 1:
        place.pop()
    elif number % 4 == 2:
        place.reverse()
    else:
        place[0] = new


steps = st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), trees), min_size=1, max_size=6)


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(state=st.dictionaries(st.sampled_from(["one", "two", "three"]), trees, min_size=1), steps=steps)
def test_no_change_in_place_is_missed(state: dict[str, Any], steps: Any, tmp_path: Path) -> None:
    """After each run the record holds the live state; exactly the keys that changed were written."""
    store, written = InMemorySessionStore(), []

    def noted(event: Event) -> None:
        written.extend(event.keys)

    visitor = Visitor(tmp_path, {"typed": "text"}, store=store, on_persist=noted)
    visitor.values = copy.deepcopy(state)
    visitor.run()
    visitor.run()  # now the browser has sent what was typed
    assert set(written) == {*state, "typed"}
    live: dict[str, Any] = {}
    for which, number, new in steps:

        def app(
            held: MutableMapping[str, Any], which: int = which, number: int = number, new: Any = new
        ) -> None:
            live.update({key: held[key] for key in state})
            writable = [place for key in sorted(state) for place in places(held[key])]
            if writable:
                change(writable[which % len(writable)], copy.deepcopy(new), number)

        before = {key: encode(value) for key, value in kept(store, visitor.sid).items()}
        written.clear()
        visitor.act = app
        visitor.run()
        after = {key: encode(value) for key, value in live.items()}
        record = kept(store, visitor.sid)
        assert {key: encode(record[key]) for key in state} == after
        assert sorted(written) == [key for key in sorted(state) if before[key] != after[key]]
        written.clear()
        visitor.act = None
        visitor.run()
        assert written == []


def kept(store: InMemorySessionStore, sid: str | None) -> dict[str, Any]:
    """What a new tab would load."""
    assert sid is not None
    record = store.load(sid)
    assert record is not None
    return Base().adopt(record)


def test_the_generator_reaches_deep_places() -> None:
    """A check of the test itself: lists in tuples in models, cells and bytes are all written to."""
    deep = ({"a": Note(tags={"b": deque([Point(1, [bytearray(b"x")])])})}, pd.DataFrame({"n": [1], "t": "s"}))
    found = [type(place).__name__ for place in places(deep)]
    assert found == ["dict", "Note", "dict", "deque", "Point", "list", "bytearray", "DataFrame"]


@pytest.mark.parametrize("number", range(4))
def test_every_change_changes_a_list(number: int) -> None:
    """A check of the test itself: no step is a step in place."""
    items = [1, 2]
    change(items, "new", number)
    assert items != [1, 2]
