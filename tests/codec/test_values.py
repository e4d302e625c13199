"""A table of values: each comes back as it was, or is refused with a way out."""

# ruff: noqa: DTZ001, DTZ901 - naive moments are values too

from __future__ import annotations

import io
import re
import sys
import threading
import types
from collections import ChainMap, Counter, OrderedDict, UserDict, defaultdict, deque, namedtuple
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from enum import Enum, IntEnum, IntFlag
from fractions import Fraction
from importlib import resources
from pathlib import Path, PurePosixPath, PureWindowsPath
from typing import Any, NamedTuple
from uuid import UUID, SafeUUID
from zoneinfo import ZoneInfo

import msgpack
import pytest
from pydantic import BaseModel, TypeAdapter

from fluxlit_component.codec import decode, encode
from fluxlit_component.errors import UnstorableValue

PARIS = ZoneInfo("Europe/Paris")
INDIA = timezone(timedelta(hours=5, minutes=30))

KEPT: list[Any] = [
    None, True, False, 0, 1, -1, 2**63, 2**64 - 1, 2**64, -(2**63), -(2**63) - 1, 10**400, -(10**400),
    0.0, -0.0, 1.5, float("inf"), float("-inf"), float("nan"), 5e-324,
    1 + 2j, complex("nan"), complex(-0.0, 0.0),
    "", "text", "na\u00efve \U0001f600", "\x00", "\ud800", {"\udfff": ["\ud800", ("\udc00",)]},
    b"", b"\x00\xff", bytearray(b""), bytearray(b"abc"), [bytearray(b"x"), {"k": [bytearray(b"y"), b"y"]}],
    (), (1,), ((),), (1, [2, (3, {"k": (4,)})]),
    [], [[]], [1, True, 1.0, "1", b"1"],
    {}, {"a": 1}, {"b": 1, "a": 2}, {1: "int", "1": "str"}, {(1, "a"): [1], (1, "b"): 2},
    {None: 1, False: 2, 1.5: 3},
    {b"bytes": 1, frozenset({1}): 2, date(2024, 1, 1): 3}, {2**70: 1, Decimal("1.50"): 2},
    set(), {1, 2, 3}, {"a", ("b", 1), None}, frozenset(), frozenset({1, frozenset({2})}), {float("nan")},
    OrderedDict(), OrderedDict(b=1, a=2), OrderedDict({(1,): OrderedDict(x=1)}),
    defaultdict(int, a=1), defaultdict(list, {1: [2]}), defaultdict(None, a=1), defaultdict(set),
    defaultdict(tuple),
    Counter("abracadabra"), Counter(a=-1, b=0, c=1.5), deque(), deque([1, (2,)], maxlen=3), deque(maxlen=0),
    range(0), range(10), range(10, -10, -3), range(2**80, 2**81),
    datetime(2024, 2, 29, 1, 2, 3, 4), datetime.min, datetime.max, datetime(2024, 10, 27, 2, 30, fold=1),
    datetime(2024, 10, 27, 2, 30, tzinfo=PARIS), datetime(2024, 10, 27, 2, 30, tzinfo=PARIS, fold=1),
    datetime(2024, 1, 1, tzinfo=timezone.utc), datetime(2024, 1, 1, tzinfo=ZoneInfo("UTC")),
    datetime(2024, 1, 1, tzinfo=timezone(timedelta(0))), datetime(2024, 1, 1, tzinfo=INDIA),
    datetime(2024, 1, 1, tzinfo=timezone(timedelta(seconds=-1, microseconds=7), "odd")),
    date.min, date.max, date(2024, 2, 29),
    time(1, 2, 3, 4), time.max, time(2, 30, fold=1), time(1, tzinfo=PARIS),
    time(1, tzinfo=timezone.utc, fold=1),
    timedelta(0), timedelta.min, timedelta.max, timedelta(days=-1, microseconds=1),
    PARIS, timezone.utc, INDIA,
    *map(TypeAdapter(datetime).validate_python, ("2024-01-01T00:00Z", "2024-01-01T00:00-09:30")),
    TypeAdapter(time).validate_python("10:00:00+02:00"), TypeAdapter(datetime).validate_python(0).tzinfo,
    Decimal("1.10"), Decimal("1.1"), Decimal("-0"), Decimal("0E+5"), Decimal("NaN"), Decimal("-NaN123"),
    Decimal("sNaN"), Decimal("-Infinity"), Decimal("1E-999999"), Decimal("1" * 100),
    Fraction(1, 3), Fraction(-(10**30), 7),
    UUID(int=0), UUID(int=2**128 - 1), UUID(int=5, is_safe=SafeUUID.safe),
    UUID(int=5, is_safe=SafeUUID.unsafe),
    PurePosixPath("/a/b"), PureWindowsPath("C:/a"), Path(), Path("a\udcff"),
]  # fmt: skip


