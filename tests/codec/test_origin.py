"""Where a stored value came from: one byte before it, and everybody who reads values passes over it."""

from __future__ import annotations

import pytest

from fluxlit_component.codec import decode, encode
from fluxlit_component.codec.origin import ASSIGNED, LOSSY, PLAIN, WIDGET, mark, split
from fluxlit_component.errors import CorruptValue
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.memory import InMemorySessionStore

ORIGINS = range(1, 8)
SID = "S" * 43


def test_origins_can_be_told_together() -> None:
    """Each is a bit of its own."""
    assert sorted({WIDGET, ASSIGNED, LOSSY}) == [1, 2, 4]
    assert PLAIN == 0


@pytest.mark.parametrize("origin", ORIGINS)
@pytest.mark.parametrize("value", [None, "", "text", b"\xf1", [1, {"a": None}]])
def test_what_was_marked_is_split_again(origin: int, value: object) -> None:
    """One byte more, and the same value."""
    data = mark(encode(value), origin)
    assert len(data) == len(encode(value)) + 1
    assert split(data) == (origin, encode(value))
    assert decode(data) == value


def test_a_plain_value_has_no_byte() -> None:
    """Its record is that of an older version, and of a store with a form of its own."""
    data = encode({"a": 1})
    assert mark(data, PLAIN) is data
    assert split(data) == (PLAIN, data)


@pytest.mark.parametrize("data", [b"", b"\xf0", b"\xef" + encode(1), b"\x02" + encode(1), b"{}"])
def test_other_bytes_are_left_as_they_are(data: bytes) -> None:
    """Nothing is taken for a mark that `mark` does not make."""
    assert split(data) == (PLAIN, data)


@pytest.mark.parametrize("data", [b"\xf1", b"\xf1\xf1" + encode(1), b"\xf1\xc1garbage"])
def test_a_mark_before_nothing_is_a_corrupt_value(data: bytes) -> None:
    """One mark at most, and an encoded value behind it."""
    with pytest.raises(CorruptValue):
        decode(data)


def test_a_store_gives_the_plain_value() -> None:
    """`store.get` knows nothing of origins."""
    store = InMemorySessionStore()
    store.commit(SID, Commit({"name": Change(mark(encode("Ada"), WIDGET | ASSIGNED))}, create=True))
    assert store.get(SID) == {"name": "Ada"}
