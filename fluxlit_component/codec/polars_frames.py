"""polars DataFrame and Series, by way of Arrow.

Some polars types have no exact equivalent in Arrow, so each packed value is read back once. The value is
refused if the copy is not equal or has another schema.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any, Final

import polars as pl
import pyarrow as pa

from fluxlit_component.codec import tables
from fluxlit_component.codec.refusals import refusal
from fluxlit_component.codec.rows import Code, Decoding, Encoding, Row, require
from fluxlit_component.errors import CodecError, CorruptValue


def _pack(kind: str, value: Any, encoding: Encoding) -> bytes:
    frame = value if kind == "frame" else value.to_frame()
    with _failing_as(refusal(value, "a column has a type Arrow cannot carry exactly; cast it first")):
        # The columns are numbered, because Arrow would replace an empty name.
        table = _renamed(frame, [str(position) for position in range(frame.width)]).to_arrow()
        encoding.reserve(table.nbytes, value)
        stream = tables.to_stream(table)
        again = _frame(stream, frame.columns)
        if again.schema != frame.schema or again.shape != frame.shape or not again.equals(frame):
            raise ValueError
    return encoding.pack([kind, frame.columns, stream])


def _unpack(payload: bytes, decoding: Decoding) -> Any:
    kind, names, stream = decoding.unpack(payload)
    with _failing_as(CorruptValue("a stored polars frame is damaged")):
        frame = _frame(stream, names)
    require(kind == "frame" or (kind == "series" and frame.width == 1), "polars frame")
    return frame if kind == "frame" else frame.to_series()


def _frame(stream: bytes, names: Any) -> Any:
    schema, *batches = tables.from_stream(stream)
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


ROWS: Final = (
    Row(pl.DataFrame, Code.POLARS, partial(_pack, "frame"), _unpack),
    Row(pl.Series, Code.POLARS, partial(_pack, "series"), _unpack),
)
