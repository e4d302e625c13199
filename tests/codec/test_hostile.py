"""Bytes nobody should trust: only CorruptValue, at once, and without taking memory."""

from __future__ import annotations

import gc
import random
import struct
import time
import tracemalloc
from collections import OrderedDict
from contextlib import suppress
from datetime import datetime, timezone
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgpack
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from fluxlit_component.codec import decode, encode
from fluxlit_component.codec.bounds import FORMAT
from fluxlit_component.codec.rows import Code
from fluxlit_component.errors import CorruptValue, UnstorableValue

PREFIX = bytes([FORMAT])


def ext(code: int, payload: bytes) -> bytes:
    """An extension item as msgpack writes it."""
    return b"\xc9" + struct.pack(">Ib", len(payload), code) + payload


def nested_ext(code: int, depth: int) -> bytes:
    """An extension in an extension in an extension."""
    data = b"\x90"
    for _ in range(depth):
        data = ext(code, b"\x91" + data)
    return data


def arrow_ipc(**options: Any) -> bytes:
    """A table as an Arrow stream."""
    sink = pa.BufferOutputStream()
    table = pa.table({"a": ["x" * 50] * 20_000})
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(**options)) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def null_table(rows: int) -> bytes:
    """A table that claims many rows of nothing."""
    sink = pa.BufferOutputStream()
    batch = pa.record_batch({"a": pa.nulls(54_321)})
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    # Nobody can make that many, but anybody can claim it.
    return bytes(sink.getvalue().to_pybytes()).replace(struct.pack("<q", 54_321), struct.pack("<q", rows))


def runs_table(rows: int) -> bytes:
    """A table that repeats one text."""
    sink = pa.BufferOutputStream()
    runs = pa.RunEndEncodedArray.from_arrays(pa.array([rows], pa.int64()), pa.array(["bomb"]))
    batch = pa.record_batch({"a": runs})
    with pa.ipc.new_stream(sink, batch.schema) as writer:
        writer.write_batch(batch)
    return bytes(sink.getvalue().to_pybytes())


def huge_int(number: int) -> bytes:
    """An integer as the codec writes one that msgpack has no room for."""
    return ext(Code.BIG_INT, number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True))


