"""Uploads that survive F5: Streamlit empties its uploaders, so the files are kept under a key of the app.

Small files go into the record: one is a dict, many are lists of dicts, under more keys than one if a value
would become too large. Larger files are live values, and all those of a process have so many bytes at most.
"""

from __future__ import annotations

import io
import threading
from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final, Protocol, TypeGuard, runtime_checkable
from weakref import WeakValueDictionary

from fluxlit_component.state.caps import Caps
from fluxlit_component.state.keys import PART

MAX_UPLOAD_BYTES: Final = 1000 * 1024
"""What a file may have without further ado: with its name and type it stays below the cap of one value."""
LIVE_UPLOAD_BYTES: Final = 256 * 1024 * 1024
_SEAT: Final = "__fluxlit_upload:"
"""Keys with two underscores in front are never kept: what stands there is true of this page load only."""
_LARGE: Final = "large"
_FIELDS: Final = {"name": str, "type": str, "data": bytes}
_AROUND: Final = 64
"""More bytes than an encoded file has around its name, type, id and data."""
_PLACE: Final = 6
"""Bytes of its place in the order, where that is the longest."""


@runtime_checkable
class Upload(Protocol):
    """What Streamlit's uploaders return, as far as it matters here."""

    name: str
    type: str

    def getvalue(self) -> bytes:
        """All bytes of the file."""


class KeptUpload(io.BytesIO):
    """A file as it was uploaded: `name`, `type`, `size`, `file_id` and its bytes, from the start."""

    def __init__(self, data: bytes, *, name: str, type: str, file_id: str = "") -> None:  # noqa: A002 - Streamlit's name
        super().__init__(data)  # shares them until somebody writes to it
        self.name = name
        self.type = type
        self.size = len(data)
        self.file_id = file_id


@dataclass(frozen=True, slots=True)
class Limits:
    """How much goes where, in bytes."""

    file: int = MAX_UPLOAD_BYTES
    """What a file may have to go into the record."""
    caps: Caps = field(default_factory=Caps)
    live: int = LIVE_UPLOAD_BYTES
    """What all larger ones of the process may have together."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What the run shows of uploaders."""

    uploaders: Mapping[str, Mapping[str, bool]] = field(default_factory=dict)
    """Uploader drawn in this run -> id of each file that it shows -> whether the server still has that."""
    run: int = 0
    swept: int = 0
    """Number of the last run after which Streamlit forgot the widgets that it had not drawn."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What the app gets, and what there is to tell."""

    files: list[KeptUpload]
    is_new: bool = False
    """Whether this run's uploader says what is kept, and not what was kept before."""
    is_incomplete: bool = False
    """Whether something was kept that nobody has any more."""


def keep_upload(
    state: MutableMapping[Any, Any],
    given: Sequence[Upload],
    *,
    key: str,
    many: bool,
    limits: Limits,
    seen: Seen,
) -> Kept:
    """Keep what an uploader has under `key` of `state`; if it is empty, give what is kept there.

    `many`: the uploader is one for several files.
    Unless the visitor has emptied it: then it is on the page since it had the files, and shows none.
    """
    held, is_incomplete = _read(state, key, many=many)
    files = [*given]
    if many or not files:
        # After a restart a page that stands there still shows files, which the new server never had.
        gone = {name for shown in seen.uploaders.values() for name, is_there in shown.items() if not is_there}
        files = [*(file for file in held if file.file_id in gone), *files]
    run, sources = state.get(_SEAT + key, (0, ()))
    is_cleared = run >= seen.swept and any(not seen.uploaders.get(source, True) for source in sources)
    if files:
        held = [KeptUpload(**_entry(file)) for file in files]
        _write(state, key, held, limits, many=many)
    elif is_cleared:
        held = []
        state.pop(key, None)
        _drop_parts(state, key, ())
    ids = {file.file_id for file in held}
    sources = frozenset(source for source, shown in seen.uploaders.items() if ids & shown.keys())
    if sources:
        state[_SEAT + key] = (seen.run, sources)
    else:
        state.pop(_SEAT + key, None)
    is_new = bool(files) or is_cleared
    return Kept(held, is_new, is_incomplete and not is_new)


def _entry(file: Upload) -> dict[str, Any]:
    return {
        "name": file.name,
        "type": file.type,
        "file_id": getattr(file, "file_id", ""),  # differs where the data does: compared before that
        "data": file.getvalue(),
    }


# --- under the keys of the app --------------------------------------------------------------------


