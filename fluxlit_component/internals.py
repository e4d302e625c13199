"""The one place that touches what Streamlit does not document.

Each function is guarded: when a release moved the thing it looks for, it returns the documented
fallback and the package goes on with less comfort, never with an error. `tests/test_internals.py`
fails with a telling message when that happens. Measured on Streamlit 1.40 to 1.67.
"""

from __future__ import annotations

import json
import re
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache, lru_cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, NamedTuple, TypeVar, cast
from urllib.parse import parse_qs

from streamlit.runtime.scriptrunner import get_script_run_ctx

T = TypeVar("T")

_APP_TEST_SESSION: Final = "test session id"
_ELEMENT: Final = "$$ID-"
_KEYED_ELEMENT: Final = re.compile(r"\$\$ID-[^-]+-(.+)", re.DOTALL)
_RETRIES: Final = 5
_ANCHOR_KEY: Final = "$$STREAMLIT_INTERNAL_KEY_FLUXLIT"
"""A key that Streamlit takes for one of its own: no app sees it, none of its clean-ups takes it away."""
_SECRETLESS_SECONDS: Final = 10.0

_secretless: tuple[object, float] | None = None
"""Streamlit's secrets when their files were missing, and until when that is believed."""


class _Anchor:
    """Takes weak references, and is one per Streamlit session of AppTest."""


class Reading(NamedTuple):
    """Session state at one moment."""

    values: dict[str, Any]
    """As `Run.read`."""
    live: Mapping[str, str]
    """As `Run.live_widgets`."""


class Outline(NamedTuple):
    """What session state holds at one moment, without a look at the values of widgets."""

    names: frozenset[str]
    """The keys that `Run.read` would give."""
    held: Mapping[str, Any]
    """Key -> value of those that belong to no widget; and what Streamlit keeps under names of its own."""
    live: Mapping[str, str] = MappingProxyType({})
    """As `Run.live_widgets`."""
    written: frozenset[str] = frozenset()
    """As `Run.written_keys`."""
    sent: frozenset[str] = frozenset()
    """As `Run.sent_keys`."""


