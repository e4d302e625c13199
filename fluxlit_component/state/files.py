"""Kept files, small and large. The large files of all visitors share one limit of bytes per process.

A small file is kept as a dict, which a store can hold. A large file is kept as a `KeptUpload`. This is a live
value: no store can hold it. It shares its bytes with Streamlit's own file and is closed when it is dropped.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final, Protocol, runtime_checkable
from weakref import WeakValueDictionary

_FIELDS: Final = {"name": str, "type": str, "data": bytes}
_lock = threading.Lock()
_large: WeakValueDictionary[int, KeptUpload] = WeakValueDictionary()
"""Large files that are held, by their `id()`. The first is the one that was in its uploader longest ago."""


@runtime_checkable
class Upload(Protocol):
    """The part of Streamlit's uploaded file that is needed here."""

    name: str
    type: str

    def getvalue(self) -> bytes:
        """All bytes of the file."""


class KeptUpload(io.BytesIO):
    """A file as it was uploaded: `name`, `type`, `size`, `file_id` and its bytes, from the start."""

    def __init__(self, data: bytes, *, name: str, type: str, file_id: str = "") -> None:  # noqa: A002 - Streamlit's name
        super().__init__(data)  # shares the bytes until somebody writes to the file
        self.name = name
        self.type = type
        self.size = len(data)
        self.file_id = file_id


def entry_of(file: Upload) -> dict[str, Any]:
    """The file as plain data."""
    return {
        "name": file.name,
        "type": file.type,
        "file_id": getattr(file, "file_id", ""),  # before "data", so that a comparison mostly ends here
        "data": file.getvalue(),
    }


def is_file(value: object) -> bool:
    """Whether `value` is a kept file. The key is the app's, which may have assigned something else."""
    if isinstance(value, dict):
        return (
            value.keys() - {"file_id"} == _FIELDS.keys()  # earlier versions kept no id
            and all(isinstance(value[name], kind) for name, kind in _FIELDS.items())
        )
    return isinstance(value, KeptUpload)


def opened(value: Any) -> KeptUpload | None:
    """A new `KeptUpload` for the caller; None: `value` is no kept file, or it was closed."""
    if not is_file(value):
        return None
    with _lock:
        if not isinstance(value, KeptUpload):
            return KeptUpload(**value)
        return None if value.closed else KeptUpload(**entry_of(value))


def held_for(file: KeptUpload, before: Iterable[Any], most: int) -> KeptUpload:
    """The object held for a file: an equal one of `before`, or a new one. Closes the oldest above `most`."""
    with _lock:
        for old in before:
            is_same = isinstance(old, KeptUpload) and (old.file_id, old.name) == (file.file_id, file.name)
            if is_same and not old.closed and entry_of(old) == entry_of(file):
                file = old
                break
        else:
            file = KeptUpload(**entry_of(file))
        _large.pop(id(file), None)
        others = [*_large.values()]
        total = sum(old.size for old in others) + file.size
        if file.size <= most:
            _large[id(file)] = file
        else:
            others = [file]
        for old in others:
            if total <= most:
                break
            total -= old.size
            _large.pop(id(old), None)
            with suppress(BufferError):  # the app holds a view of its bytes right now
                old.close()
    return file
