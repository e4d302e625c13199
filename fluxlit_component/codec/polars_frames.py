"""polars DataFrame and Series, by way of Arrow.

Some polars types have no exact twin in Arrow, so each value is read back once before it is believed:
what does not return equal and with the same schema is refused.
"""

from __future__ import annotations

from typing import Any, Final

import polars as pl

from fluxlit_component.codec import tables
from fluxlit_component.codec.codes import Code
from fluxlit_component.codec.refusals import refusal
from fluxlit_component.codec.rows import Decoding, Encoding, Engine, Row
from fluxlit_component.errors import CorruptValue, UnstorableValue


def _pack(kind: str, value: Any, frame: Any, encoding: Encoding) -> bytes:
    try:
        # Numbered columns: on the way through Arrow an empty name would be replaced.
        numbered = _renamed(frame, [str(position) for position in range(frame.width)])
        table = numbered.to_arrow()
        encoding.reserve(table.nbytes, value)
        stream = tables.to_stream(table)
        again = _frame(stream, frame.columns)
        same = again.schema == frame.schema and again.shape == frame.shape and again.equals(frame)
    except UnstorableValue:
        raise
    except BaseException as error:  # noqa: BLE001 - a type without a twin fails in many ways
        _pass_on_signals(error)
        stream, same = b"", False
    if not same:
        raise refusal(value, "a column has a type Arrow cannot carry exactly; cast it first")
    return encoding.pack([kind, frame.columns, stream])


def _unpack(payload: bytes, decoding: Decoding) -> Any:
    kind, names, stream = decoding.unpack(payload)
    try:
        frame = _frame(stream, names)
    except BaseException as error:  # noqa: BLE001
        _pass_on_signals(error)
        raise CorruptValue("a stored polars frame is damaged") from None
    if kind == "frame":
        return frame
    if kind == "series" and frame.width == 1:
        return frame.to_series()
    raise CorruptValue("a stored polars frame is damaged")


def _frame(stream: bytes, names: Any) -> Any:
    return _renamed(pl.from_arrow(tables.table_of(stream)), names)


def _renamed(frame: Any, names: Any) -> Any:
    renamed = frame.clone()
    renamed.columns = names
    return renamed


def _pass_on_signals(error: BaseException) -> None:
    # A panic of the engine is no Exception, and its class has no lasting address. Streamlit stops and
    # reruns scripts by exceptions of that kind as well: those must go on.
    if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
        raise error


ENGINE: Final = Engine(
    Row(pl.DataFrame, Code.POLARS, lambda value, encoding: _pack("frame", value, value, encoding), _unpack),
    Row(
        pl.Series,
        Code.POLARS,
        lambda value, encoding: _pack("series", value, value.to_frame(), encoding),
        _unpack,
    ),
)
