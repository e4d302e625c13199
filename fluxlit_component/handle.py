"""`UrlSession`: the session as the app has it in its hands, for the length of one run.

It has all that the app may ask and tell. Leaving its block saves, however it is left: see `tab.run`.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, Awaitable, Callable, Iterable, Mapping, MutableMapping, Sequence
from functools import partial, wraps
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Generic, Literal, ParamSpec, TypeAlias, TypeVar, cast, overload

import streamlit as st
from typing_extensions import Self

from fluxlit_component import arguments, internals
from fluxlit_component.arguments import M
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.state.caps import MAX_UPLOAD_BYTES
from fluxlit_component.state.keys import PART
from fluxlit_component.tab.page import Page
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.run import SessionRun
from fluxlit_component.tab.standing import Status
from fluxlit_component.tab.tab import Tab
from fluxlit_component.tab.tabs import tab_of

P = ParamSpec("P")

if TYPE_CHECKING:
    from concurrent.futures import Executor

    from fluxlit_component.background.task import Kind
    from fluxlit_component.background.views import Job, Stream
    from fluxlit_component.links.links import Link
    from fluxlit_component.state.schema import Schema
    from fluxlit_component.state.uploads import KeptUpload, Upload

    Function: TypeAlias = Callable[..., object]
    Source: TypeAlias = Callable[P, object] | Iterable[Any] | AsyncIterable[Any]

Frame = TypeVar("Frame")
R = TypeVar("R")
V = TypeVar("V", "Stream", "Job")


class UrlSession(Generic[M]):
    """One run's view of the visitor's session. A context manager: leaving the block saves.

    The attributes describe the run in which the object was made.
    """

    def __init__(self, tab: Tab | None, run: SessionRun | None, schema: Schema[M] | None = None) -> None:
        if tab is None:
            tab = Tab("")
            tab.standing.status = "disabled"
        self._tab = tab
        self._run = run
        self._schema = schema
        self._rotated = False

    def __repr__(self) -> str:
        return f"UrlSession(status={self.status!r}, is_new={self.is_new}, restored={len(self.restored)} keys)"

    @property
    def id(self) -> str | None:
        """The session id, 43 characters; None while disabled or pending. Never print or log it."""
        return None if self._tab.is_private else self._tab.sid

    @property
    def status(self) -> Status:
        """How things stand.

        ``"ready"``: the state is kept. ``"pending"``: the browser has not answered yet, or the visitor has
        not consented; nothing is kept so far. ``"degraded"``: the store does not answer; the app goes on,
        changes are saved when it is back. ``"disabled"``: switched off, or not in a Streamlit run.
        ``"no-browser"``: an agent or a health check runs the app; there is nothing to come back to.
        """
        if self._tab.standing.carrier == "none":
            return "no-browser"
        if not self._tab.is_private:
            return self._tab.standing.status
        return "degraded" if self._tab.consent.erasing else "pending"

    @property
    def is_new(self) -> bool:
        """Whether this page load found nothing to restore."""
        return self._tab.standing.is_new

    @property
    def identity_changed(self) -> bool:
        """Whether with this run somebody signed in or out, or another person is there: the id is new then."""
        return self._tab.standing.change is not None

    @property
    def restored(self) -> tuple[str, ...]:
        """Keys whose values came back at this page load, sorted."""
        return self._tab.standing.restored

    @property
    def lost(self) -> tuple[str, ...]:
        """Keys of live values that existed before this page load and that are gone now, sorted.

        Live values, such as a client or a lock, come back by reference while the process still has them. Lost
        keys are absent, so that `if "client" not in st.session_state` makes the values again.
        """
        return self._tab.standing.lost

    @property
    def skipped(self) -> Mapping[str, str]:
        """Key -> why it is not kept and what to do about it."""
        return MappingProxyType(dict(self._tab.standing.skipped))

    @property
    def expires_in(self) -> float | None:
        """Seconds until the record ends if nothing more is done; None: never, or there is none yet."""
        known = self._tab.known
        return known.seconds_left(known.idle_expires, known.expires)

    @property
    def state(self) -> M:
        """`st.session_state` as an instance of `model`: typed, with defaults, validated on assignment.

        Reading sees the widgets' present values. Assigning validates (the model's own validators
        included) and writes through. A change inside a value is saved like any other change.

        Raises:
            ConfigurationError: the session was made without `model=`.
        """
        if self._schema is None:
            raise ConfigurationError("session.state needs a model: url_session(model=YourModel)")
        from fluxlit_component.state.typed import View

        return cast("M", View(self._schema, cast("MutableMapping[str, Any]", st.session_state)))

    @overload
    def keep_upload(self, file: Upload | None, *, key: str, max_bytes: int = ...) -> KeptUpload | None: ...
    @overload
    def keep_upload(self, file: Sequence[Upload], *, key: str, max_bytes: int = ...) -> list[KeptUpload]: ...

    def keep_upload(
        self, file: Upload | Sequence[Upload] | None, *, key: str, max_bytes: int = MAX_UPLOAD_BYTES
    ) -> KeptUpload | list[KeptUpload] | None:
        """Keep the uploaded files, and give them back after F5, when the uploader itself is empty.

        The files in the uploader replace the kept files, so the cross of a file drops it. They are kept
        under `key` of `st.session_state`, a key of your own, not the uploader's; `del` drops them, too.

        Args:
            file: what `st.file_uploader`, `st.camera_input` or `st.audio_input` returned: a file or None, or
                with `accept_multiple_files` a list, which gets a list.
            key: where to keep it.
            max_bytes: a larger file is not stored. It comes back by reference while this process has it (all
                of them: `FLUXLIT_LIVE_UPLOAD_BYTES`). If it is gone, `lost` names the key. Default
                1,024,000; more needs `Caps(value_bytes=...)`, and from 4 MiB on `session_bytes`, too.

        Raises:
            ConfigurationError: `file` is something that no uploader returns.
        """
        from fluxlit_component.state.uploads import Limits, Seen, Upload, keep_upload

        arguments.of_type(str, "a string", key=key)
        arguments.of_type(int | float, "a number of bytes", max_bytes=max_bytes)
        # For a file that Streamlit has no more it returns a tuple, which has an id and no bytes.
        many = isinstance(file, (list, tuple)) and not hasattr(file, "file_id")
        found: list[Any] = [*cast("Sequence[Upload]", file)] if many else [file] if file is not None else []
        for each in found:
            if not hasattr(each, "file_id"):
                taken = "what st.file_uploader, st.camera_input or st.audio_input returned"
                arguments.of_type(Upload, taken, file=each)
        tab, run = self._tab, internals.current_run()
        policy = tab.opened[1] if tab.opened is not None else Policy()
        given = [each for each in found if isinstance(each, Upload)]
        limits = Limits(max_bytes, policy.caps, policy.live_upload_bytes)
        seen = Seen(run.uploaders(tab.page.cleared) if run is not None else {}, tab.runs, tab.page.swept)
        notes = self._page().uploads
        kept = keep_upload(st.session_state, given, key=key, many=many, limits=limits, seen=seen, notes=notes)
        if kept.is_incomplete:
            tab.standing.lose([key])
        if kept.is_new:  # what is lost of the old files is no loss any more
            tab.naming = {k: at for k, at in tab.naming.items() if not k.startswith(key + PART)}
            tab.standing.lost = tuple(name for name in tab.standing.lost if name != key)
        return kept.files if many else next(iter(kept.files), None)

    def keep_edits(self, frame: Frame, *, key: str, **options: Any) -> Frame:
        """`st.data_editor` whose edits survive F5 and other pages: draw it, keep and return the edited table.

        The table is kept under `key` of `st.session_state`. To replace the table, assign that key. To begin
        again from `frame`, delete the key.

        Args:
            frame: what the editor shows as long as nothing is kept: anything `st.data_editor` takes.
            key: where to keep the edited table; a key of your own, not one of a widget.
            options: those of `st.data_editor`, such as `num_rows="dynamic"`.
        """
        from fluxlit_component.state.edits import keep_edits

        arguments.of_type(str, "a string", key=key)
        run = internals.current_run()
        state = run.state if run else internals.State(st.session_state)
        notes = self._page().edits
        return cast("Frame", keep_edits(state, frame, key=key, draw=st.data_editor, notes=notes, **options))

    def _page(self) -> Page:
        # What is kept of uploads and tables is of use without a session, too.
        run = internals.current_run() if self._run is None else None
        return (tab_of(run, "") if run is not None else self._tab).page

    def persist(self) -> bool:
        """Save now what has changed so far. True if it is in the store, or nothing had changed.

        This also works from a thread with Streamlit's `add_script_run_ctx`, after its run has ended.
        False if the page was loaded anew or the session destroyed meanwhile.
        """
        if self._run is None:
            return False
        self._run.save()
        return self._tab.standing.status == "ready" and not (self._tab.is_left or self._tab.wiping)

    def rotate(self) -> bool:
        """Give the session a new id and keep the data, as after a change of privilege (OWASP).

        The old id keeps only what runs before have saved, and ends once the browser has confirmed the new id.
        To make that prompt, leaving the `with` block, or a `session.fragment`, starts a rerun: call it once,
        where the privilege changes. False if the store did not answer: then the id stays.
        """
        done = self._run is not None and self._run.commands.rotate()
        self._rotated |= done
        return done

    def clear(self) -> None:
        """Empty `st.session_state` (the keys that are kept) and the record; the id stays.

        Widgets on the page go on showing their values. These are kept again once they change.
        """
        if self._run is not None:
            self._run.commands.clear()

    def destroy(self) -> bool:
        """End the session for good: no late writer brings it back.

        The rest of this run still sees its `st.session_state`; the next run begins with an empty one
        and a new id. A field that is still on the page goes on showing its value, and the browser sends it
        again, until the page is loaded anew. False if the store did not answer: then nothing has changed.
        """
        return self._run is not None and self._run.commands.destroy()

    def leave_guard(self, on: bool = True) -> None:  # noqa: FBT001, FBT002 - a switch, and named as one
        """Have the browser ask before the page is left while something is unsent, F5 included.

        Unsent is text typed into a text, area, number or chat input, with a key or without. The browser asks
        in its own words, and only who has used the page. The guard holds from the end of this run until a
        full run without this call ends: call it in each run, in the `with` block. `on` False: do not ask.
        """
        arguments.of_type(bool, "True or False", on=on)
        self._tab.guard = on

    def link(
        self,
        page: object = None,
        *,
        mode: Literal["resume", "copy"] = "resume",
        once: bool = True,
        ttl_seconds: float = 600,
        keys: Iterable[str] | None = None,
    ) -> str:
        """Make a link that brings this session, or a copy of it, to whoever opens it.

        The link holds a token, never the session id, in the URL fragment, which no request has. Make it on
        demand (a click); for a link that is drawn in every run use `href`. While the session is not being
        kept (`status`), the address comes without a token.

        Args:
            page: where the link leads: None for this page, a URL path, a page's script or an `st.Page`.
            mode: ``"resume"``: the other device joins this session, both write. ``"copy"``: the other
                device gets a session of its own with the state of this moment.
            once: whether the link works only once. If many open it at the same time, it works for one.
            ttl_seconds: how long the link works.
            keys: for a copy: glob patterns of the keys that go along; None: all.

        Raises:
            ConfigurationError: an argument that cannot work, or a page that the app does not have.
        """
        arguments.of_type(bool, "True or False", once=once)
        allowed = None if keys is None else arguments.patterns("keys", keys)
        if arguments.one_of("mode", mode, ("resume", "copy")) != "copy" and allowed is not None:
            raise ConfigurationError('keys= is for a copy of the state: session.link(mode="copy", keys=...)')
        return self._address(page, ttl_seconds, mode, once=once, keys=allowed)

    def href(self, page: object = None, *, ttl_seconds: float = 86_400) -> str:
        """Return the address of a page that goes on with this session, for HTML or e-mail of the app's own.

        Like `link(once=False)`, but the address stays the same in every run of this tab until half its time
        is over. Whoever has the address has the session while it works: `revoke_links()` ends that.
        """
        return self._address(page, ttl_seconds, "resume", once=False, is_steady=True)

    def _address(self, page: object, seconds: float, mode: Any, *, is_steady: bool = False, **of: Any) -> str:
        from fluxlit_component.links.address import page_address
        from fluxlit_component.links.links import Order

        order = Order(mode, ttl_seconds=arguments.lifetime("ttl_seconds", seconds), **of)
        if self._run is None:
            return page_address("", {}, page)
        return self._run.commands.sharing().link(page, order, is_steady=is_steady)

    def links(self) -> tuple[Link, ...]:
        """The links of this session, newest first, with age and uses, until a day after they end.

        Empty also if the store does not answer.
        """
        return self._run.commands.sharing().all() if self._run is not None else ()

    def revoke_links(self) -> int | None:
        """End all links of this session. Return how many were open; None if the store did not answer."""
        return self._run.commands.sharing().revoke() if self._run is not None else 0

    @overload
    def stream(self, key: str, /) -> Stream | None: ...
    @overload
    def stream(self, key: str, source: Source[P], /, *args: P.args, **kwargs: P.kwargs) -> Stream: ...

    def stream(self, key: str, source: Any = None, /, *args: Any, **kwargs: Any) -> Stream | None:
        """Make an answer in a thread of its own, and find it again: after F5, on any page, in any tab.

        While there is one, running or ended, a call returns it. `take()` and `discard()` free the key.

        Args:
            key: name of the stream in this session.
            source: a function that returns an iterator, a generator function, plain or async, or an iterator.
                It gives text, or anything that can be stored. None: only find the stream.
            args: arguments of the function. It runs beside the script: give it copies of values that change.
            kwargs: keyword arguments of the function.

        Returns:
            The stream; None without a function, if there is nothing under the key.

        Raises:
            TooManyTasks: the limit of running streams and jobs is reached.
            ConfigurationError: the key is no string, there is a job under it, or `source` gives no chunks.
        """
        from fluxlit_component.background.views import Stream

        kinds: Any = Callable | Iterable | AsyncIterable | Awaitable | None
        arguments.of_type(kinds, "a function or what gives chunks, such as a generator", source=source)
        work = partial(source, *args, **kwargs) if callable(source) else source
        return self._view(Stream, key, "stream", work)

    @overload
    def job(self, key: str, /) -> Job | None: ...
    @overload
    def job(
        self, key: str, function: Function, /, *args: Any, executor: Executor | None = None, **kwargs: Any
    ) -> Job: ...

    def job(
        self, key: str, function: Any = None, /, *args: Any, executor: Executor | None = None, **kwargs: Any
    ) -> Job | None:
        """Run a function in a thread of its own, and find the job again: like `stream`, with one result.

        The function calls `progress()` to say how far it is. A result that cannot be stored is there as long
        as this process and a page that has shown the result.

        Args:
            key: name of the job in this session.
            function: what to call, plain or async; None: only find the job.
            args: arguments of the function.
            executor: where to run the function instead, such as a pool of the app's own. In a pool of
                processes `progress()` says nothing.
            kwargs: keyword arguments of the function.

        Raises:
            TooManyTasks: the limit of running streams and jobs is reached.
            ConfigurationError: the key is no string, there is a stream under it, or `executor` is no pool.
        """
        from fluxlit_component.background.views import Job

        arguments.of_type(Callable | None, "a function", function=function)
        if executor is not None and not hasattr(executor, "submit"):
            raise ConfigurationError(f"executor takes a pool with submit(), not {type(executor).__name__}")
        work = partial(function, *args, **kwargs) if function is not None else None
        return self._view(Job, key, "job", work, executor)

    def _view(self, view: type[V], key: str, kind: Kind, work: Any, executor: Any = None) -> V | None:
        from fluxlit_component.tab.tasks import tasks_of_page

        arguments.of_type(str, "a string", key=key)
        tasks = self._run.commands.tasks() if self._run is not None else tasks_of_page(self)
        task = tasks.find(key, kind) if work is None else tasks.start(key, kind, work, executor=executor)
        return view(task, tasks) if task is not None else None

    def follow(self, task: Stream | Job, *, every: float = 0.5) -> None:
        """Draw a stream or job here, and go on drawing it beside the script, in a fragment of its own.

        So the rest of the page can be used meanwhile. When the task has ended, the script runs again. A
        stream is drawn as text and whatever else it gives, a job as a progress bar with its note.
        `every`: seconds until the fragment begins, after each run of the script.
        """
        from fluxlit_component.background.views import Job, Stream, follow

        arguments.of_type(Stream | Job, "a stream or a job that is there", task=task)
        follow(task, fragment=self.fragment, every=arguments.lifetime("every", every))

    @overload
    def fragment(self, func: Callable[P, R], /) -> Callable[P, R]: ...
    @overload
    def fragment(
        self, func: None = None, /, **options: Any
    ) -> Callable[[Callable[P, R]], Callable[P, R]]: ...

    def fragment(
        self, func: Callable[P, R] | None = None, /, **options: Any
    ) -> Callable[P, R] | Callable[[Callable[P, R]], Callable[P, R]]:
        """`st.fragment` that also saves what the fragment changed, however it is left.

        Use it like `st.fragment`, with or without arguments. A plain `st.fragment` is fine, too: its changes
        are there after F5, and the next full run saves them. But it does not notice that somebody else is
        signed in since the last full run. `options`: those of `st.fragment` in the installed release:
        `run_every=`, from 1.58 on `parallel=`, from 1.63 on `key=`.
        """

        def decorate(inner: Callable[P, R]) -> Callable[P, R]:
            @wraps(inner)
            def saved(*args: P.args, **kwargs: P.kwargs) -> R:
                if self._run is None:
                    return inner(*args, **kwargs)
                ended, sid = False, self._tab.sid
                self._run.begin_fragment()
                try:
                    found = inner(*args, **kwargs)
                    ended = True
                finally:
                    is_alone = self._run.save_fragment(ended=ended)
                if is_alone and self._tab.sid != sid and not self._tab.wiping:
                    st.rerun()  # draws the bridge, which tells the browser the new id
                return found

            return cast("Callable[P, R]", st.fragment(saved, **options))

        return decorate if func is None else decorate(func)

    def __enter__(self) -> Self:
        if self._run is not None:
            self._run.enter()
        return self

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> Literal[False]:
        if self._run is None:
            return False
        refused = internals.refused_key(error, self._run.suspects()) if isinstance(error, Exception) else None
        if refused is not None:
            # A record from elsewhere, or from an older version of the app: one bad value breaks no page.
            self._run.heal(refused)
            st.rerun()
        brought_late = self._run.close(error)
        if (self._rotated or brought_late) and error is None:
            st.rerun()
        return False

    def panel(self) -> None:
        """Draw what the session did, for developers: keys, sizes, lifetimes, store, conflicts, skipped keys.

        Draw it after the `with` block, so that it includes this run's saving. It shows names of keys, never
        their values and never the id. It works with every status.
        """
        from fluxlit_component.panel.panel import draw_panel
        from fluxlit_component.stores.assembly import report_on

        draw_panel(self.status, self._tab, report_on(opened[0]) if (opened := self._tab.opened) else None)

    def status_badge(self) -> None:
        """Draw the status as a small badge where the app is just drawing. Its tooltip explains the status."""
        from fluxlit_component.panel.panel import draw_badge

        draw_badge(self.status)