class Run:
    """One script run, seen through Streamlit's script context."""

    def __init__(self, context: Any) -> None:
        self._context = context

    # --- which run this is -------------------------------------------------------------------

    @property
    def anchor(self) -> object:
        """An object that lives exactly as long as the Streamlit session and takes weak references.

        `SessionState` does until it got slots (somewhere after 1.51); then the fragment storage is
        the next one of which a Streamlit session has exactly one.
        """
        state = getattr(self._context.session_state, "_state", None)
        if state is not None and _takes_weak_references(state):
            return cast("object", state)
        if self.is_app_test:
            # Up to some 1.6x AppTest gives each run a fragment storage of its own.
            return _guard(lambda: _kept_anchor(state), self._context.fragment_storage)
        return cast("object", self._context.fragment_storage)

    @property
    def is_app_test(self) -> bool:
        """Whether AppTest drives the script: there is no browser that could answer."""
        return getattr(self._context, "session_id", None) == _APP_TEST_SESSION

    @property
    def is_fragment(self) -> bool:
        """Whether only fragments run, not the whole script."""
        return bool(getattr(self._context, "fragment_ids_this_run", None))

    @property
    def script_path(self) -> str | None:
        """Path of the app's main script."""
        return getattr(self._context, "main_script_path", None)

    @property
    def url(self) -> str:
        """Where the visitor is: origin and path, as the browser sees it. Empty if that is not known."""

        def look() -> str:
            import streamlit as st

            context: Any = st.context  # `url` came with 1.45
            if url := getattr(context, "url", None):
                return str(url)
            origin = context.headers.get("Origin") or ""
            prefix = str(st.get_option("server.baseUrlPath") or "").strip("/")
            path = self.page_paths.get(self._context.pages_manager.get_pages()[self.page]["script_path"], "")
            return f"{origin}/{prefix}/{path}" if prefix else f"{origin}/{path}"

        return _guard(look, "")

    @property
    def page_paths(self) -> Mapping[str, str]:
        """Path of each page's script (a function: its URL path) -> its URL path, "" for the default page."""

        def look() -> Mapping[str, str]:
            pages = self._context.pages_manager.get_pages()
            # A page that is a function has no script: those would all be one.
            return {
                str(page["script_path"] or page.get("url_pathname") or ""): str(
                    page.get("url_pathname") or ""
                )
                for page in pages.values()
            }

        return _guard(look, {})

    @property
    def page(self) -> str:
        """An opaque name of the page being run; changes when the visitor changes the page."""
        return str(_guard(lambda: self._context.page_script_hash, ""))

    @property
    def page_is_unresolved(self) -> bool:
        """Whether a sub-page was asked for and `st.navigation` has not said yet which pages exist.

        Ending the script now would make Streamlit forget the page.
        """

        def look() -> bool:
            manager = self._context.pages_manager
            return bool(manager.intended_page_name) and not _knows_its_pages(manager)

        return _guard(look, default=False)

    @property
    def token(self) -> object:
        """An object that is the same throughout one run and another one in the next."""
        return cast("object", self._context.cursors)

    def query_value(self, param: str) -> str | None:
        """The value of a query parameter of this run, if it has exactly one."""

        def look() -> str | None:
            found = parse_qs(self._context.query_string, keep_blank_values=True).get(param, [])
            return found[0] if len(found) == 1 else None

        return _guard(look, None)

    def set_query_value(self, param: str, value: str) -> None:
        """Set a query parameter of AppTest, which has no browser to hold it."""

        def act() -> None:
            import streamlit as st

            st.query_params[param] = value

        _guard(act, None)

    # --- session state without yield points --------------------------------------------------

    def read(self) -> dict[str, Any]:
        """All plain and user-keyed values.

        Unlike `st.session_state` this does not yield: it works while a rerun or stop is pending,
        which is just when the last chance to save comes.
        """
        return self.reading().values

    def reading(self) -> Reading:
        """The values, and which of them are those of widgets: both of the same moment."""
        safe = self._context.session_state
        for attempt in range(_RETRIES):
            try:
                found = _guard(lambda: _read_directly(safe), None)
                return found or Reading(dict(safe.filtered_state), self.live_widgets())
            except RuntimeError:
                # A superseding run on another thread resized a dict under our hands.
                if attempt == _RETRIES - 1:
                    raise
        return Reading({}, {})

    def outline(self) -> Outline:
        """All that there is to know without asking for the value of a widget."""
        found = _guard(lambda: _outlined(self._context.session_state), None)
        if found is not None:
            return found
        state = self.read()
        return Outline(frozenset(state), state, self.live_widgets(), self.written_keys(), self.sent_keys())

    def write(self, values: Mapping[str, Any]) -> None:
        """Set values without yielding. Raises what Streamlit raises for a drawn widget's key."""
        safe = self._context.session_state
        inner = getattr(safe, "_state", None)
        if _guard(self._nothing_is_drawn, default=False) and isinstance(
            fresh := getattr(inner, "_new_session_state", None), dict
        ):
            fresh.update(values)  # what assigning does, once it has found that the key's widget is not drawn
            return
        target = inner if inner is not None else safe
        for key, value in values.items():
            target[key] = value

    def _nothing_is_drawn(self) -> bool:
        return not self._drawn_elements() and not self._of_this_run("form_ids_this_run")

    def lay_under(self, values: Mapping[str, Any]) -> None:
        """Give keys a value that anything newer hides.

        For widgets whose value the browser has sent but which are not drawn yet: Streamlit cannot read
        such a value, so an app that sets a default when the key is missing would overwrite it.
        """

        def act() -> None:
            old = self._context.session_state._state._old_state
            for key, value in values.items():
                old.setdefault(key, value)

        _guard(act, None)

    def drop(self, keys: Iterable[str]) -> None:
        """Delete keys without yielding; a missing one is no error."""
        safe = self._context.session_state
        inner = getattr(safe, "_state", None)
        target = inner if inner is not None else safe
        for key in keys:
            try:
                del target[key]
            except KeyError:
                continue

    # --- widgets -----------------------------------------------------------------------------

    def written_keys(self) -> frozenset[str]:
        """Keys set through session state since this run began, callbacks included."""
        return _guard(lambda: frozenset(self._context.session_state._state._new_session_state), frozenset())

    def live_widgets(self) -> dict[str, str]:
        """User key -> value type of each widget that has a value of its own right now.

        A widget that was not drawn in the last run has none: Streamlit swept it away, and what
        `st.session_state` shows under its key may be a leftover from before it was drawn.
        """

        def look() -> dict[str, str]:
            state = self._context.session_state._state
            metadata = state._new_widget_state.widget_metadata
            old, sent = state._old_state, state._new_widget_state.states
            return {
                key: str(metadata[element].value_type)
                for element, key in dict(state._key_id_mapper.id_key_mapping).items()
                if (element in old or element in sent) and element in metadata
            }

        return _guard(look, {})

    def drawn_keys(self) -> frozenset[str]:
        """User keys of the widgets drawn in this run so far."""

        def look() -> frozenset[str]:
            mapping = dict(self._context.session_state._state._key_id_mapper.id_key_mapping)
            return frozenset(mapping[element] for element in self._drawn_elements() if element in mapping)

        return _guard(look, frozenset())

    def _drawn_elements(self) -> frozenset[str]:
        return self._of_this_run("widget_ids_this_run")

    def _of_this_run(self, name: str) -> frozenset[str]:
        held = getattr(getattr(self._context, "shared", self._context), name)
        # A plain set at first, then one with a lock of its own, which 1.67 keeps somewhere else.
        return frozenset(held.snapshot() if hasattr(held, "snapshot") else held)

    def sent_keys(self) -> frozenset[str]:
        """User keys of the widgets whose values the browser sent along with this run."""

        def look() -> frozenset[str]:
            sent = tuple(self._context.session_state._state._new_widget_state.states)
            return frozenset(key for element in sent if (key := _user_key(element)) is not None)

        return _guard(look, frozenset())

    def sent_component_value(self, key: str) -> Mapping[str, Any] | None:
        """The state that the browser sent for the component mounted under `key`, before it is mounted.

        None if there is none, or if it cannot be read: the mount call then returns it, one step later.
        """

        def look() -> Mapping[str, Any] | None:
            states = self._context.session_state._state._new_widget_state.states
            for element, held in tuple(states.items()):
                if _user_key(element) != key:
                    continue
                proto = held.value
                value = json.loads(proto.json_value) if hasattr(proto, "json_value") else proto
                return value if isinstance(value, Mapping) else None
            return None

        return _guard(look, None)


