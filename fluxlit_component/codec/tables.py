"""pyarrow tables, record batches and arrays as an Arrow IPC stream.

Reading is safe on hostile bytes: buffers are slices of the stored bytes, so nothing is allocated on a
claim; compressed bodies, the one exception, are refused before they are read, and every buffer is
validated before anyone touches it.
"""

from __future__ import annotations

from functools import partial
from typing import Any, Final

import pyarrow as pa

from fluxlit_component.codec.arrow_messages import is_compressed
from fluxlit_component.codec.codes import Code
from fluxlit_component.codec.refusals import refusal
from fluxlit_component.codec.rows import Decoding, Encoding, Engine, Row
from fluxlit_component.errors import CorruptValue

_MAX_ROWS: Final = 2**27
"""Columns of nothing but nulls take no bytes; this bounds them."""
_TABLE, _BATCH, _CHUNKED, _ARRAY = b"T", b"B", b"C", b"A"


def to_stream(table: Any) -> bytes:
    """Write a table as an uncompressed IPC stream."""
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=None)) as writer:
        writer.write_table(table)
    stream: bytes = sink.getvalue().to_pybytes()
    return stream


def from_stream(stream: bytes) -> list[Any]:
    """Read a schema and its record batches, validated in full: `[schema, batch, ...]`."""
    if any(is_compressed(message.metadata.to_pybytes()) for message in _messages(stream)):
        raise CorruptValue("a stored table is compressed, which is never written")
    reader = pa.ipc.open_stream(pa.py_buffer(stream))
    if _is_foreign_in(reader.schema):
        raise CorruptValue("a stored table has a type that is never written")
    batches = []
    rows = 0
    for batch in reader:
        rows += batch.num_rows
        if rows > _MAX_ROWS:
            raise CorruptValue(f"a stored table has more than {_MAX_ROWS} rows")
        batch.validate(full=True)
        batches.append(batch)
    return [reader.schema, *batches]


def table_of(stream: bytes) -> Any:
    """Read a table."""
    schema, *batches = from_stream(stream)
    return pa.Table.from_batches(batches, schema)


def _pack(kind: bytes, value: Any, table: Any, encoding: Encoding) -> bytes:
    if _is_foreign_in(table.schema):
        raise refusal(value, "extension and run-end encoded types cannot be kept; cast the column first")
    if table.num_rows > _MAX_ROWS:
        raise refusal(value, f"it has more than {_MAX_ROWS} rows")
    encoding.reserve(table.nbytes, value)
    return kind + to_stream(table)


def _pack_column(kind: bytes, value: Any, encoding: Encoding) -> bytes:
    return _pack(kind, value, pa.table({"": value}), encoding)


def _unpack(payload: bytes, _: Decoding) -> Any:
    kind, stream = payload[:1], payload[1:]
    schema, *batches = from_stream(stream)
    if kind == _TABLE:
        return pa.Table.from_batches(batches, schema)
    columns = [batch.column(0) for batch in batches] if kind in (_CHUNKED, _ARRAY) else []
    if kind == _CHUNKED:
        return pa.chunked_array(columns, schema.field(0).type)
    if kind == _ARRAY and len(batches) <= 1:
        return columns[0] if columns else pa.array([], schema.field(0).type)
    if kind == _BATCH and len(batches) <= 1:
        return batches[0] if batches else pa.RecordBatch.from_pylist([], schema)
    raise CorruptValue("a stored table is damaged")


def _messages(stream: bytes) -> Any:
    reader = pa.ipc.MessageReader.open_stream(pa.py_buffer(stream))
    while True:
        try:
            yield reader.read_next_message()
        except StopIteration:
            return


def _is_foreign_in(schema: Any) -> bool:
    """Whether it has types whose meaning is not in the stream, or that repeat one value at no cost."""
    return any(_is_foreign(field.type) for field in schema)


def _is_foreign(kind: Any) -> bool:
    if isinstance(kind, pa.BaseExtensionType) or pa.types.is_run_end_encoded(kind):
        return True
    if pa.types.is_dictionary(kind):
        return _is_foreign(kind.value_type)
    return any(_is_foreign(kind.field(position).type) for position in range(kind.num_fields))


def _pack_batch(value: Any, encoding: Encoding) -> bytes:
    return _pack(_BATCH, value, pa.Table.from_batches([value], value.schema), encoding)


ENGINE: Final = Engine(
    Row(pa.Table, Code.ARROW, lambda value, encoding: _pack(_TABLE, value, value, encoding), _unpack),
    Row(pa.RecordBatch, Code.ARROW, _pack_batch, _unpack),
    Row(pa.ChunkedArray, Code.ARROW, partial(_pack_column, _CHUNKED), _unpack),
    families=(Row(pa.Array, Code.ARROW, partial(_pack_column, _ARRAY), _unpack),),
)
