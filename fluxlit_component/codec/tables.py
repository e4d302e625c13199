"""pyarrow tables, record batches and arrays as an Arrow IPC stream.

Reading is safe on hostile bytes: buffers are slices of the stored bytes, so nothing is allocated on a
claim; compressed bodies, the one exception, are refused before they are read, and every buffer is
validated before anyone touches it.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from functools import partial
from typing import Any, Final

import pyarrow as pa

from fluxlit_component.codec.refusals import refusal
from fluxlit_component.codec.rows import Code, Decoding, Encoding, Row, require
from fluxlit_component.errors import CorruptValue

_MAX_ROWS: Final = 2**27
"""Columns of nothing but nulls take no bytes; this bounds them."""
_TABLE, _BATCH, _CHUNKED, _ARRAY = b"T", b"B", b"C", b"A"
# What `_is_compressed` knows: fields of `Message`, of `DictionaryBatch`, of `RecordBatch`; header types.
_HEADER_TYPE, _HEADER = 1, 2
_DATA = 1
_COMPRESSION = 3
_DICTIONARY_BATCH, _RECORD_BATCH = 2, 3


def to_stream(table: Any) -> bytes:
    """Write a table as an uncompressed IPC stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=None)) as writer:
        writer.write_table(table)
    stream: bytes = sink.getvalue().to_pybytes()
    return stream


def from_stream(stream: bytes) -> list[Any]:
    """Read a schema and its record batches, validated in full: `[schema, batch, ...]`."""
    messages = pa.ipc.MessageReader.open_stream(pa.py_buffer(stream))
    if any(_is_compressed(message.metadata.to_pybytes()) for message in messages):
        raise CorruptValue("a stored table is compressed, which is never written")
    reader = pa.ipc.open_stream(pa.py_buffer(stream))
    require(not _is_foreign_in(reader.schema), "table")
    batches = []
    rows = 0
    for batch in reader:
        rows += batch.num_rows
        require(rows <= _MAX_ROWS, "table")
        batch.validate(full=True)
        batches.append(batch)
    return [reader.schema, *batches]


def _is_compressed(message: bytes) -> bool:
    """Read the header of an IPC message, as far as the one field that says so.

    pyarrow decompresses without asking and offers no switch. Layout: Message.fbs at
    https://arrow.apache.org/docs/format/Columnar.html and https://flatbuffers.dev/internals/.
    """
    root = _at("<I", message, 0)
    kind_at, header_at = _field(message, root, _HEADER_TYPE), _field(message, root, _HEADER)
    kind = message[kind_at] if kind_at else 0
    if kind not in (_DICTIONARY_BATCH, _RECORD_BATCH):
        return False
    batch = header_at + _at("<I", message, header_at)
    if kind == _DICTIONARY_BATCH:
        data_at = _field(message, batch, _DATA)
        batch = data_at + _at("<I", message, data_at)
    return _field(message, batch, _COMPRESSION) != 0


def _field(message: bytes, table: int, number: int) -> int:
    """Where a field of a flatbuffer's table lies; 0: it is absent."""
    vtable = table - _at("<i", message, table)
    entry = 4 + 2 * number
    offset = _at("<H", message, vtable + entry) if entry + 2 <= _at("<H", message, vtable) else 0
    return table + offset if offset else 0


def _at(form: str, message: bytes, place: int) -> int:
    require(place >= 0, "table")
    (number,) = struct.unpack_from(form, message, place)
    return int(number)


def _pack(kind: bytes, as_table: Callable[[Any], Any], value: Any, encoding: Encoding) -> bytes:
    table = as_table(value)
    if _is_foreign_in(table.schema):
        raise refusal(value, "extension and run-end encoded types cannot be kept; cast the column first")
    if table.num_rows > _MAX_ROWS:
        raise refusal(value, f"it has more than {_MAX_ROWS} rows")
    encoding.reserve(table.nbytes, value)
    return kind + to_stream(table)


def _unpack(payload: bytes, _: Decoding) -> Any:
    kind, stream = payload[:1], payload[1:]
    schema, *batches = from_stream(stream)
    if kind == _TABLE:
        return pa.Table.from_batches(batches, schema)
    if kind == _CHUNKED:
        return pa.chunked_array([batch.column(0) for batch in batches], schema.field(0).type)
    require(kind in (_ARRAY, _BATCH) and len(batches) <= 1, "table")
    batch = batches[0] if batches else pa.RecordBatch.from_pylist([], schema)
    return batch if kind == _BATCH else batch.column(0)


def _is_foreign_in(schema: Any) -> bool:
    """Whether it has types whose meaning is not in the stream, or that repeat one value at no cost."""
    return any(_is_foreign(field.type) for field in schema)


def _is_foreign(kind: Any) -> bool:
    if isinstance(kind, pa.BaseExtensionType) or pa.types.is_run_end_encoded(kind):
        return True
    if pa.types.is_dictionary(kind):
        return _is_foreign(kind.value_type)
    return any(_is_foreign(kind.field(position).type) for position in range(kind.num_fields))


def _of_column(column: Any) -> Any:
    return pa.table({"": column})


ROWS: Final = (
    Row(pa.Table, Code.ARROW, partial(_pack, _TABLE, lambda table: table), _unpack),
    Row(pa.RecordBatch, Code.ARROW, partial(_pack, _BATCH, lambda x: pa.Table.from_batches([x])), _unpack),
    Row(pa.ChunkedArray, Code.ARROW, partial(_pack, _CHUNKED, _of_column), _unpack),
    Row(pa.Array, Code.ARROW, partial(_pack, _ARRAY, _of_column), _unpack, family=True),
)