pack = msgpack.packb
BOMBS = {
    "array32 claims 4 billion items": b"\xdd\xff\xff\xff\xff",
    "array claims inside array claims": b"\xdd\x00\x0f\xff\xff" * 500 + b"\xc0" * 1000,
    "small data, large claims": b"\xdd\x00\x00\xff\xff" * 40,
    "map32 claims 4 billion items": b"\xdf\xff\xff\xff\xff",
    "bin32 claims 4 GB": b"\xc6\xff\xff\xff\xff",
    "str32 claims 4 GB": b"\xdb\xff\xff\xff\xff",
    "ext32 claims 4 GB": b"\xc9\xff\xff\xff\xff\x14",
    "lists 101 deep": b"\x91" * 101 + b"\xc0",
    "lists 100 000 deep": b"\x91" * 100_000 + b"\xc0",
    "maps 100 000 deep": b"\x81\xc0" * 100_000 + b"\xc0",
    "tuples 102 deep": nested_ext(Code.TUPLE, 102),
    "tuples 2 000 deep": nested_ext(Code.TUPLE, 2_000),
    "ext in ext": nested_ext(Code.ORDERED_DICT, 3_000),
    "frozensets 1 000 deep": nested_ext(Code.FROZENSET, 1_000),
    "unknown extension": ext(99, b""),
    "msgpack timestamp": b"\xd6\xff\x00\x00\x00\x01",
    "msgpack timestamp in a list": b"\x91\xd6\xff\x00\x00\x00\x01",
    "msgpack timestamp as a key": b"\x81\xd6\xff\x00\x00\x00\x01\x01",
    "list as a key": b"\x81\x90\xc0",
    "bytes left over": b"\xc0\xc0",
    "bytes left over in a tuple": ext(Code.TUPLE, b"\x90\xc0"),
    "never used byte": b"\xc1",
    "empty": b"",
    "set with an item twice": ext(Code.SET, b"\x92\x01\x01"),
    "deque longer than its maxlen": ext(Code.DEQUE, b"\x92\x01\x92\x01\x01"),
    "array of 10**18 elements": ext(Code.ARRAY, pack(["<f8", [10**18], "C", b""])),
    "array of 10**18 empty elements": ext(Code.ARRAY, pack(["<U0", [10**18], "C", b""])),
    "array with a shape below zero": ext(Code.ARRAY, pack(["<f8", [-1, -1], "C", b"\0" * 8])),
    "array of objects": ext(Code.ARRAY, pack(["|O", [1], "C", b"\0" * 8])),
    "array of objects in a structure": ext(
        Code.ARRAY,
        pack(
            [
                {"names": ["a"], "formats": ["|O"], "offsets": [0], "itemsize": 8, "aligned": False},
                [1],
                "C",
                b"\0" * 8,
            ]
        ),
    ),
    "array of impossible text": ext(Code.ARRAY, pack(["<U1", [1], "C", b"\xff" * 4])),
    "array of impossible text in a structure": encode(np.array([("a",)], [("t", "U1", (2,))])).replace(
        b"a\0\0\0", b"\xff\xff\xff\x7f"
    )[1:],
    "image of a billion lines": ext(Code.IMAGE, pack(["L", 0, 10**9, b"", None, {}])),
    "image larger than its pixels": ext(Code.IMAGE, pack(["RGB", 30_000, 30_000, b"", None, {}])),
    "series of a billion rows": ext(
        Code.SERIES, pack([["RangeIndex", 0, 10**9, 1, None], ["object", []], None, {}, True])
    ),
    "intervals between a trillion numbers": ext(
        Code.COLUMN,
        pack(
            ["interval", ["RangeIndex", 0, 10**12, 1, None], ["RangeIndex", 1, 10**12 + 1, 1, None], "left"]
        ),
    ),
    "index with a trillion keys": ext(
        Code.INDEX,
        b"\x95"
        + pack("MultiIndex")
        + pack([["RangeIndex", 0, 10**12, 1, None]])
        + b"\x91"
        + encode(np.array([0], "i1"))[1:]
        + pack([None])
        + pack(None),
    ),
    "fraction of huge numbers": ext(Code.FRACTION, b"\x92" + huge_int(7**500_000) + huge_int(3**800_000)),
    "range of huge numbers": ext(
        Code.RANGE, b"\x93" + huge_int(0) + huge_int(7**500_000) + huge_int(3**400_000)
    ),
    "arrow, zstd": ext(Code.ARROW, b"T" + arrow_ipc(compression="zstd")),
    "arrow, lz4": ext(Code.ARROW, b"T" + arrow_ipc(compression="lz4")),
    "arrow, a trillion nulls": ext(Code.ARROW, b"T" + null_table(10**12)),
    "arrow, two billion times one text": ext(Code.ARROW, b"T" + runs_table(2 * 10**9)),
    "path of another system": ext(Code.PATH, b"\x03C:/x"),
    "decimal that is none": ext(Code.DECIMAL, b" 1_0 "),
    "zone outside the database": ext(Code.ZONE, pack("../../etc/passwd")),
    "class nobody registered": ext(Code.ENROLLED, pack(["os.system", 1, {}, []])),
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS.keys())
def test_bomb_is_refused_in_no_time(bomb: bytes) -> None:
    """Fifty milliseconds of processor time and four megabytes, whatever the bytes promise."""
    decode(encode([np.arange(1), pd.Series([1]), pa.array([1]), pl.Series([1]), Image.new("L", (1, 1))]))
    gc.disable()  # it would walk over all that the tests before have left
    tracemalloc.start()
    arrow_before = pa.total_allocated_bytes()
    started = time.process_time()
    try:
        with pytest.raises(CorruptValue) as caught:
            decode(PREFIX + bomb)
        spent = time.process_time() - started
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
        gc.enable()
    assert caught.value.__cause__ is None
    assert spent < 0.05
    assert peak < 4 * 2**20
    assert pa.total_allocated_bytes() - arrow_before < 2**20


def test_item_count_is_limited_while_it_is_read() -> None:
    """Beyond a megabyte the items are counted: two million empty maps never become objects."""
    tracemalloc.start()
    try:
        with pytest.raises(CorruptValue, match="items"):
            decode(PREFIX + b"\xdc\x00\x20" + (b"\xdc\xff\xff" + b"\x80" * 65_535) * 32)
        with pytest.raises(CorruptValue):
            decode(PREFIX + b"\xdd" + struct.pack(">I", 2 * 2**20) + b"\x80" * (2 * 2**20))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 256 * 2**20


