"""The quick mark of plain values: the same mark never hides a change."""

from __future__ import annotations

import math
from array import array
from collections import OrderedDict
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxlit_component.codec import encode, imprint, is_marked_exactly

atoms = (
    st.none()
    | st.booleans()
    | st.integers(-3, 3)
    | st.integers()
    | st.sampled_from([0.0, -0.0, 1.0, math.inf, math.nan])
    | st.complex_numbers(max_magnitude=2)
    | st.text(max_size=3)
)
keys = st.integers(-1, 2) | st.booleans() | st.sampled_from([0.0, 1.0, "", "a", None])
plain = st.recursive(
    atoms,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=4).map(tuple)
        | st.dictionaries(keys, inner, max_size=4)
        | st.sets(keys, max_size=3)
        | st.frozensets(keys, max_size=3)
    ),
    max_leaves=12,
)
anything = st.recursive(
    atoms
    | st.binary(max_size=2)
    | st.binary(max_size=2).map(bytearray)
    | st.binary(max_size=2).map(lambda data: np.frombuffer(data, dtype="uint8"))
    | st.floats(-2, 2).map(np.float64),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(keys, inner, max_size=3)
        | st.dictionaries(keys, inner, max_size=3).map(OrderedDict)
    ),
    max_leaves=6,
)


@given(plain.map(lambda value: [value]))
def test_plain_containers_are_marked_exactly(value: list[Any]) -> None:
    """Lists, tuples, sets and dicts of atoms."""
    assert is_marked_exactly(value)
    assert imprint(value)


@given(plain, plain | anything)
def test_the_same_mark_means_the_same_value(one: Any, other: Any) -> None:
    """Types, signs of zero, order of keys: whatever the encoding tells apart the mark does too."""
    one, other = [one], [other]
    if is_marked_exactly(one) and imprint(one) == imprint(other):
        assert encode(one) == encode(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1], [True]), ([1], [1.0]), ([0.0], [-0.0]), ([1], (1,)), ({1}, frozenset({1})), ({1: 2}, {True: 2}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}), (["x"], [b"x"]), (["a", "b"], ["ab"]), ([[]], [()]),
        (["x"], [bytearray(b"x")]), (["x"], [array("B", b"x")]),
        ([0.0], [np.float64(0)]), ([2**70], [2.0**70]),
    ],
    ids=repr,
)  # fmt: skip
def test_values_that_look_alike_have_marks_of_their_own(one: Any, other: Any) -> None:
    """Each pair is equal, or written alike by something."""
    assert is_marked_exactly(one)
    assert imprint(one) != imprint(other)


@pytest.mark.parametrize(
    "value",
    [[b"x"], [bytearray(b"x")], {"a": [memoryview(b"x")]}, [np.zeros(2)], [np.float64(1)], [OrderedDict(a=1)],
     {(b"x",): 1}, [object()], [...]],
    ids=repr,
)  # fmt: skip
def test_what_has_a_buffer_or_is_not_plain_is_not_marked_exactly(value: Any) -> None:
    """Marshal writes a bytearray and an array like bytes, so bytes themselves are not trusted either."""
    assert not is_marked_exactly(value)


@pytest.mark.parametrize(
    "value", ["text", 1, None, b"x", np.zeros(3), OrderedDict(a=1), [object()]], ids=repr
)
def test_there_is_no_mark(value: Any) -> None:
    """Only for lists, tuples, sets and dicts that marshal can write; an array is not copied for it."""
    assert imprint(value) is None


def test_a_list_that_contains_itself_has_no_mark() -> None:
    """Marshal gives up at a depth of its own; nothing is raised."""
    knot: list[Any] = []
    knot.append(knot)
    assert imprint(knot) is None


def test_aliases_do_not_change_the_mark() -> None:
    """It does not matter whether two places hold the same object or equal ones."""
    row = ["a"]
    assert imprint([row, row]) == imprint([["a"], ["a"]])
