"""The error for a value that cannot be kept. It tells the app's author the type and a remedy."""

from __future__ import annotations

import dataclasses
import io
import re
import sys
from collections.abc import AsyncIterator, Iterator, Mapping
from datetime import tzinfo
from enum import Enum
from types import BuiltinFunctionType, FunctionType, MethodType, ModuleType
from typing import Final

from fluxlit_component.errors import UnstorableValue

_REGISTER: Final = "register the class once, next to its definition: @register(name=...)"
_RESOURCE: Final = "create it with st.cache_resource instead"
_BASES: Final = (bool, int, float, complex, str, bytes, bytearray, tuple, list, dict, set, frozenset)
_AS_PLAIN: Final = "it would come back as a plain {0}; keep {0}(value) if that will do"
_FUNCTIONS: Final = (FunctionType, BuiltinFunctionType, MethodType)
_REMEDIES: Final[tuple[tuple[type | tuple[type, ...], str], ...]] = (
    (Enum, _REGISTER),
    (_FUNCTIONS, "keep a name in the state and look the function up by it"),
    (type, "keep the class's name and look the class up by it"),
    (ModuleType, "import the module where it is used"),
    (io.IOBase, "keep what is in the file, not the open file"),
    (BaseException, "keep its text: str(error)"),
    (memoryview, "keep bytes(value)"),
    (re.Pattern, "keep the pattern's text and compile it where it is used"),
    (tzinfo, "use zoneinfo.ZoneInfo(name) or datetime.timezone"),
    ((Iterator, AsyncIterator), "it can be read once only; keep a list of its items"),
    *((base, _AS_PLAIN.format(base.__name__)) for base in _BASES),
    (Mapping, "keep dict(value)"),
)
_BY_NAME: Final = {
    "numpy.ndarray": "an array of this kind cannot be kept; convert it to a plain dtype or keep a list",
    "numpy.ma.MaskedArray": "keep the data and the mask as two arrays",
    "numpy.memmap": "keep numpy.array(value), or the file's name",
    "numpy.matrix": "keep numpy.asarray(value)",
    "polars.lazyframe.frame.LazyFrame": "keep value.collect()",
    "fluxlit_component.state.uploads.KeptUpload": "a large upload comes back while this process has it; "
    "to store it raise max_bytes= and caps=Caps(value_bytes=...) of url_session with it",
    "streamlit.runtime.uploaded_file_manager.UploadedFile": "keep value.getvalue() and value.name",
    "numpy": "keep numpy.asarray(value), a list or a plain number",
    "pandas": "keep a DataFrame, Series or Index of ordinary dtypes",
    "polars": "keep a DataFrame or Series",
    "pyarrow": "keep a Table",
    "PIL": "keep value.copy(), which is a plain image without its file",
    **dict.fromkeys(("threading", "_thread", "sqlite3", "sqlalchemy", "asyncio"), _RESOURCE),
}
"""Name of a type, or of the top-level package of the type -> remedy."""


def type_name(kind: type) -> str:
    """Qualified name of a type, as a developer would write it."""
    module, name = kind.__module__, kind.__qualname__
    return name if module == "builtins" else f"{module}.{name}"


def is_model(kind: type) -> bool:
    """Whether this class is a pydantic model. If pydantic is not loaded, there can be no model."""
    if "pydantic" not in sys.modules:
        return False
    from pydantic import BaseModel

    return issubclass(kind, BaseModel)


def refusal(value: object, remedy: str | None = None) -> UnstorableValue:
    """The error for a value for which there is no row."""
    return UnstorableValue(type_name(type(value)), remedy or _remedy(value))


def _remedy(value: object) -> str:
    name = type_name(type(value))
    by_name = _BY_NAME.get(name) or _BY_NAME.get(name.partition(".")[0])
    if by_name is not None:
        return by_name
    if dataclasses.is_dataclass(value) or hasattr(type(value), "_fields") or is_model(type(value)):
        return _REGISTER
    for kind, remedy in _REMEDIES:
        if isinstance(value, kind):
            return remedy
    return "keep plain data it can be made from again, or create it with st.cache_resource"
