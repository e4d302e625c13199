"""Pages of a session, and the same session in another process."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import Any

from fluxlit_component.background import registry
from fluxlit_component.background.task import Kind, Task
from fluxlit_component.background.tasks import Taken, Tasks
from fluxlit_component.background.views import Job, Stream
from fluxlit_component.errors import StoreUnavailable
from fluxlit_component.settings import Settings
from fluxlit_component.state.record import Lifetimes
from fluxlit_component.stores.base import RecordStore

LIVES = Lifetimes(3600, None)


class Anchor:
    """Lives as long as a page."""


class Page:
    """One page of a session, as `UrlSession` has it."""

    kind = Tasks

    def __init__(
        self,
        sid: str,
        store: RecordStore | None,
        *,
        limits: Settings | None = None,
        lifetimes: Lifetimes = LIVES,
        hold_seconds: float = 120.0,
    ) -> None:
        self.has_left = False
        self.anchor = Anchor()
        self.saves = 0
        self.failures: list[str] = []
        self.lock = threading.RLock()
        self.taken = Taken(lambda: self.has_left)
        self.tasks = self.kind(
            sid=sid,
            store=store,
            lifetimes=lifetimes,
            limits=limits or Settings(),
            anchor=self.anchor,
            taken=self.taken,
            lock=self.lock,
            hold_seconds=hold_seconds,
            outages=self.outages,
        )

    @contextmanager
    def outages(self, doing: str) -> Iterator[None]:
        """Note what the store did not answer."""
        try:
            yield
        except StoreUnavailable:
            self.failures.append(doing)

    def stream(self, key: str, source: Any = None, *args: Any) -> Stream | None:
        """As `UrlSession.stream`."""
        if source is None:
            task = self.tasks.find(key, "stream")
        else:
            task = self.tasks.start(key, "stream", partial(source, *args))
        return Stream(task, self.tasks) if task is not None else None

    def begin(self, key: str, source: Any, *args: Any) -> Stream:
        """A stream that is there for certain."""
        stream = self.stream(key, source, *args)
        assert stream is not None
        return stream

    def job(self, key: str, function: Any = None, *args: Any, executor: Any = None) -> Job | None:
        """As `UrlSession.job`."""
        if function is None:
            task = self.tasks.find(key, "job")
        else:
            task = self.tasks.start(key, "job", partial(function, *args), executor=executor)
        return Job(task, self.tasks) if task is not None else None

    def save(self) -> None:
        """What the end of a run does: one commit with what was taken, and then it is settled."""
        assert self.tasks.store is not None
        changes = self.taken.notes()
        if changes:
            done = self.tasks.store.commit(self.tasks.sid, LIVES.commit(changes))
            assert done.verdict == "committed"
        self.taken.saved()


class _TasksElsewhere(Tasks):
    """Knows nothing of what runs in this process."""

    def find(self, key: str, kind: Kind) -> Task | None:
        return None if key in self.taken else self._as_stored(key, None)


class PageElsewhere(Page):
    """A page of another process."""

    kind = _TasksElsewhere


@contextmanager
def another_process() -> Iterator[None]:
    """What is begun in this block is another process's: here it is known from the store only."""
    here = {**registry._tasks}
    registry._tasks.clear()
    try:
        yield
    finally:
        registry._tasks.clear()
        registry._tasks.update(here)


def there(stream: Stream | None) -> Stream:
    """A stream that has to be there."""
    assert stream is not None
    return stream
