"""Uploads that survive F5: Streamlit empties its uploaders, so the files are kept under a key of the app.

Small files go into the record: one is a dict, many are lists of dicts, under more keys than one if a value
would become too large. Larger files are live values, and all those of a process have so many bytes at most.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping, Sequence
from itertools import count
from typing import Any, Final, NamedTuple, TypeGuard

from fluxlit_component.settings import Settings
from fluxlit_component.state.caps import MAX_UPLOAD_BYTES, Caps
from fluxlit_component.state.files import KeptUpload, Upload, entry_of, held_for, is_file, opened
from fluxlit_component.state.keys import PART

_SEAT: Final = "__fluxlit_upload:"
"""Keys with two underscores in front are never kept: what stands there is true of this page load only."""
_LARGE: Final = "large"
_AROUND: Final = 64
"""More bytes than an encoded file has around its name, type, id and data."""
_PLACE: Final = 6
"""Bytes of its place in the order, where that is the longest."""


class Limits(NamedTuple):
    """How much goes where, in bytes."""

    file: int = MAX_UPLOAD_BYTES
    """What a file may have to go into the record."""
    caps: Caps = Caps()
    live: int = Settings.live_upload_bytes
    """What all larger ones of the process may have together."""


class Seen(NamedTuple):
    """What the run shows of uploaders."""

    uploaders: Mapping[str, Mapping[str, Upload | None]]
    """Uploader drawn in this run -> id of each file that it shows -> the file; None: it is gone."""
    run: int = 0
    swept: int = 0
    """Number of the last run after which Streamlit forgot the widgets that it had not drawn."""


class Kept(NamedTuple):
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

    Unless the visitor has emptied it: then it is on the page since it had the files, and shows none.
    `many`: the uploader is one for several files.
    """
    held, is_incomplete = _read(state, key, many=many)
    shown = {name: file for files in seen.uploaders.values() for name, file in files.items()}
    files = [*given]
    if many or not files:
        # After a restart a page that stands there still shows files, which the new server never had.
        files = [*(file for file in held if shown.get(file.file_id, file) is None), *files]
    run, sources = state.pop(_SEAT + key, (0, ()))
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
    if sources:
        state[_SEAT + key] = (seen.run, sources)
    is_new = bool(files) or is_cleared
    return Kept(held, is_new, is_incomplete and not is_new)


def _sharing(file: Upload, shown: Mapping[str, Upload | None]) -> KeptUpload:
    """The same file with the bytes that Streamlit holds anyway: the app was handed a copy of them."""
    entry = entry_of(file)
    own = shown.get(entry["file_id"])
    data = own.getvalue() if own is not None else b""
    return KeptUpload(**(entry | {"data": data} if len(data) == len(entry["data"]) else entry))


def _read(state: MutableMapping[Any, Any], key: str, *, many: bool) -> tuple[list[KeptUpload], bool]:
    """What is kept, and whether something of it is not there any more."""
    value = state.get(key)
    found: list[KeptUpload | None] = []
    if many and _is_list(value):
        parts = {part: iter(state.get(_part(key, part), ())) for part in value["order"]}
        parts[0] = iter(value["files"])
        found = [opened(next(parts[part], None)) for part in value["order"]]
    elif not many and is_file(value):
        found = [opened(value)]
    files = [file for file in found if file is not None]
    if found and not files:
        state.pop(key, None)
    if not files and (found or many):
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
            parts[-1].append(entry_of(file))
            used, total = used + size, total + size
        else:
            large.append(held_for(file, before, limits.live))
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
    is_ours = is_file(old) or _is_list(old) or PART in key  # else comparing may do anything
    if not is_ours or old != value:
        state[key] = value


def _part(key: str, part: int | str) -> str:
    return f"{key}{PART}{part}"


def _drop_parts(state: MutableMapping[Any, Any], key: str, but: Iterable[int | str]) -> None:
    for part in (_LARGE, *range(1, next(n for n in count(1) if _part(key, n) not in state))):
        if part not in but:
            state.pop(_part(key, part), None)


def _is_list(value: object) -> TypeGuard[dict[str, list[Any]]]:
    return (
        isinstance(value, dict)
        and value.keys() == {"order", "files"}
        and all(isinstance(part, list) for part in value.values())
    )
