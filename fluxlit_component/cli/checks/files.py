"""The files of the SQLite store: private, the app's own, on a disk of this machine, with room left."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fluxlit_component.cli.checks.finding import Finding

_SHARES: Final = frozenset(
    {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre"}
)
_LEAST_FREE: Final = 100 * 2**20
_MOUNTS: Final = Path("/proc/mounts")


def check_files(path: Path) -> Iterator[Finding]:
    """Look at the database, its log and its index, as far as they are there."""
    yield from _check_modes(path)
    kind = file_system_of(path, _MOUNTS.read_text(encoding="utf-8") if _MOUNTS.exists() else "")
    if kind in _SHARES or kind.startswith("fuse."):
        text = (
            f"{path} lies on a network share ({kind}), where SQLite's locks do not hold: the file will break"
        )
        remedy = (
            "export FLUXLIT_SESSION_SQLITE_PATH=/var/lib/app/sessions.db    # a local disk, or Redis or SQL"
        )
        yield Finding("problem", "files", text, remedy)
    free = shutil.disk_usage(path.parent).free
    if free < _LEAST_FREE:
        text = f"only {free // 2**20} MiB are free on that disk: soon nothing can be saved"
        yield Finding("warning", "files", text, f"df -h {shlex.quote(str(path.parent))}")


def _check_modes(path: Path) -> Iterator[Finding]:
    files = [file for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")) if file.exists()]
    if os.name == "nt":
        return
    loose = [file for file in files if stat.S_IMODE(file.stat().st_mode) & 0o077]
    for file in loose:
        text = f"{file} has mode {stat.S_IMODE(file.stat().st_mode):04o}: other users here can read it"
        yield Finding("problem", "files", text, f"chmod 600 {shlex.quote(str(file))}")
    folder = path.parent
    if folder.stat().st_mode & stat.S_IWOTH and not folder.stat().st_mode & stat.S_ISVTX:
        text = f"everybody may write to {folder}, and so put another file in the place of the database"
        yield Finding("warning", "files", text, f"chmod o-w {shlex.quote(str(folder))}")
    strange = [file for file in files if file.stat().st_uid != os.geteuid()]
    for file in strange:
        text = (
            f"{file} belongs to user {file.stat().st_uid}, and you are {os.geteuid()}: is it the app's user?"
        )
        yield Finding("hint", "files", text, f"ls -l {shlex.quote(str(file))}")
    if not loose:
        yield Finding("ok", "files", f"{path}, mode 0600, the owner's only")


def file_system_of(path: Path, mounts: str) -> str:
    """The kind of file system that a path is on, by a table in the form of /proc/mounts; "" if unknown."""
    best, found = -1, ""
    for line in mounts.splitlines():
        _, point, kind, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        if len(point) > best and path.is_relative_to(point):
            best, found = len(point), kind
    return found
