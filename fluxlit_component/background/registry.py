"""The streams and jobs of this process, by session and key."""

from __future__ import annotations

import threading
from typing import Final

from fluxlit_component.background.task import Task
from fluxlit_component.clock import monotonic
from fluxlit_component.errors import TooManyTasks

_lock: Final = threading.Lock()
_tasks: Final[dict[tuple[str, str], Task]] = {}
_working: Final[list[Task]] = []  # tasks whose thread may still be busy, including tasks that were dropped


def find(sid: str, key: str) -> Task | None:
    """The task that this session has under a key."""
    return _tasks.get((sid, key))


def add(sid: str, task: Task) -> Task:
    """Enter a task, or return the one that another caller has entered; `TooManyTasks` if no more may run."""
    with _lock:
        if (there := _tasks.get((sid, task.key))) is not None:
            return there
        _working[:] = [other for other in _working if other.is_working]
        mine = [other for (owner, _), other in _tasks.items() if owner == sid and other.is_working]
        if len(mine) >= task.limits.tasks_per_session:
            raise TooManyTasks(len(mine), "session")
        if len(_working) >= task.limits.tasks_per_process:
            raise TooManyTasks(len(_working), "process")
        task.is_working, task.sid = True, sid
        _tasks[sid, task.key] = task
        _working.append(task)
        return task


def drop(task: Task) -> None:
    """Remove a task. A thread that still works for the task ends with its next chunk."""
    with _lock:
        for name in [name for name, other in _tasks.items() if other is task]:
            del _tasks[name]
        task.sid = None


def of(sid: str) -> list[Task]:
    """All tasks of a session."""
    with _lock:
        return [task for (owner, _), task in _tasks.items() if owner == sid]


def rename(old: str, new: str) -> None:
    """Move the tasks of a session to its new id."""
    with _lock:
        for owner, key in [*_tasks]:
            if owner == old:
                task = _tasks[new, key] = _tasks.pop((owner, key))
                task.sid = new


def forget() -> None:
    """Forget all tasks."""
    _tasks.clear()
    _working.clear()


def let_go(seconds: float, unsaved: frozenset[Task]) -> None:
    """Drop tasks that have ended, are safe in the store, and have been on no page for `seconds`."""
    now = monotonic()
    with _lock:
        for name, task in [*_tasks.items()]:
            is_over = not task.is_running and task not in unsaved and not task.is_watched()
            if is_over and task.seen + seconds < now:
                del _tasks[name]