def _read(state: MutableMapping[Any, Any], key: str, *, many: bool) -> tuple[list[KeptUpload], bool]:
    """What is kept, and whether something of it is not there any more."""
    value = state.get(key)
    if not many:
        found = [_opened(value)] if _is_upload(value) else []
    elif _is_list(value):
        parts = {0: iter(value["files"])} | {
            part: iter(state.get(_part(key, part), ())) for part in {*value["order"]} - {0}
        }
        found = [_opened(next(parts[part], None)) for part in value["order"]]
    else:
        _drop_parts(state, key, ())
        found = []
    files = [file for file in found if file is not None]
    if not files and found:
        state.pop(key, None)
        _drop_parts(state, key, ())
    return files, len(files) < len(found)


def _write(
    state: MutableMapping[Any, Any], key: str, files: Sequence[KeptUpload], limits: Limits, *, many: bool
) -> None:
    """Pack the files into as few values as there can be, and leave those alone that stay the same."""
    caps, used, total = limits.caps, 0, 0
    room = caps.value_bytes - _PLACE * len(files)
    order: list[int | str] = []
    parts: list[list[dict[str, Any]]] = [[]]
    before = state.get(_part(key, _LARGE), ()) if many else (state.get(key),)
    large: list[KeptUpload] = []
    for file in files:
        size = file.size + len(file.name.encode()) + len(file.type) + len(file.file_id) + _AROUND
        fits = file.size <= limits.file and size <= room
        if fits and parts[0] and used + size > room:
            # Room for the app's own values stays.
            fits = total + size <= caps.session_bytes - caps.value_bytes
            if fits:
                parts, used = [*parts, []], 0
        if fits:
            parts[-1].append(_entry(file))
            used, total = used + size, total + size
        else:
            large.append(_held(file, before, limits.live))
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


def _assign(state: MutableMapping[Any, Any], key: str, value: object) -> None:
    old = state.get(key)
    is_ours = _is_upload(old) or _is_list(old) or PART in key  # else comparing may do anything
    if not is_ours or old != value:
        state[key] = value


def _part(key: str, part: int | str) -> str:
    return f"{key}{PART}{part}"


def _drop_parts(state: MutableMapping[Any, Any], key: str, but: Iterable[int | str]) -> None:
    for part in (_LARGE, *range(1, next(n for n in count(1) if _part(key, n) not in state))):
        if part not in but:
            state.pop(_part(key, part), None)


def _is_upload(value: object) -> bool:
    """Whether it was kept by us: the key is the app's, which may have put something else there."""
    if isinstance(value, dict):
        return (
            value.keys() - {"file_id"} == _FIELDS.keys()  # earlier versions kept no id
            and all(isinstance(value[name], kind) for name, kind in _FIELDS.items())
        )
    return isinstance(value, KeptUpload)


def _is_list(value: object) -> TypeGuard[dict[str, list[Any]]]:
    return (
        isinstance(value, dict)
        and value.keys() == {"order", "files"}
        and all(isinstance(part, list) for part in value.values())
    )


def _opened(value: Any) -> KeptUpload | None:
    """A file of the caller's own; None: it was let go."""
    if not _is_upload(value):
        return None
    with _lock:
        if not isinstance(value, KeptUpload):
            return KeptUpload(**value)
        return None if value.closed else KeptUpload(**_entry(value))


# --- large ones, in all of the process ------------------------------------------------------------

_lock = threading.Lock()
_turns = count()
_large: WeakValueDictionary[int, KeptUpload] = WeakValueDictionary()
"""Those that are held, the one first that was in its uploader longest ago."""


def _held(file: KeptUpload, before: Iterable[object], most: int) -> KeptUpload:
    """The object that is held for a file, the one of `before` if it is there; the oldest give way to it."""
    with _lock:
        for old in before:
            if isinstance(old, KeptUpload) and not old.closed and _entry(old) == _entry(file):
                file = old
                break
        else:
            file = KeptUpload(**_entry(file))
        for turn, old in [*_large.items()]:
            if old is file:
                del _large[turn]
        total = sum(old.size for old in _large.values()) + file.size
        for turn, old in [*_large.items()] if file.size <= most else []:
            if total <= most:
                break
            total -= old.size
            del _large[turn]
            _let_go(old)
        if total <= most:
            _large[next(_turns)] = file
        else:
            _let_go(file)
    return file


def _let_go(file: KeptUpload) -> None:
    with suppress(BufferError):  # the app is looking at its bytes right now
        file.close()
