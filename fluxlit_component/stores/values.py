"""A dict of values as stored fields, and back, for `get` and `set` of the built-in stores.

For stores that keep bytes per key. This module neither reads nor writes a store. The codec encodes the
single values.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from fluxlit_component.codec import decode, encode
from fluxlit_component.errors import CorruptValue, UnstorableValue
from fluxlit_component.state.record import RESERVED, Field

_log = logging.getLogger("fluxlit_component.stores")


def fields_of(data: Mapping[str, Any]) -> dict[str, Field]:
    """Encode every value as a field of version 1, or raise `UnstorableValue` and do nothing."""
    return {checked_key(key): Field(1, encode(value)) for key, value in data.items()}


def key_bytes(key: str) -> bytes:
    """The stored key: bytes, because a database's text may not hold lone surrogates and NUL."""
    return key.encode("utf-8", "surrogatepass")


def key_text(data: bytes) -> str:
    """The key from the bytes of `key_bytes`."""
    return str(data, "utf-8", "surrogatepass")


def checked_key(key: object) -> str:
    """Return `key`. Raises `UnstorableValue`, which is a `TypeError`, if the key is no string."""
    if not isinstance(key, str):
        raise UnstorableValue(type(key).__name__, "the keys of a session are strings, use str(key)")
    return key


def values_of(fields: Mapping[str, Field]) -> dict[str, Any]:
    """Decode every field that is no tombstone and no note. Broken fields are left out with a warning."""
    values: dict[str, Any] = {}
    for key, stored in fields.items():
        if stored.data is None or key.startswith(RESERVED):
            continue
        try:
            values[key] = decode(stored.data)
        except CorruptValue as error:
            warn_dropped(key, error)
    return values


def warn_dropped(key: str, error: CorruptValue | UnstorableValue) -> None:
    """Log the key and the kind of failure. The error's text is left out: it may quote the stored value."""
    _log.warning("the stored value of %r cannot be read and is left out (%s)", key, type(error).__name__)
