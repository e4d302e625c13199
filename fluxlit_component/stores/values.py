"""A dict of values as stored fields, and back: what `get` and `set` of the built-in stores share.

For stores that keep bytes per key. It neither reads nor writes a store; the encoding of a single
value is the codec's business.
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
    """A key at rest is bytes: a Python string may hold lone surrogates and NUL, a database's text may not."""
    return key.encode("utf-8", "surrogatepass")


def key_text(data: bytes) -> str:
    """The key that `key_bytes` made bytes of."""
    return str(data, "utf-8", "surrogatepass")


def checked_key(key: object) -> str:
    """The key itself; raises `UnstorableValue`, which is a `TypeError`, if it is no string."""
    if not isinstance(key, str):
        raise UnstorableValue(type(key).__name__, "the keys of a session are strings, use str(key)")
    return key


def values_of(fields: Mapping[str, Field]) -> dict[str, Any]:
    """Decode every field that is no tombstone and no note; a broken one is left out with a warning."""
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
    """Name the key and the kind of failure. Its text is left out: it may quote what was stored."""
    _log.warning("the stored value of %r cannot be read and is left out (%s)", key, type(error).__name__)
