"""Uploads that survive F5: Streamlit empties its uploaders, so the bytes are kept under a key of the app."""

from __future__ import annotations

import io
from collections.abc import Callable, MutableMapping
from typing import Any, Final, Protocol

_FIELDS: Final = frozenset({"name", "type", "data"})


class Upload(Protocol):
    """What Streamlit's uploaders return, as far as it matters here."""

    name: str
    type: str

    def getvalue(self) -> bytes:
        """All bytes of the file."""


class KeptUpload(io.BytesIO):
    """A file as it was uploaded: `name`, `type`, `size` and its bytes, from the start."""

    def __init__(self, data: bytes, *, name: str, type: str) -> None:  # noqa: A002 - Streamlit's name
        super().__init__(data)
        self.name = name
        self.type = type
        self.size = len(data)


def keep_upload(
    state: MutableMapping[Any, Any],
    file: Upload | None,
    *,
    key: str,
    max_bytes: int,
    skip: Callable[[str, str], None],
) -> KeptUpload | None:
    """Keep `file` under `key` of `state` and return it; without a file, return what is kept there."""
    if file is None:
        kept = state.get(key)
        if not isinstance(kept, dict) or kept.keys() != _FIELDS:
            return None
        return KeptUpload(kept["data"], name=kept["name"], type=kept["type"])
    data = file.getvalue()
    if len(data) <= max_bytes:
        known = state.get(key)
        if not isinstance(known, dict) or known.get("data") != data or known.get("name") != file.name:
            state[key] = {"name": file.name, "type": file.type, "data": data}
    else:
        state.pop(key, None)
        skip(key, f"the file has {len(data)} bytes, more than max_bytes={max_bytes}")
    return KeptUpload(data, name=file.name, type=file.type)
