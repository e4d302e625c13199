"""One value as an app's own store keeps it: itself if JSON holds it exactly, else packed as text.

For the adapter. ``{"__fluxlit__": "<base64>"}`` stands for what the codec made of a value; everything else
stands for itself, so that other programs can read it. Stricter than `json.dumps`, which turns tuples
into lists and number keys into strings, and writes NaN.
"""

from __future__ import annotations

import base64
import binascii
import copy
import math
from typing import Final

from fluxlit_component.codec import decode, encode
from fluxlit_component.errors import CorruptValue

PACKED: Final = "__fluxlit__"

_LARGEST_INT: Final = 2**53
_DEPTH: Final = 32


def pack(value: object) -> object:
    """What to keep for a value: a copy of it or its packed form. Raises `UnstorableValue`."""
    return copy.deepcopy(value) if _stands_for_itself(value) else _packed(encode(value))


def repack(data: bytes) -> object:
    """What to keep for an encoded value."""
    try:
        value = decode(data)
    except CorruptValue:  # sealed, or of a newer codec: kept as it is
        return _packed(data)
    return value if _stands_for_itself(value) else _packed(data)


def unpack(kept: object) -> object:
    """The value of what was kept, nothing of it shared. Raises `CorruptValue`."""
    data = packed_bytes(kept)
    return copy.deepcopy(kept) if data is None else decode(data)


def packed_bytes(kept: object) -> bytes | None:
    """The codec's bytes of a packed value, None if what was kept stands for itself."""
    if not isinstance(kept, dict) or PACKED not in kept:
        return None
    try:
        return base64.b64decode(kept[PACKED], validate=True)
    except (binascii.Error, ValueError, TypeError):
        return b""  # no value is encoded as nothing: whoever decodes it finds it broken


def is_json_exact(value: object, *, depth: int = _DEPTH) -> bool:
    """Whether any JSON store returns this very value: subclasses and deep nesting do not count."""
    # `type(...) is`, not isinstance: an IntEnum comes back as a plain int.
    if value is None or type(value) is bool:
        return True
    if type(value) is int:  # beyond it, a store that reads numbers as doubles rounds
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
    """Lone surrogates fail in UTF-8, NUL in PostgreSQL's jsonb."""
    if "\x00" in value:
        return False
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
