"""The streams and jobs of a tab's session in one run. An app without any loads nothing of `background`."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from fluxlit_component.internals import Run, app_secrets, current_run
from fluxlit_component.settings import load_settings
from fluxlit_component.state.record import TASK, Record
from fluxlit_component.stores.base import RecordStore
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab
from fluxlit_component.tab.tabs import others_with

if TYPE_CHECKING:
    from fluxlit_component.background.tasks import Tasks


def tasks_of(run: Run, tab: Tab, store: RecordStore, policy: Policy, *, save: Callable[[], object]) -> Tasks:
    """What a run may do with the tasks of its session."""
    from fluxlit_component.background import registry
    from fluxlit_component.background.tasks import Taken, Tasks

    if tab.taken is None:
        tab.taken = Taken(lambda: _may_not_take(run, tab, policy))
    if tab.sid is not None and tab.sid != tab.ids.offer:
        registry.rename(tab.ids.offer, tab.sid)  # tasks that were begun before the session was known

    def began() -> None:
        tab.known.has_record = True

    return Tasks(
        sid=tab.sid or tab.ids.offer,
        store=store if tab.sid is not None else None,
        lifetimes=policy.lifetimes,
        limits=load_settings(app_secrets()),
        anchor=run.anchor,
        session_id=run.session_id,
        taken=tab.taken,
        lock=tab.lock,
        context=run.context,
        person=policy.visitor.person,
        hold_seconds=policy.live_seconds,
        save=save,
        began=began,
        outages=lambda doing: tab.standing.outages(doing, tab.sid),
    )


def _may_not_take(run: Run, tab: Tab, policy: Policy) -> bool:
    """Whether a result taken by this page would be lost: it was left, or may prove to be a copy of a tab."""
    if tab.is_left:
        return True
    if tab.runs > 1 or tab.sid is None or not policy.fork_copies or run.is_app_test:
        return False
    return any(not other.has_gone for other in others_with(tab.sid, tab))


def tasks_of_page(page: object) -> Tasks:
    """What a run may do with tasks where no session is kept. They end with the page that has them."""
    from fluxlit_component.background.tasks import Tasks

    run = current_run()
    return Tasks(
        sid=f"page {run.session_id if run is not None else ''}",
        limits=load_settings(app_secrets()),
        anchor=run.anchor if run is not None else page,
        session_id=run.session_id if run is not None else "",
        context=run.context if run is not None else None,
    )


def end_tasks(store: RecordStore, sid: str | None) -> None:
    """End the streams and jobs of a session that ends."""
    if sid is not None and (record := store.load(sid)) is not None and has_tasks(record):
        from fluxlit_component.background.tasks import end_tasks as end

        end(store, sid, record)


def has_tasks(record: Record) -> bool:
    """Whether a record names streams or jobs."""
    return any(name.startswith(TASK) for name in record.fields)