class Text(str):
    __slots__ = ()


class Number(int):
    pass


class Items(list):
    pass


class Options(dict):
    pass


class Colour(Enum):
    RED = 1


class Level(IntEnum):
    LOW = 1


class Bits(IntFlag):
    ONE = 1


class Model(BaseModel):
    x: int = 1


class Pair(NamedTuple):
    a: int
    b: int


class Zone(tzinfo):
    pass


class Moment(datetime):
    pass


class Silent:
    """An object whose every attribute fails."""

    def __getattribute__(self, name: str) -> Any:
        raise RuntimeError(name)


Old = namedtuple("Old", "a b")  # noqa: PYI024 - the untyped kind is one of the values

with resources.files("tzdata").joinpath("zoneinfo/Europe/Rome").open("rb") as rome:
    own_zone = ZoneInfo.from_file(rome, key="Europe/Paris")

with_attribute = OrderedDict(a=1)
with_attribute.note = "lost"  # type: ignore[attr-defined]

REFUSED: list[tuple[Any, str]] = [
    (Text("a"), "str(value)"), (Number(1), "int(value)"), (Items([1]), "list(value)"),
    (Options(a=1), "dict(value)"),
    (type("F", (float,), {})(1.0), "float(value)"), (type("B", (bytes,), {})(b"a"), "bytes(value)"),
    (type("S", (set,), {})({1}), "set(value)"), (type("T", (tuple,), {})((1,)), "tuple(value)"),
    (type("A", (bytearray,), {})(b"a"), "bytearray(value)"),
    (type("Z", (frozenset,), {})(), "frozenset(value)"),
    (type("C", (complex,), {})(1), "complex(value)"),
    (Colour.RED, "@register"), (Level.LOW, "@register"), (Bits.ONE, "@register"), (Model(), "@register"),
    (Pair(1, 2), "@register"), (Old(1, 2), "@register"), (Moment(2024, 1, 1), "plain data"),
    (memoryview(b"a"), "bytes(value)"), ([{"k": memoryview(b"a")}], "bytes(value)"),
    ({memoryview(b"a"): 1}, "bytes(value)"),
    ([{b"a": 1}, {memoryview(b"a"): 1}], "bytes(value)"),
    (msgpack.ExtType(20, b"\x90"), "@register"), (msgpack.Timestamp(1), "plain data"),
    ({msgpack.Timestamp(1): 1}, "plain"),
    (with_attribute, "beside it"), (defaultdict(lambda: 1), "default factories"),
    (ChainMap({"a": 1}), "dict(value)"),
    (UserDict(a=1), "dict(value)"), (types.MappingProxyType({}), "dict(value)"),
    (types.SimpleNamespace(a=1), "plain data"),
    (Fraction(1, 10**10_000), "the two numbers"), (range(10**10_000), "the three numbers"),
    (own_zone, "ZoneInfo(key)"), (datetime(2024, 1, 1, tzinfo=own_zone), "ZoneInfo(key)"),
    (len, "look the function up"), (lambda: 1, "look the function up"), ([].append, "look the function up"),
    (int, "look the class up"), (sys, "import the module"), (io.BytesIO(b"a"), "what is in the file"),
    (ValueError("x"), "str(error)"), (re.compile("a"), "pattern's text"), (iter([1]), "list of its items"),
    ((item for item in "ab"), "list of its items"), (threading.Lock(), "st.cache_resource"),
    (object(), "plain data"),
    (Zone(), "zoneinfo"), (datetime(2024, 1, 1, tzinfo=Zone()), "zoneinfo"), (..., "plain data"),
    (NotImplemented, "plain data"),
    ({"a": [1, (2, {3: object()})]}, "plain data"), (slice(1), "plain data"), (Silent(), ""),
]  # fmt: skip


@pytest.mark.parametrize("value", KEPT, ids=lambda value: type(value).__name__)
def test_value_comes_back_exactly(value: Any, same: Any) -> None:
    """The value and the type of its every part survive, and encoding it again gives the same bytes."""
    data = encode(value)
    again = decode(data)
    assert same(value, again)
    assert encode(again) == data


