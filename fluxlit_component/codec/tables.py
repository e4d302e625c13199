"""pyarrow tables, record batches and arrays as an Arrow IPC stream; frames of polars by way of a table.

Reading hostile bytes is safe. Buffers are slices of the stored bytes, so a false length allocates no memory.
Compressed bodies would be the exception, and are refused unread. Every buffer is validated before use.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import pyarrow as pa

from fluxlit_component.codec.refusals import refusal
from fluxlit_component.codec.rows import Code, Decoding, Encoding, Row, require
from fluxlit_component.errors import CodecError, CorruptValue

_MAX_ROWS: Final = 2**27  # limit of rows: columns of the null type take no bytes, so no other limit holds
_TABLE, _BATCH, _CHUNKED, _ARRAY = b"T", b"B", b"C", b"A"
# Numbers of fields in an IPC message, for `_is_compressed`: the path to the batch for each kind of message,
# and the field of a batch that names its compression.
_BATCHES: Final = {"record batch": (2,), "dictionary": (2, 1)}
_COMPRESSION: Final = 3


def _to_stream(table: Any) -> bytes:
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema, options=pa.ipc.IpcWriteOptions(compression=None)) as writer:
        writer.write_table(table)
    return bytes(sink.getvalue().to_pybytes())


def _from_stream(stream: bytes) -> list[Any]:
    """Read a schema and its record batches, validated in full: `[schema, batch, ...]`."""
    messages = pa.ipc.MessageReader.open_stream(pa.py_buffer(stream))
    if any(map(_is_compressed, messages)):
        raise CorruptValue("a stored table is compressed, which is never written")
    reader = pa.ipc.open_stream(pa.py_buffer(stream))
    require(not _is_foreign(pa.struct(reader.schema)), "table")
    batches = []
    rows = 0
    for batch in reader:
        rows += batch.num_rows
        require(rows <= _MAX_ROWS, "table")
        batch.validate(full=True)
        batches.append(batch)
    return [reader.schema, *batches]


def _is_compressed(message: Any) -> bool:
    """Whether the header of an IPC message names a compression.

    pyarrow always decompresses and has no option against it. Layout: Message.fbs at
    https://arrow.apache.org/docs/format/Columnar.html and https://flatbuffers.dev/internals/.
    """
    if message.type not in _BATCHES:
        return False
    header = message.metadata.to_pybytes()
    table = _at("<I", header, 0)
    for number in _BATCHES[message.type]:
        place = _field(header, table, number)
        table = place + _at("<I", header, place)
    return _field(header, table, _COMPRESSION) != 0


def _field(header: bytes, table: int, number: int) -> int:
    """Position of a field of a flatbuffer's table; 0: the field is absent."""
    vtable = table - _at("<i", header, table)
    entry = 4 + 2 * number
    offset = _at("<H", header, vtable + entry) if entry + 2 <= _at("<H", header, vtable) else 0
    return table + offset if offset else 0


def _at(form: str, header: bytes, place: int) -> int:
    require(place >= 0, "table")
    (number,) = struct.unpack_from(form, header, place)
    return int(number)


def _pack(kind: bytes, as_table: Callable[[Any], Any], value: Any, encoding: Encoding) -> bytes:
    table = as_table(value)
    if _is_foreign(pa.struct(table.schema)):
        raise refusal(value, "extension and run-end encoded types cannot be kept; cast the column first")
    if table.num_rows > _MAX_ROWS:
        raise refusal(value, f"it has more than {_MAX_ROWS} rows")
    encoding.reserve(table.nbytes, value)
    return kind + _to_stream(table)


def _unpack(payload: bytes, _: Decoding) -> Any:
    kind, stream = payload[:1], payload[1:]
    schema, *batches = _from_stream(stream)
    if kind == _TABLE:
        return pa.Table.from_batches(batches, schema)
    if kind == _CHUNKED:
        return pa.chunked_array([batch.column(0) for batch in batches], schema.field(0).type)
    require(kind in (_ARRAY, _BATCH) and len(batches) <= 1, "table")
    batch = batches[0] if batches else pa.RecordBatch.from_pylist([], schema)
    return batch if kind == _BATCH else batch.column(0)


def _is_foreign(kind: Any) -> bool:
    """Whether a type or a part of it is an extension type, or run-end encoded (many rows in few bytes)."""
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


def _pack_polars(kind: str, value: Any, encoding: Encoding) -> bytes:
    """Some polars types have no exact equivalent in Arrow, so each packed value is read back and compared."""
    frame = value if kind == "frame" else value.to_frame()
    with _failing_as(refusal(value, "a column has a type Arrow cannot carry exactly; cast it first")):
        # The columns are numbered, because Arrow would replace an empty name.
        table = _renamed(frame, [str(position) for position in range(frame.width)]).to_arrow()
        encoding.reserve(table.nbytes, value)
        stream = _to_stream(table)
        again = _frame(stream, frame.columns)
        if again.schema != frame.schema or again.shape != frame.shape or not again.equals(frame):
            raise ValueError
    return encoding.pack([kind, frame.columns, stream])


def _unpack_polars(payload: bytes, decoding: Decoding) -> Any:
    kind, names, stream = decoding.unpack(payload)
    with _failing_as(CorruptValue("a stored polars frame is damaged")):
        frame = _frame(stream, names)
    require(kind == "frame" or (kind == "series" and frame.width == 1), "polars frame")
    return frame if kind == "frame" else frame.to_series()


def _frame(stream: bytes, names: Any) -> Any:
    import polars as pl

    schema, *batches = _from_stream(stream)
    return _renamed(pl.from_arrow(pa.Table.from_batches(batches, schema)), names)


def _renamed(frame: Any, names: Any) -> Any:
    renamed = frame.clone()
    renamed.columns = names
    return renamed


@contextmanager
def _failing_as(failure: CodecError) -> Iterator[None]:
    try:
        yield
    except CodecError:
        raise
    except BaseException as error:
        # A panic of polars is no `Exception`, and the import path of its class is not stable. So its name is
        # compared. Streamlit also ends scripts by errors that are no `Exception`: these are raised again.
        if isinstance(error, Exception) or type(error).__name__ == "PanicException":
            raise failure from None
        raise


def polars_rows() -> tuple[Row, ...]:
    """The rows of polars."""
    import polars as pl

    return (
        Row(pl.DataFrame, Code.POLARS, partial(_pack_polars, "frame"), _unpack_polars),
        Row(pl.Series, Code.POLARS, partial(_pack_polars, "series"), _unpack_polars),
    )
