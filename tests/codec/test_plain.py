"""The short way to the bytes of plain values: the same bytes, and never for anything else."""

from __future__ import annotations

import math
import re
from array import array
from collections import OrderedDict
from typing import Any

import msgpack
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxlit_component.codec import PlainEncoder, encode, is_plain

atoms = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**64 - 1)
    | st.sampled_from([0.0, -0.0, 1.0, math.inf, math.nan])
    | st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=3)
)
keys = st.integers(-1, 2) | st.booleans() | st.sampled_from([0.0, 1.0, "", "a", None])
plain = st.recursive(
    atoms,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(keys, inner, max_size=4),
    max_leaves=12,
)
anything = st.recursive(
    atoms
    | st.integers()
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

encode_plain = PlainEncoder().encode
"""One for all tests, as one is for all values of a run: what was refused leaves nothing behind."""


@given(plain.map(lambda value: [value]))
def test_the_short_way_leads_to_the_same_bytes(value: list[Any]) -> None:
    """Lists and dicts of atoms, also right after something that was given up half-way."""
    assert is_plain(value)
    assert encode_plain([*value, object()]) is None
    assert encode_plain(value) == encode(value)


@given(plain, plain | anything)
def test_the_same_bytes_mean_the_same_value(one: Any, other: Any) -> None:
    """If one is plain, no other value takes the short way to its bytes."""
    one, other = [one], [other]
    if is_plain(one) and encode_plain(one) == encode_plain(other):
        assert encode(one) == encode(other)


def _named(value: Any) -> str:
    """The same in every process: workers have to agree on the names of the tests."""
    return re.sub(r" at 0x\w+", "", ascii(value))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ([1], [True]), ([1], [1.0]), ([0.0], [-0.0]), ([1], (1,)), ([], {}), ({1: 2}, {True: 2}),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}), (["x"], [b"x"]), (["a", "b"], ["ab"]), ([[]], [()]),
        (["x"], [bytearray(b"x")]), (["x"], [memoryview(b"x")]), (["x"], [array("B", b"x")]),
        ([0.0], [np.float64(0)]), ([[]], [msgpack.ExtType(1, b"")]),
    ],
    ids=_named,
)  # fmt: skip
def test_values_that_look_alike_have_other_bytes(one: Any, other: Any) -> None:
    """Each pair is equal, or written alike by something."""
    assert is_plain(one)
    assert encode_plain(one) != encode_plain(other)


@pytest.mark.parametrize(
    "value",
    [[b"x"], [bytearray(b"x")], {"a": [memoryview(b"x")]}, [np.zeros(2)], [np.float64(1)], [OrderedDict(a=1)],
     {b"x": 1}, [(1,)], [{1}], [object()], [1j], [msgpack.ExtType(1, b"")], [msgpack.Timestamp(1)]],
    ids=_named,
)  # fmt: skip
def test_other_values_are_not_plain(value: Any) -> None:
    """Bytes are not either: msgpack writes a bytearray as it writes them."""
    assert not is_plain(value)


@pytest.mark.parametrize(
    "value",
    ["x", 1, None, b"x", np.zeros(3), OrderedDict(a=1), [object()], [(1,)], {"a": {1}}, [2**64], ["\ud800"]],
    ids=_named,
)
def test_there_is_no_short_way(value: Any) -> None:
    """Only for lists and dicts; what msgpack does not know, or only leniently, takes the long one."""
    assert encode_plain(value) is None


def test_a_list_that_contains_itself_has_no_short_way() -> None:
    """Msgpack gives up at a depth of its own; nothing is raised."""
    knot: list[Any] = []
    knot.append(knot)
    assert encode_plain(knot) is None