@pytest.mark.parametrize(("value", "remedy"), REFUSED, ids=lambda value: type(value).__name__)
def test_value_is_refused_with_a_remedy(value: Any, remedy: str) -> None:
    """What cannot be kept exactly is named, and the author is told what to keep instead."""
    with pytest.raises(UnstorableValue) as caught:
        encode(value)
    assert caught.value.type_name
    assert remedy in caught.value.remedy
    assert caught.value.__cause__ is None


def test_every_value_comes_back_through_a_store(keep: Any, same: Any) -> None:
    """A session that holds the whole table, saved by one tab and loaded by another."""
    state = {f"value {number}": value for number, value in enumerate(KEPT)}
    back, skipped = keep(state)
    assert skipped == {}
    assert back.keys() == state.keys()
    assert len(state) > 100
    for key, value in state.items():
        assert same(value, back[key]), value


def test_every_refused_value_is_skipped_by_name_and_the_rest_is_saved(keep: Any) -> None:
    """One reason for each, with its way out; what stands between them comes back."""
    state = {f"value {number}": value for number, (value, _) in enumerate(REFUSED)}
    back, skipped = keep({"before": 1, **state, "after": [2]})
    assert back == {"before": 1, "after": [2]}
    assert skipped.keys() == state.keys()
    for number, (_, remedy) in enumerate(REFUSED):
        assert remedy in skipped[f"value {number}"]


def test_refused_part_is_the_one_that_is_named() -> None:
    """The error is about the lock in the list, not about the list."""
    with pytest.raises(UnstorableValue) as caught:
        encode({"clients": [threading.Lock()]})
    assert "lock" in caught.value.type_name


@pytest.mark.parametrize("kind", ["list", "dict", "tuple", "mixed"])
def test_value_that_contains_itself_is_refused(kind: str) -> None:
    """A cycle ends in our error, not in a RecursionError."""
    items: list[Any] = []
    mapping: dict[str, Any] = {}
    items.append(
        {"list": items, "dict": {"self": items}, "tuple": (items,), "mixed": [{"k": ([items],)}]}[kind]
    )
    mapping["k"] = mapping
    for value in (items, mapping):
        with pytest.raises(UnstorableValue, match=r"deeper than|too deeply"):
            encode(value)


@pytest.mark.parametrize(
    "wrap", [lambda v: [v], lambda v: {"k": v}, lambda v: (v,), lambda v: frozenset({v})]
)
def test_depth_is_limited_and_what_is_within_comes_back(wrap: Any, same: Any) -> None:
    """A hundred levels are kept, more are refused."""
    value: Any = None
    for _ in range(100):
        value = wrap(value)
    assert same(decode(encode(value)), value)
    with pytest.raises(UnstorableValue, match="deeper"):
        encode(wrap(value))


def test_nested_sets_cost_no_more_than_their_items() -> None:
    """Sorting by encoding happens once a level, so thirty levels are not 2**30 steps."""
    value: frozenset[Any] = frozenset()
    for number in range(90):
        value = frozenset({value, number})
    assert decode(encode(value)) == value


def test_value_that_repeats_itself_without_end_is_refused_at_once() -> None:
    """Forty levels of [x, x] are 2**40 items: counted before anything is packed."""
    value: Any = 1
    for _ in range(40):
        value = [value, value]
    with pytest.raises(UnstorableValue, match="more than 1048576 items"):
        encode(value)


def test_cap_is_kept_to_the_byte() -> None:
    """`max_bytes` is the largest size that passes."""
    size = len(encode("x" * 1000))
    assert len(encode("x" * 1000, max_bytes=size)) == size
    with pytest.raises(UnstorableValue, match=rf"its {size} bytes are over the {size - 1} "):
        encode("x" * 1000, max_bytes=size - 1)


def test_identity_inside_a_value_is_not_kept() -> None:
    """Two names for one list become two equal lists: documented, not accidental."""
    shared = [1]
    first, second = decode(encode([shared, shared]))
    assert first == second
    assert first is not second


def test_value_changed_by_another_thread_is_a_refusal() -> None:
    """Whatever a foreign object raises while it is read, the caller sees one kind of error."""

    class Racing(Exception):
        pass

    from fluxlit_component.codec import registry

    def race(value: object) -> Any:
        raise Racing("secret")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(registry, "row_of_kind", race)
        with pytest.raises(UnstorableValue, match="Racing") as caught:
            encode((1,))
    assert "secret" not in str(caught.value)
