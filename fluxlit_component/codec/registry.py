"""The closed registry: which rows there are, and where those of an optional engine live.

Standard rows are always there. An engine's module is imported only when a value of that engine is met
(then the app has imported the engine) or when stored bytes hold one of its codes.
"""

from __future__ import annotations

from collections.abc import Callable
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
    engine = _ENGINES.get(module.partition(".")[0]) if isinstance(module, str) else None
    return engine().row_of_kind(kind) if engine is not None else None


def row_of_code(code: int) -> Row | None:
    """The row that reads an extension item; None: no such code."""
    row = _BY_CODE.get(code)
    if row is not None:
        return row
    root = _ENGINE_OF_CODE.get(code)
    if root is None:
        return None
    try:
        engine = _ENGINES[root]()
    except ImportError:
        raise CorruptValue(
            f"a stored value needs a package that is not installed: pip install {_PACKAGES.get(root, root)}"
        ) from None
    return engine.row_of_code(code)


def _numpy() -> Engine:
    from fluxlit_component.codec import arrays  # noqa: PLC0415 - only when such a value is met

    return arrays.ENGINE


def _pandas() -> Engine:
    from fluxlit_component.codec import frames  # noqa: PLC0415

    return frames.ENGINE


def _pyarrow() -> Engine:
    from fluxlit_component.codec import tables  # noqa: PLC0415

    return tables.ENGINE


def _polars() -> Engine:
    from fluxlit_component.codec import polars_frames  # noqa: PLC0415

    return polars_frames.ENGINE


def _pillow() -> Engine:
    from fluxlit_component.codec import images  # noqa: PLC0415

    return images.ENGINE


def _pytz() -> Engine:
    from fluxlit_component.codec import pytz_zones  # noqa: PLC0415

    return pytz_zones.ENGINE


_ENGINES: Final[dict[str, Callable[[], Engine]]] = {
    "numpy": _numpy,
    "pandas": _pandas,
    "pyarrow": _pyarrow,
    "polars": _polars,
    "PIL": _pillow,
    "pytz": _pytz,
}
_PACKAGES: Final = {"PIL": "pillow"}
_ENGINE_OF_CODE: Final[dict[int, str]] = {
    Code.PYTZ: "pytz",
    Code.ARRAY: "numpy",
    Code.SCALAR: "numpy",
    Code.NUMPY_TEXT: "numpy",
    Code.FRAME: "pandas",
    Code.SERIES: "pandas",
    Code.INDEX: "pandas",
    Code.COLUMN: "pandas",
    Code.TIMESTAMP: "pandas",
    Code.PANDAS_TIMEDELTA: "pandas",
    Code.INTERVAL: "pandas",
    Code.PERIOD: "pandas",
    Code.MISSING: "pandas",
    Code.ARROW: "pyarrow",
    Code.POLARS: "polars",
    Code.IMAGE: "PIL",
}
