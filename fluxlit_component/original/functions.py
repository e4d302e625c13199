"""The four functions of the original system, `fluxlit.url_session`: same names, same arguments.

On any object with `query_params` and `session_state` they do what they always did. Given the
`streamlit` module inside a script run they use the bridge. Like `url_session`, they then accept no id that
the store does not know. For apps that call them already; a new app takes `url_session`.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Mapping
from traceback import format_exception
from typing import Any

from fluxlit_component import arguments, internals
from fluxlit_component.apptest.testmode import store_in_tests
from fluxlit_component.arguments import M
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.identifier import new_session_id
from fluxlit_component.original import facade
from fluxlit_component.original.facade import Facade
from fluxlit_component.settings import is_debug, is_disabled, load_settings
from fluxlit_component.state.keys import Keys
from fluxlit_component.stores.assembly import store_of_run
from fluxlit_component.stores.base import SessionStore
from fluxlit_component.tab.identity import visitor_of
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.run import SessionRun
from fluxlit_component.tab.tab import Tab
from fluxlit_component.tab.tabs import tab_of

_log = logging.getLogger("fluxlit_component.original")


def ensure_url_session(
    st: Facade,
    store: SessionStore,
    *,
    param: str | None = None,
    initial: Mapping[str, Any] | None = None,
    ttl_seconds: float | None = None,
) -> str:
    """Make sure there is a session and return its id.

    Without an id one is minted, the store is seeded with `initial` and the query parameter is set, if it can
    be. With an id, `initial` is merged into the record. In a Streamlit run the gate may end the run here.
    While disabled: the id in the query as it is, or ``""``.
    """
    name, run = _place(st, store, param)
    if is_disabled():
        return facade.query_get(st, name) or ""
    if run is not None:
        tab, session_run = _open(run, store, name, ttl_seconds=ttl_seconds, hydrate=False)
        if initial:
            session_run.commands.seed({str(k): v for k, v in dict(initial).items()})  # keys as Streamlit's
        return tab.sid or ""
    if existing := facade.query_get(st, name):
        if initial:
            facade.save_to(store, existing, {**(store.get(existing) or {}), **dict(initial)}, ttl_seconds)
        return existing
    sid = new_session_id()
    facade.save_to(store, sid, dict(initial or {}), ttl_seconds)
    facade.query_set(st, name, sid)
    return sid


def hydrate_url_session(
    st: Facade,
    store: SessionStore,
    *,
    param: str | None = None,
    merge: bool = True,
    blob: Mapping[str, Any] | None = None,
) -> str | None:
    """Bring the stored values into `st.session_state`, or those of `blob`, and return the id.

    `merge` fills absent keys only; without it every call overwrites, also what the visitor has just entered.
    The id comes back also when the store has nothing under it; None without an id or while disabled.
    """
    if is_disabled():
        return None
    name, run = _place(st, store, param)
    if run is not None:
        if blob is not None:
            # The record counts as read, so that saving loses nothing of it. Its values stay out of the state.
            _open(run, store, name, hydrate=False)[1].commands.quarantine()
        is_read = tab_of(run, name).known.hydrated
        tab, session_run = _open(run, store, name, fill_only=merge)
        if blob is not None and tab.sid is not None:
            facade.merge_into(st, blob, merge=merge)
        elif is_read and (stored := session_run.commands.stored_values()) is not None:
            # Somebody else has stored something, or the app has dropped or changed it.
            facade.merge_into(st, stored, merge=True) if merge else session_run.commands.overwrite(stored)
        return tab.sid
    if not (sid := facade.query_get(st, name)):
        return None
    values = blob if blob is not None else store.get(sid)
    if values is not None:
        facade.merge_into(st, values, merge=merge)
    return sid


def persist_url_session(
    st: Facade, store: SessionStore, *, param: str | None = None, ttl_seconds: float | None = None
) -> str | None:
    """Write the current `st.session_state` to the store and return the id, or None without one.

    A failing snapshot leaves the store as it was and logs a warning, with a traceback when
    ``FLUXLIT_DEBUG=1``, never the id. A value that cannot be stored is left out with a warning.
    """
    if is_disabled():
        return None
    name, run = _place(st, store, param)
    if run is not None:
        tab, session_run = _open(run, store, name, ttl_seconds=ttl_seconds, fill_only=True)
        session_run.close()
        return tab.sid
    if not (sid := facade.query_get(st, name)):
        return None
    try:
        values = facade.snapshot_of(st)
    except Exception as error:  # noqa: BLE001 - a facade may raise anything; the record must not suffer
        _log.warning(
            "persist_url_session: session_state could not be read (%s), the store is left as it was%s",
            type(error).__name__,
            "" if is_debug() else "; set FLUXLIT_DEBUG=1 for the traceback",
            exc_info=error if is_debug() and sid not in "".join(format_exception(error)) else None,
        )
        return sid
    facade.save_to(store, sid, values, ttl_seconds)
    return sid


def hydrate_url_session_typed(
    st: Facade,
    store: SessionStore,
    model: type[M],
    *,
    param: str | None = None,
    merge: bool = True,
    strict: bool = False,
) -> tuple[str | None, M | None]:
    """Like `hydrate_url_session`, but the record must fit `model` before anything is merged.

    The *validated* values are merged (a stored ``"3"`` arrives as ``3`` in an `int` field); stored keys
    that the model does not name arrive as they are.

    Returns:
        ``(id, model)``; ``(id, None)`` when nothing is stored or it does not fit; ``(None, None)``
        without an id or while disabled.

    Raises:
        pydantic.ValidationError: the record does not fit and `strict` is true.
    """
    if is_disabled():
        return None, None
    if not hasattr(model, "model_validate"):
        raise ConfigurationError("model must be a pydantic model class")
    name, run = _place(st, store, param)
    session_run, is_read = None, False
    if run is not None:
        tab, session_run = _open(run, store, name, hydrate=False)
        is_read = tab.known.hydrated
        _open(run, store, name, hydrate=is_read)  # a later run saves what the run before has left
        sid, values = tab.sid, session_run.commands.stored_values()
    else:
        sid = facade.query_get(st, name)
        values = store.get(sid) if sid else None
    if not sid or values is None:
        return sid or None, None
    from pydantic import ValidationError

    from fluxlit_component.state.schema import validate_stored, validated_values

    try:
        validated = validate_stored(model, values, has_others=False)
    except ValidationError:
        if session_run is not None:
            session_run.commands.quarantine()
        if strict:
            raise
        return sid, None
    typed = validated_values(validated, values)
    if run is not None and not is_read:
        tab, _ = _open(run, store, name, fill_only=merge)
        facade.merge_into(st, {k: v for k, v in typed.items() if k in tab.page.put_back}, merge=False)
    elif session_run is not None and not merge:
        session_run.commands.overwrite({**values, **typed})
    else:
        facade.merge_into(st, {**values, **typed}, merge=merge)
    return sid, validated


def _place(st: Facade, store: SessionStore, param: str | None) -> tuple[str, internals.Run | None]:
    """The query parameter, and the script run if `st` is Streamlit itself inside of one."""
    run = internals.current_run()
    if isinstance(store, str) and not is_disabled():
        raise ConfigurationError("store takes an object such as InMemorySessionStore(), not a URL")
    if param is None:
        # Outside of a Streamlit run there are no secrets, and their files must not be looked for.
        param = load_settings(internals.app_secrets() if run is not None else None).url_session_query_param
    return param, run if st is sys.modules.get("streamlit") else None


def _open(
    run: internals.Run, store: SessionStore, param: str, ttl_seconds: float | None = None, **options: Any
) -> tuple[Tab, SessionRun]:
    settings = load_settings(internals.app_secrets())
    policy = Policy(
        keys=facade.KEYS,
        hidden=Keys(("*",)),
        choices_only=False,
        idle_seconds=arguments.seconds("ttl_seconds", ttl_seconds, None),
        visitor=visitor_of(True, run, settings.identity),  # noqa: FBT003 - as `url_session(identity=True)`
        **options,
    )
    policy.complete(settings)
    tab = tab_of(run, arguments.name("param", param))
    chosen = store_in_tests(store) if run.is_app_test else store
    backend = store_of_run(chosen, settings, run.script_path, idle_seconds=policy.idle_seconds)
    session_run = SessionRun(run, tab, backend, policy)
    session_run.open(has_block=False)
    return tab, session_run
