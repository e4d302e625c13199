"""Generated values: whatever nests in whatever, it comes back exactly, and always as the same bytes."""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from datetime import timedelta, timezone
from pathlib import PurePosixPath
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from fluxlit_component.codec import decode, encode, is_immutable
from fluxlit_component.errors import UnstorableValue


def _hashable(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    def can_be_hashed(value: Any) -> bool:
        try:
            hash(value)
        except TypeError:  # a signalling NaN
            return False
        return True

    return strategy.filter(can_be_hashed)


zones = st.one_of(
    st.none(),
    st.just(timezone.utc),
    st.sampled_from(["UTC", "Europe/Paris", "America/New_York", "Asia/Kolkata"]).map(ZoneInfo),
    st.timedeltas(timedelta(hours=-23), timedelta(hours=23)).map(timezone),
)
numbers = st.one_of(
    st.integers(), st.integers(-(2**200), 2**200), st.floats(), st.booleans(), st.complex_numbers(),
    st.decimals(),
    st.fractions(),
)  # fmt: skip
texts = st.one_of(st.text(), st.text(st.characters(categories=["Cs", "L"]), max_size=5), st.binary())
moments = st.one_of(
    st.datetimes(timezones=zones, allow_imaginary=True),
    st.dates(),
    st.builds(lambda t, z, f: t.replace(tzinfo=z, fold=f), st.times(), zones, st.integers(0, 1)),
    st.timedeltas(),
)
hashable_atoms = st.one_of(
    st.none(), numbers, texts, moments, st.uuids(), st.builds(PurePosixPath, st.text("ab/.", max_size=8)),
    st.builds(range, st.integers(-9, 9), st.integers(-9, 9), st.integers(1, 4)),
)  # fmt: skip
atoms = st.one_of(hashable_atoms, st.binary().map(bytearray))
hashables = st.recursive(
    hashable_atoms,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(tuple), st.frozensets(_hashable(inner), max_size=4)
    ),
    max_leaves=6,
)


def _containers(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    mappings = st.dictionaries(_hashable(hashables), inner, max_size=4)
    lists = st.lists(inner, max_size=5)
    return st.one_of(
        lists,
        lists.map(tuple),
        mappings,
        mappings.map(OrderedDict),
        mappings.map(lambda items: defaultdict(list, items)),
        mappings.map(Counter),
        st.builds(deque, lists, st.none() | st.integers(5, 9)),
        st.sets(_hashable(hashables), max_size=4),
        st.frozensets(_hashable(hashables), max_size=4),
    )


values = st.recursive(atoms, _containers, max_leaves=25)
lenient = settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))


@lenient
@given(values)
def test_nested_value_comes_back_exactly(same: Any, value: Any) -> None:
    """No nesting of standard types loses a value, a type, an order, a zone or a sign of zero."""
    data = encode(value)
    again = decode(data)
    assert same(value, again)
    assert encode(again) == data


@lenient
@given(st.sets(_hashable(hashables), max_size=8), st.randoms())
def test_set_has_one_encoding(value: set[Any], random: Any) -> None:
    """The order in which a set was filled cannot be seen in its bytes."""
    items = list(value)
    random.shuffle(items)
    assert encode(set(items)) == encode(value)


@lenient
@given(
    hnp.arrays(hnp.array_dtypes() | hnp.scalar_dtypes(), hnp.array_shapes(min_dims=0, min_side=0, max_dims=4))
)
def test_array_comes_back_exactly_or_is_refused(same: Any, value: Any) -> None:
    """Dtype, byte order, shape and memory order are kept for every dtype; only titles are refused."""
    try:
        data = encode(value)
    except UnstorableValue:
        assert any(field[2:] for field in value.dtype.fields.values())
    else:
        assert same(value, decode(data))


@lenient
@given(values)
def test_immutable_value_holds_nothing_that_can_be_changed(value: Any) -> None:
    """`is_immutable` never says yes to a value with a list, dict, set or bytearray anywhere in it."""

    def mutable_inside(part: Any) -> bool:
        if isinstance(part, (list, dict, set, bytearray, deque)):
            return True
        return isinstance(part, (tuple, frozenset)) and any(map(mutable_inside, part))

    assert not (is_immutable(value) and mutable_inside(value))
