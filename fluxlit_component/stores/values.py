"""Values as a store keeps them: encoded fields in the built-in stores, JSON in an app's own.

This module neither reads nor writes a store. The codec encodes the single values. In an app's own store a
value that JSON holds exactly is kept unchanged, so that other programs can read it. Every other value is
``{"__fluxlit__": "<base64>"}`` with the codec's bytes. The check is stricter than `json.dumps`, which turns
tuples into lists and number keys into strings, and writes NaN.
"""

from __future__ import annotations

import base64
import binascii
import copy
import logging
import math
from collections.abc import Mapping
from typing import Any, Final

from fluxlit_component.codec import decode, encode
from fluxlit_component.errors import CorruptValue, UnstorableValue
from fluxlit_component.state.record import RESERVED, Field, Record

PACKED: Final = "__fluxlit__"
_GIVEN: Final = f"{RESERVED}_given:"
"""Before a reserved key that `set` was given: by the adapter, for a store of the app's around this one."""
_LARGEST_INT: Final = 2**53
_DEPTH: Final = 32

_log = logging.getLogger("fluxlit_component.stores")


def fields_of(data: Mapping[str, Any]) -> dict[str, Field]:
    """Encode every value as a field of version 1, or raise `UnstorableValue` and do nothing."""
    keys = {_GIVEN + key if key.startswith(RESERVED) else key: key for key in map(checked_key, data)}
    return {key: Field(1, encode(data[given])) for key, given in keys.items()}


def key_bytes(key: str) -> bytes:
    """The stored key: bytes, because a database's text may not hold lone surrogates and NUL."""
    return key.encode("utf-8", "surrogatepass")


def checked_key(key: object) -> str:
    """Return `key`. Raises `UnstorableValue`, which is a `TypeError`, if the key is no string."""
    if not isinstance(key, str):
        raise UnstorableValue(type(key).__name__, "the keys of a session are strings, use str(key)")
    return key


def values_of(record: Record | None) -> dict[str, Any] | None:
    """Decode every field that is no tombstone and no note. Broken fields are left out with a warning."""
    if record is None:
        return None
    values: dict[str, Any] = {}
    for key, stored in record.fields.items():
        if stored.data is None or (key.startswith(RESERVED) and not key.startswith(_GIVEN)):
            continue
        try:
            values[key.removeprefix(_GIVEN)] = decode(stored.data)
        except CorruptValue as error:
            warn_dropped(key, error)
    return values


def warn_dropped(key: str, error: CorruptValue | UnstorableValue) -> None:
    """Log the key and the kind of failure. The error's text is left out: it may quote the stored value."""
    _log.warning("the stored value of %r cannot be read and is left out (%s)", key, type(error).__name__)


def pack(value: object) -> object:
    """Return what to keep for a value: a copy or its packed form. Raises `UnstorableValue`."""
    return copy.deepcopy(value) if _stands_for_itself(value) else _packed(encode(value))


def repack(data: bytes) -> object:
    """Return what to keep for an encoded value: the value or its packed form."""
    try:
        value = decode(data)
    except CorruptValue:  # sealed, or of a newer codec: keep the bytes as they are
        return _packed(data)
    return value if _stands_for_itself(value) else _packed(data)


def packed_bytes(kept: object) -> bytes | None:
    """The codec's bytes of a packed value; None if the value was kept unchanged."""
    if not isinstance(kept, dict) or PACKED not in kept:
        return None
    try:
        return base64.b64decode(kept[PACKED], validate=True)
    except (binascii.Error, ValueError, TypeError):
        return b""  # no value encodes to nothing, so `decode` raises `CorruptValue`


def is_json_exact(value: object, *, depth: int = _DEPTH) -> bool:
    """Whether every JSON store returns exactly this value. False for subclasses and deep nesting."""
    # `type(...) is`, not isinstance: an IntEnum comes back as a plain int.
    if value is None or type(value) is bool:
        return True
    if type(value) is int:  # a store that reads numbers as doubles rounds larger ones
        return abs(value) <= _LARGEST_INT
    if type(value) is float:
        return math.isfinite(value)
    if type(value) is str:
        return _is_text(value)
    items = value if type(value) is list else value.values() if type(value) is dict else None
    if items is None or depth == 0:
        return False
    keys = value if type(value) is dict else ()
    return all(type(key) is str and _is_text(key) for key in keys) and all(
        is_json_exact(item, depth=depth - 1) for item in items
    )


def _stands_for_itself(value: object) -> bool:
    return is_json_exact(value) and not (isinstance(value, dict) and PACKED in value)


def _packed(data: bytes) -> dict[str, str]:
    return {PACKED: base64.b64encode(data).decode("ascii")}


def _is_text(value: str) -> bool:
    """Whether every store keeps it: lone surrogates fail in UTF-8, NUL fails in PostgreSQL's jsonb."""
    return "\x00" not in value and value.encode("utf-8", "ignore").decode() == value
