"""The closed registry: which rows there are, and where those of an optional engine live.

Standard rows are always there. An engine's module is imported only when a value of that engine is met
(then the app has imported the engine) or when stored bytes hold one of its codes.
"""

from __future__ import annotations

from importlib import import_module
from typing import Final

from fluxlit_component.codec import atoms, catalogue, containers, enrolled, moments
from fluxlit_component.codec.codes import Code
from fluxlit_component.codec.rows import Engine, Row
from fluxlit_component.errors import CorruptValue

_STANDARD: Final = (*atoms.ROWS, *moments.ROWS, *containers.ROWS)
_BY_KIND: Final[dict[type, Row]] = {row.kind: row for row in _STANDARD}
_BY_CODE: Final[dict[int, Row]] = {int(row.code): row for row in (*_STANDARD, enrolled.ROW)}


def row_of_kind(kind: type) -> Row | None:
    """The row for values of exactly this type; None: they cannot be kept."""
    row = _BY_KIND.get(kind)
    if row is not None:
        return row
    if catalogue.is_registered(kind):
        return enrolled.ROW
    # The attribute may be anything: it is the app's class.
    module = kind.__module__
    root = module.partition(".")[0] if isinstance(module, str) else ""
    return _engine(root).row_of_kind(kind) if root in _MODULES else None


def row_of_code(code: int) -> Row | None:
    """The row that reads an extension item; None: no such code."""
    row = _BY_CODE.get(code)
    if row is not None:
        return row
    root = _ENGINE_OF_CODE.get(code)
    if root is None:
        return None
    try:
        return _engine(root).row_of_code(code)
    except ImportError:
        raise CorruptValue(
            f"a stored value needs a package that is not installed: pip install {_PACKAGES.get(root, root)}"
        ) from None


def _engine(root: str) -> Engine:
    engine: Engine = import_module(f"fluxlit_component.codec.{_MODULES[root]}").ENGINE
    return engine


_MODULES: Final = {
    "numpy": "arrays",
    "pandas": "frames",
    "pyarrow": "tables",
    "polars": "polars_frames",
    "PIL": "images",
    "pytz": "pytz_zones",
}
"""Root of an engine's modules -> the module here that has its rows."""
_PACKAGES: Final = {"PIL": "pillow"}
_ENGINE_OF_CODE: Final[dict[int, str]] = {
    Code.PYTZ: "pytz",
    **dict.fromkeys((Code.ARRAY, Code.SCALAR, Code.NUMPY_TEXT), "numpy"),
    **dict.fromkeys((Code.FRAME, Code.SERIES, Code.INDEX, Code.COLUMN), "pandas"),
    **dict.fromkeys((Code.TIMESTAMP, Code.PANDAS_TIMEDELTA, Code.INTERVAL, Code.PERIOD), "pandas"),
    Code.MISSING: "pandas",
    Code.ARROW: "pyarrow",
    Code.POLARS: "polars",
    Code.IMAGE: "PIL",
}