def _takes_weak_references(instance: object) -> bool:
    # Not `__weakref__`: on Python 3.10 a dataclass with slots has the name and not the place for it.
    return bool(type(instance).__weakrefoffset__)


def _kept_anchor(state: Any) -> object:
    if _ANCHOR_KEY not in state:
        state[_ANCHOR_KEY] = _Anchor()
    return state[_ANCHOR_KEY]


def anchor_in_app_test(app_test: Any) -> object:
    """The `Run.anchor` of an AppTest's Streamlit session, seen from outside; None if it had no run yet."""

    def look() -> object:
        safe = getattr(app_test, "_session_state", app_test.session_state)
        state = safe._state
        return state if _takes_weak_references(state) else state[_ANCHOR_KEY]

    return _guard(look, None)


def forget_pages_of_process() -> None:
    """Let the next AppTest find out for itself how its app names its pages, as a new process would.

    Streamlit keeps for the whole process what the first app said: up to some release that `st.navigation`
    was called, later whether there is a folder `pages`. A test suite runs many apps in one process.
    """

    def forget() -> None:
        from streamlit.runtime import pages_manager  # for tests alone, and it may move

        module: Any = pages_manager
        if hasattr(module.PagesManager, "DefaultStrategy"):
            module.PagesManager.DefaultStrategy = module.PagesStrategyV1
        else:
            module.PagesManager.uses_pages_directory = None

    _guard(forget, None)


def current_run() -> Run | None:
    """The script run of this thread, or None outside of one (bare Python, another thread)."""
    context = get_script_run_ctx(suppress_warning=True)
    return Run(context) if context is not None else None


