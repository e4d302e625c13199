"""Uploads that survive F5: Streamlit empties its uploaders, so the bytes are kept under a key of the app."""

from __future__ import annotations

import io
from collections.abc import Callable, MutableMapping
from typing import Any, Final, Protocol, TypeGuard

MAX_UPLOAD_BYTES: Final = 1000 * 1024
"""What a file may have without further ado: with its name and type it stays below the cap of one value."""

_FIELDS: Final = {"name": str, "type": str, "data": bytes}


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
    kept = state.get(key)
    if file is None:
        return KeptUpload(**kept) if _is_upload(kept) else None
    new: dict[str, Any] = {"name": file.name, "type": file.type, "data": file.getvalue()}
    if len(new["data"]) > max_bytes:
        state.pop(key, None)
        skip(
            key,
            f"the file has {len(new['data'])} bytes, more than max_bytes={max_bytes}; "
            "raise that, and caps=Caps(value_bytes=...) of url_session with it",
        )
    elif not _is_upload(kept) or kept != new:
        state[key] = new
    return KeptUpload(**new)


def _is_upload(kept: object) -> TypeGuard[dict[str, Any]]:
    """Whether it was kept by us: the key is the app's, which may have put something else there."""
    return (
        isinstance(kept, dict)
        and kept.keys() == _FIELDS.keys()
        and all(isinstance(kept[name], kind) for name, kind in _FIELDS.items())
    )
