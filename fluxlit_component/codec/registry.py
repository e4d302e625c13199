"""The closed registry of rows, and the modules with the rows of optional engines (numpy, pandas and others).

Standard rows are always there. The module of an engine is imported only for a value of that engine (then
the app has imported the engine) or if stored bytes hold one of its codes.
"""

from __future__ import annotations

from pkgutil import resolve_name
from typing import Any, Final

from fluxlit_component.codec import catalogue, moments, standard
from fluxlit_component.codec.rows import Code, Row
from fluxlit_component.errors import CorruptValue

_STANDARD: Final = (*standard.ROWS, *moments.ROWS)
# Rows of an engine are added when they are first needed.
_BY_KIND: Final[dict[type, Row]] = {row.kind: row for row in _STANDARD}
_BY_CODE: Final[dict[int, Row]] = {row.code: row for row in (*_STANDARD, catalogue.ROW)}

FROZEN: Final = frozenset({
    Code.BIG_INT, Code.COMPLEX, Code.DECIMAL, Code.FRACTION, Code.UUID, Code.PATH, Code.RANGE,
    Code.DATE, Code.TIMEDELTA, Code.ZONE, Code.SCALAR, Code.NUMPY_TEXT, Code.PANDAS_TIMEDELTA,
})  # fmt: skip
"""No value of these types can ever change."""
MOMENTS: Final = frozenset({Code.DATETIME, Code.TIME, Code.TIMESTAMP})
"""In a value of these types only the time zone can change."""
_ENGINES: Final[dict[str, tuple[str, tuple[int, ...]]]] = {
    "numpy": ("arrays:ROWS", (Code.ARRAY, Code.SCALAR, Code.NUMPY_TEXT)),
    "pandas": ("frames:ROWS", tuple(range(Code.FRAME, Code.MISSING + 1))),
    "pyarrow": ("tables:ROWS", (Code.ARROW,)),
    "polars": ("tables:polars_rows", (Code.POLARS,)),
    "PIL": ("arrays:pillow_rows", (Code.IMAGE,)),
    "pytz": ("moments:pytz_rows", (Code.PYTZ,)),
    "pydantic_core": ("moments:pydantic_rows", (Code.PYDANTIC_ZONE,)),
}
"""Top-level module of an engine -> where its rows, or a function that makes them, are; and their codes."""


def row_of_kind(kind: type) -> Row | None:
    """The row for values of exactly this type; None: they cannot be kept."""
    if (row := _BY_KIND.get(kind)) is not None:
        return row
    if catalogue.is_registered(kind):
        return catalogue.ROW
    # A class of the app may have set `__module__` to any value.
    module = kind.__module__
    root = module.partition(".")[0] if isinstance(module, str) else ""
    for row in _rows_of(root) if root in _ENGINES else ():
        if row.kind is kind or (row.family and issubclass(kind, row.kind)):
            _BY_KIND[kind] = row
            return row
    return None


def row_of_code(code: int) -> Row | None:
    """The row that reads an extension item; None: there is no such code."""
    if (row := _BY_CODE.get(code)) is not None:
        return row
    for root, (_, codes) in _ENGINES.items():
        if code in codes:
            try:
                row = _BY_CODE[code] = next(row for row in _rows_of(root) if row.code == code)
            except ImportError:
                package = "pillow" if root == "PIL" else root
                raise CorruptValue(f"a stored value needs a missing package: pip install {package}") from None
    return row


def _rows_of(root: str) -> tuple[Row, ...]:
    rows: Any = resolve_name(f"fluxlit_component.codec.{_ENGINES[root][0]}")
    return tuple(rows() if callable(rows) else rows)
