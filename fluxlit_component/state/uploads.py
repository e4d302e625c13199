"""Uploads that survive F5: Streamlit empties its uploaders, so the files are kept under a key of the app.

Small files go into the record: a dict, or lists of dicts, under several keys if one would become too large. A
large file is a live value, `KeptUpload`, which shares its bytes with Streamlit's own file.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from itertools import count
from typing import Any, Final, NamedTuple, Protocol, TypeAlias, TypeGuard, cast, runtime_checkable
from weakref import WeakValueDictionary

from fluxlit_component.internals import UploadedFile
from fluxlit_component.settings import Settings
from fluxlit_component.state.caps import MAX_UPLOAD_BYTES, Caps
from fluxlit_component.state.keys import PART

State: TypeAlias = MutableMapping[Any, Any]
Notes: TypeAlias = dict[str, Any]  # key -> number of a run, and the uploaders that had the kept files then
_LARGE: Final = "large"
_AROUND: Final = 64  # upper bound of the bytes that encoding adds to a file's name, type, id and data
_PLACE: Final = 6  # upper bound of the encoded bytes of one item of "order"
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


class KeptUpload(UploadedFile):
    """A file as it was uploaded: `name`, `type`, `size`, `file_id` and its bytes, from the start.

    It is a file of Streamlit's, since `st.cache_data` takes any other that has a name for one on the disk.
    """

    def __init__(self, data: bytes, *, name: str, type: str, file_id: str = "") -> None:  # noqa: A002 - Streamlit's name
        io.BytesIO.__init__(self, data)  # shares the bytes until somebody writes to the file
        self.name, self.type, self.size, self.file_id = name, type, len(data), file_id

    def __eq__(self, other: object) -> bool:
        """Whether it is the same upload, as Streamlit says of its files. A closed one is only itself."""
        if self is other or not isinstance(other, UploadedFile):
            return self is other
        return self.file_id == getattr(other, "file_id", "") != "" and not (self.closed or other.closed)

    def __hash__(self) -> int:
        return hash(self.file_id)


class Limits(NamedTuple):
    """Limits in bytes: they decide where a file is kept."""

    file: int = MAX_UPLOAD_BYTES  # largest size of a file that goes into the record
    caps: Caps = Caps()
    live: int = Settings.live_upload_bytes  # largest total size of all larger files of the process


class Seen(NamedTuple):
    """The uploaders that this run has drawn, and the files in them."""

    uploaders: Mapping[str, Mapping[str, Upload | None]]
    """Uploader drawn in this run -> id of each file that it shows -> the file; None: the file is gone."""
    run: int = 0
    swept: int = 0  # number of the last run after which Streamlit forgot the widgets that it had not drawn


class Kept(NamedTuple):
    """The files for the app, and how they came about."""

    files: list[KeptUpload]
    is_new: bool = False  # whether the files come from the uploader of this run, not from an earlier one
    is_incomplete: bool = False  # whether some of the kept files are lost


def keep_upload(
    state: State, given: Sequence[Upload], *, key: str, many: bool, limits: Limits, seen: Seen, notes: Notes
) -> Kept:
    """Keep the files of an uploader under `key` of `state`. If the uploader is empty, return the kept files.

    No files are returned if the visitor has emptied the uploader: it has been on the page since it had files,
    and shows none now. `many`: the uploader takes several files. `notes`: of this page load.
    """
    held, is_incomplete = _read(state, key, many=many)
    shown = {name: file for files in seen.uploaders.values() for name, file in files.items()}
    files = [*given]
    if many or not files:
        # After a restart of the server an open page still shows files that the new server does not have.
        files = [*(file for file in held if shown.get(file.file_id, file) is None), *files]
    run, sources = notes.get(key, (0, ()))
    is_cleared = run >= seen.swept and any(not seen.uploaders.get(source, True) for source in sources)
    if files:
        held = [_sharing(file, shown) for file in files]
        _write(state, key, held, limits, many=many)
    elif is_cleared:
        held = []
        state.pop(key, None)
        _drop_parts(state, key, ())
    ids = {file.file_id for file in held}
    sources = frozenset(source for source, files in seen.uploaders.items() if ids & files.keys())
    notes[key] = (seen.run, sources)
    is_new = bool(files) or is_cleared
    return Kept(held, is_new, is_incomplete and not is_new)


def _sharing(file: Upload, shown: Mapping[str, Upload | None]) -> KeptUpload:
    """The same file, sharing the bytes that Streamlit holds. The app was given a copy of these bytes."""
    entry = _entry_of(file)
    own = shown.get(entry["file_id"])
    data = own.getvalue() if own is not None else b""
    return KeptUpload(**(entry | {"data": data} if len(data) == len(entry["data"]) else entry))


def _read(state: State, key: str, *, many: bool) -> tuple[list[KeptUpload], bool]:
    """The kept files, and whether some of them are lost."""
    value = state.get(key)
    found: list[KeptUpload | None] = []
    if many and _is_list(value):
        parts = {part: iter(state.get(_part(key, part), ())) for part in value["order"]}
        parts[0] = iter(value["files"])
        found = [_opened(next(parts[part], None)) for part in value["order"]]
    elif not many and _is_file(value):
        found = [_opened(value)]
    files = [file for file in found if file is not None]
    if found and not files:
        state.pop(key, None)
    if not files and (found or many):
        _drop_parts(state, key, ())
    return files, len(files) < len(found)


def _write(state: State, key: str, files: Sequence[KeptUpload], limits: Limits, *, many: bool) -> None:
    """Pack the files into as few values as possible. Unchanged values are not assigned again."""
    caps, used, total = limits.caps, 0, 0
    room = caps.value_bytes - _PLACE * len(files)
    most = max(room, caps.session_bytes - caps.value_bytes)  # leaves room for the app's own values
    order: list[int | str] = []
    parts: list[list[dict[str, Any]]] = [[]]
    before = state.get(_part(key, _LARGE), ()) if many else (state.get(key),)
    large: list[KeptUpload] = []
    for file in files:
        size = file.size + len(file.name.encode()) + len(file.type) + len(file.file_id) + _AROUND
        fits = file.size <= limits.file and size <= room and total + size <= most
        if fits:
            if used + size > room:
                parts, used = [*parts, []], 0
            parts[-1].append(_entry_of(file))
            used, total = used + size, total + size
        else:
            large.append(_held_for(file, before, limits.live))
        order.append(len(parts) - 1 if fits else _LARGE)
    if not many:
        _assign(state, key, large[0] if large else parts[0][0])
        return
    _assign(state, key, {"order": order, "files": parts[0]})
    for number, entries in enumerate(parts[1:], 1):
        _assign(state, _part(key, number), entries)
    if large:
        _assign(state, _part(key, _LARGE), large)
    _drop_parts(state, key, order)


def _assign(state: State, key: str, value: object) -> None:
    old = state.get(key)
    is_ours = _is_file(old) or _is_list(old) or PART in key  # a value of the app may have any `__eq__`
    if not is_ours or old != value:
        state[key] = value


def _part(key: str, part: int | str) -> str:
    return f"{key}{PART}{part}"


def _drop_parts(state: State, key: str, but: Iterable[int | str]) -> None:
    for part in (_LARGE, *range(1, next(n for n in count(1) if _part(key, n) not in state))):
        if part not in but:
            state.pop(_part(key, part), None)


def _is_list(value: object) -> TypeGuard[dict[str, list[Any]]]:
    is_ours = isinstance(value, dict) and value.keys() == {"order", "files"}
    return is_ours and all(isinstance(part, list) for part in cast("dict[str, object]", value).values())


def _entry_of(file: Upload) -> dict[str, Any]:
    named = {"name": file.name, "type": file.type, "file_id": getattr(file, "file_id", "")}
    return {**named, "data": file.getvalue()}  # comparisons mostly end before the data


def _is_file(value: object) -> bool:
    """Whether `value` is a kept file. The key is the app's, which may have assigned something else."""
    if not isinstance(value, dict):
        return isinstance(value, KeptUpload)
    is_whole = value.keys() - {"file_id"} == _FIELDS.keys()  # earlier versions kept no id
    return is_whole and all(isinstance(value[name], kind) for name, kind in _FIELDS.items())


def _opened(value: Any) -> KeptUpload | None:
    """A new `KeptUpload` for the caller; None: `value` is no kept file, or it was closed."""
    with _lock:
        if isinstance(value, KeptUpload):
            return None if value.closed else KeptUpload(**_entry_of(value))
    return KeptUpload(**value) if _is_file(value) else None


def _held_for(file: KeptUpload, before: Iterable[Any], most: int) -> KeptUpload:
    """The object held for a file: an equal one of `before`, or a new one. Closes the oldest above `most`."""
    with _lock:
        entry = _entry_of(file)
        held = (old for old in before if isinstance(old, KeptUpload) and not old.closed)
        file = next((old for old in held if _entry_of(old) == entry), None) or KeptUpload(**entry)
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