def test_large_part_deep_inside_is_refused() -> None:
    """Thirty megabytes inside a hundred tuples would be copied a hundred times, both ways."""
    part = pack(b"\0" * (30 * 2**20))
    data = part
    for _ in range(20):
        data = ext(Code.TUPLE, b"\x91" + data)
    with pytest.raises(CorruptValue, match="deeper inside"):
        decode(PREFIX + data)
    value: Any = b"\0" * (30 * 2**20)
    for _ in range(20):
        value = (value,)
    with pytest.raises(UnstorableValue, match="so deep"):
        encode(value)
    assert decode(encode(value[0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0][0]))


def test_message_never_quotes_the_bytes() -> None:
    """A damaged value may be a secret: the error does not repeat it, nor does a cause."""
    for data in (ext(Code.ZONE, pack("s3cret")), ext(Code.DECIMAL, b"s3cret"), ext(Code.UUID, b"s3cret")):
        with pytest.raises(CorruptValue) as caught:
            decode(PREFIX + data)
        assert "s3cret" not in str(caught.value)
        assert caught.value.__cause__ is None


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x02\xc0", b"\x03\xc0", b"{}", b"\x80\x04."], ids=repr)
def test_other_formats_are_not_ours(data: bytes) -> None:
    """The first byte tells another format, a later one of ours, or a sealed value that was not opened."""
    with pytest.raises(CorruptValue, match="seal is broken" if data.startswith(b"\x02") else "first byte"):
        decode(data)


SEEDS = [
    encode(value)
    for value in (
        {"a": [1, (2, 3.5), {"x"}], "b": datetime(2024, 1, 1, tzinfo=timezone.utc), "c": Decimal("1.5")},
        [UUID(int=1), OrderedDict(a=1), 2**80, 1j, bytearray(b"x"), range(3)],
        np.arange(6.0).reshape(2, 3),
        np.array([(1, 2.0)], dtype=[("a", "i4"), ("b", "f8", (2,))]),
        pd.DataFrame(
            {
                "n": [1, 2],
                "s": ["x", None],
                "c": pd.Categorical(["a", "b"]),
                "t": pd.date_range("2024-01-01", periods=2, tz="Europe/Paris"),
                "m": pd.array([1, None], dtype="Int64"),
                "p": pd.period_range("2024-01", periods=2, freq="M"),
            },
            index=pd.MultiIndex.from_tuples([("a", 1), ("b", 2)]),
        ),
        pd.date_range("2024-01-01", periods=4, freq="D"),
        pd.interval_range(0, 3),
        pa.table({"a": [1, None], "d": pa.array(["x", "y"]).dictionary_encode(), "l": [[1], [2, 3]]}),
        pl.DataFrame({"a": [1, None], "s": ["x", "y"], "l": [[1], []]}),
        Image.new("P", (5, 3)),
    )
]


@settings(max_examples=1500, deadline=None)
@given(st.binary(max_size=200))
def test_random_bytes_give_a_value_or_our_error(data: bytes) -> None:
    """Nothing but CorruptValue escapes from random bytes."""
    with suppress(CorruptValue):
        decode(PREFIX + data)


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("seed", range(20))
def test_mutated_bytes_give_a_value_or_our_error(seed: int) -> None:
    """Nothing but CorruptValue escapes from damaged values of any engine."""
    chance = random.Random(seed)
    for _ in range(200):
        data = bytearray(chance.choice(SEEDS))
        for _ in range(chance.choice([1, 1, 2, 5])):
            at = chance.randrange(1, len(data))
            if chance.random() < 0.6:
                data[at] = chance.randrange(256)
            elif chance.random() < 0.5:
                del data[at : at + chance.randrange(5)]
            else:
                data[at:at] = chance.randbytes(chance.randrange(5))
            if len(data) < 3:
                break
        with suppress(CorruptValue):
            decode(bytes(data))


@pytest.mark.parametrize("data", SEEDS, ids=range(len(SEEDS)))
def test_shortened_bytes_are_our_error(data: bytes) -> None:
    """No prefix of a value passes for a value."""
    for end in range(0, len(data), max(1, len(data) // 200)):
        with pytest.raises(CorruptValue):
            decode(data[:end])
