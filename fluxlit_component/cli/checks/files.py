"""The files of the SQLite store: private, the app's own, on a disk of this machine, with room left."""

from __future__ import annotations

import os
import shlex
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from fluxlit_component.cli.checks.finding import Finding, hint, ok, problem, warning

_SHARES: Final = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "afs", "ceph", "glusterfs", "lustre"}
_LEAST_FREE: Final = 100 * 2**20
_MOUNTS: Final = Path("/proc/mounts")


def check_files(path: Path) -> Iterator[Finding]:
    """Look at the database, its log and its index, as far as they are there."""
    if os.name != "nt":
        yield from _check_modes(path)
    kind = file_system_of(path, _MOUNTS.read_text(encoding="utf-8") if _MOUNTS.exists() else "")
    if kind in _SHARES or kind.startswith("fuse."):
        text = f"{path} lies on a network share ({kind}), where SQLite's locks do not hold"
        remedy = "export FLUXLIT_SESSION_SQLITE_PATH=/var/lib/app/sessions.db"
        yield problem("files", f"{text}: the file will break", f"{remedy}    # a local disk, or Redis or SQL")
    free = shutil.disk_usage(path.parent).free
    if free < _LEAST_FREE:
        text = f"only {free // 2**20} MiB are free on that disk: soon nothing can be saved"
        yield warning("files", text, f"df -h {shlex.quote(str(path.parent))}")


def _check_modes(path: Path) -> Iterator[Finding]:
    is_private = True
    for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        if not file.exists():
            continue
        status, name, me = file.stat(), shlex.quote(str(file)), os.geteuid()
        if (mode := stat.S_IMODE(status.st_mode)) & 0o077:
            is_private = False
            text = f"{file} has mode {mode:04o}: other users here can read it"
            yield problem("files", text, f"chmod 600 {name}")
        if status.st_uid != me:
            text = f"{file} belongs to user {status.st_uid}, and you are {me}: is it the app's user?"
            yield hint("files", text, f"ls -l {name}")
    folder = path.parent
    if folder.stat().st_mode & (stat.S_IWOTH | stat.S_ISVTX) == stat.S_IWOTH:
        text = f"everybody may write to {folder}, and so put another file in the place of the database"
        yield warning("files", text, f"chmod o-w {shlex.quote(str(folder))}")
    if is_private:
        yield ok("files", f"{path}, mode 0600, the owner's only")


def file_system_of(path: Path, mounts: str) -> str:
    """The kind of file system that a path is on, by a table in the form of /proc/mounts; "" if unknown."""
    points = {"": ""}
    for line in mounts.splitlines():
        _, point, kind, *_ = line.split(" ")
        point = point.replace("\\040", " ")
        if path.is_relative_to(point):
            points[point] = kind
    return points[max(points, key=len)]