def refused_key(error: BaseException, restored: Iterable[str]) -> str | None:
    """Which restored key made Streamlit raise `error`, or None if it had nothing to do with us.

    Streamlit names the key in the exception when a widget forbids assignment. For a value of the
    wrong type or an option that is gone there is no such name, so the frames of Streamlit's own
    code are searched for the widget's `key` argument.
    """
    candidates = frozenset(restored)

    def look() -> str | None:
        named = getattr(error, "exec_kwargs", {}).get("key")
        if named in candidates:
            return cast("str", named)
        trace = error.__traceback__
        found = None
        while trace is not None:
            frame = trace.tb_frame
            if str(frame.f_globals.get("__name__", "")).startswith("streamlit.elements"):
                key = frame.f_locals.get("key")
                found = str(key) if isinstance(key, str) and key in candidates else found
            trace = trace.tb_next
        return found

    return _guard(look, None)


@cache
def accept_restored_defaults() -> None:
    """Keep Streamlit from complaining that a widget has a default and a value from session state too.

    It says so once per process: in the log, up to some 1.5x on the page of whichever visitor comes first.
    For a restored value that is no mistake of the app.
    """

    def act() -> None:
        from streamlit.elements.lib import policies

        if hasattr(policies, "_shown_default_value_warning"):
            policies._shown_default_value_warning = True

    _guard(act, None)


def app_secrets() -> Mapping[str, Any]:
    """The `[fluxlit]` table of Streamlit's secrets; empty when there is none. Never shows an error.

    While an app has no secrets Streamlit looks for the files at each call, which every run would pay:
    once they were missing, they are looked for again after ten seconds.
    """

    def look() -> Mapping[str, Any]:
        import streamlit as st

        global _secretless  # noqa: PLW0603 - one answer per process is the point
        secrets, now = st.secrets, time.monotonic()
        if _secretless is not None and _secretless[0] is secrets and now < _secretless[1]:
            return {}
        if not secrets.load_if_toml_exists():
            _secretless = (secrets, now + _SECRETLESS_SECONDS)
            return {}
        return dict(secrets.get("fluxlit", {}))

    return _guard(look, {})


@lru_cache(maxsize=4096)
def _user_key(element: str) -> str | None:
    match = _KEYED_ELEMENT.fullmatch(element)
    return match.group(1) if match else None


def _read_directly(safe: Any) -> Reading:
    """What `filtered_state` gives, without its five look-ups for each key that belongs to no widget."""
    with safe._lock:
        state = safe._state
        old, new, widgets = state._old_state, state._new_session_state, state._new_widget_state
        sent, metadata = widgets.states, widgets.widget_metadata
        found, live = {**old, **new}, {}
        for element, key in state._key_id_mapper.id_key_mapping.items():
            if element not in old and element not in sent:
                continue
            known = metadata.get(element)
            if known is not None:
                live[key] = known.value_type
            try:
                if getattr(known, "presenter", None) is not None:
                    found[key] = state[element]
                else:  # the same without looking up what is known here
                    found[key] = state._getitem(element, key if key in new else None)
            except KeyError:
                pass  # the browser sent it, and the widget is not drawn yet
        return Reading({key: value for key, value in found.items() if not key.startswith("$$")}, live)


def _outlined(safe: Any) -> Outline:
    with safe._lock:
        state = safe._state
        old, new, widgets = state._old_state, state._new_session_state, state._new_widget_state
        sent, metadata = widgets.states, widgets.widget_metadata
        held = {**old, **new}
        names = {key for key in held if not key.startswith("$$")}
        live: dict[str, str] = {}
        for element, key in state._key_id_mapper.id_key_mapping.items():
            known = metadata.get(element)
            if element in old or (element in sent and known is not None):
                names.add(key)
                if known is not None:
                    live[key] = known.value_type
        shown = frozenset(key for element in sent if (key := _user_key(element)) is not None)
        return Outline(frozenset(names), held, live, frozenset(new), shown)


def _knows_its_pages(manager: Any) -> bool:
    """Whether a folder `pages` or `st.navigation` has said which pages the app has."""
    # 1.40 has a strategy for each of the two, and begins with the one for folders.
    holder = getattr(manager, "pages_strategy", manager)
    if hasattr(holder, "_pages"):
        return holder._pages is not None or bool(getattr(manager, "uses_pages_directory", False))
    return (Path(manager.main_script_path).parent / "pages").exists()


def _guard(look: Callable[[], T], default: T) -> T:
    try:
        return look()
    except Exception:  # noqa: BLE001 - whatever a new release did, the app goes on
        return default
