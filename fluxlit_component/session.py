"""`url_session()`: continuity in one line, for the author of a Streamlit app.

This is continuity, not authentication. Streamlit or the app says who is signed in; if nobody is, whoever has
the tab has the state. This module merges the arguments with the settings. The steps of a run are in
`tab.run`, and the methods for the app in `handle`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, MutableMapping
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, cast

import streamlit as st
from typing_extensions import Unpack

from fluxlit_component import arguments, internals
from fluxlit_component.arguments import M, Migration
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.handle import UrlSession
from fluxlit_component.hooks import Hooks
from fluxlit_component.settings import AddressBar, is_disabled, load_settings
from fluxlit_component.state.caps import Caps
from fluxlit_component.state.keys import Keys
from fluxlit_component.state.live import STREAMLITS_SECONDS
from fluxlit_component.state.merge import Merger
from fluxlit_component.stores.assembly import StoreLike, store_of_run
from fluxlit_component.tab.consent import consented, withheld
from fluxlit_component.tab.identity import Identity, visitor_of
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.run import SessionRun
from fluxlit_component.tab.tabs import tab_of

if TYPE_CHECKING:
    from fluxlit_component.state.schema import Schema


def url_session(
    store: StoreLike | None = None,
    *,
    model: type[M] | None = None,
    schema_version: int = 1,
    migrations: Mapping[int, Migration] | None = None,
    include: Iterable[str] | None = None,
    exclude: Iterable[str] = (),
    keep_hidden: bool | Iterable[str] = False,
    param: str | None = None,
    address_bar: AddressBar | None = None,
    ttl_seconds: float | None = None,
    max_age_seconds: float | None = None,
    wait: bool = True,
    on_duplicate: Literal["fork", "share"] = "fork",
    scope: Literal["tab", "browser"] = "tab",
    consent: bool = True,
    identity: Identity = True,
    restore_scroll: bool = True,
    drafts: bool | Iterable[str] = True,
    seal: bool | None = None,
    merge: Mapping[str, Merger] | None = None,
    caps: Caps | None = None,
    live_seconds: float = STREAMLITS_SECONDS,
    **hooks: Unpack[Hooks],
) -> UrlSession[M]:
    """Make `st.session_state` of this browser tab survive reloads. Call it once a run, before its widgets.

    With the session F5 does what Streamlit's own Rerun (key R) does without it, and nothing else changes.
    Plain values come back, and values that somebody has chosen in widgets with a `key`. A widget that nobody
    has changed follows the app's default. A widget that is not on the page is dropped, as Streamlit does it.

    Examples:
        ```python
        import streamlit as st
        from fluxlit_component import url_session

        with url_session() as session:
            st.text_input("Name", key="name")
            st.session_state.visits = st.session_state.get("visits", 0) + 1
            st.write(st.session_state.visits, session.status)
        ```

    Args:
        store: an object with get / set / delete, or a store URL; None: the `FLUXLIT_SESSION_STORE`
            setting, else SQLite at `.streamlit/fluxlit_sessions.db` beside the app.
        include: glob patterns of the keys to keep; None: all that can be kept.
        exclude: glob patterns of keys not to keep; they win over `include`.
        keep_hidden: whether widgets keep their values while they are not on the page: True for all, or glob
            patterns of their keys. Streamlit drops such values. Its own `persist_state=` (1.59) is better.
        param: query key of the session id; default `fluxlit_sid`.
        address_bar: ``"clean"`` (default): the id is never left in the URL. ``"visible"``: it stays in the
            query, can be bookmarked, and is seen in the history and same-origin Referer headers.
        ttl_seconds: idle lifetime in seconds; zero or negative: none. Default 24 hours.
        max_age_seconds: absolute lifetime in seconds; zero or negative: none. Default 30 days.
        wait: True ends the first run of a page load, drawing nothing, until the browser has said which
            session it has (about a third of a second). False draws defaults first.
        on_duplicate: what a copied tab ("Duplicate", `window.open`) gets while its original lives.
            ``"fork"``: an id of its own with a copy of the state. ``"share"``: both write, key by key.
        scope: ``"tab"``: a session ends with its tab. ``"browser"``: a tab opened later goes on with the
            session, also after the browser was closed (`localStorage`). A second open tab counts as a copy.
        consent: False keeps all in memory, and nothing in the browser or the store, until a run says True.
            Then the state gathered so far is saved. If True is followed by False, the kept state is erased.
        identity: who is signed in; the session opens to nobody else. True (default): Streamlit's `st.user`,
            or the header that the `FLUXLIT_IDENTITY` setting names. Or a value of the app's own, or a
            function that returns one: a string, a mapping of claims, None or "" for nobody. It is asked for
            before any state comes back. False: whoever has the tab has the session. Kept as a keyed hash of
            issuer and subject, else of the e-mail address, else of all that is given. After a sign-in the
            session goes on under a new id (OWASP ASVS 3.2.1), after a sign-out there is a fresh one.
        restore_scroll: whether a reloaded page is scrolled to where it was, once its content is there.
        drafts: whether text that was typed and not sent is put back after a reload, into inputs with a `key`:
            True for all, or glob patterns of their keys. It stays in the browser (`sessionStorage`), for at
            most a day. Passwords and one-time codes are never kept, and newer values never replaced.
        seal: seal the values with a key that comes from the session id (AES-256-GCM; needs
            `fluxlit-component[crypto]`). Default: the `FLUXLIT_SEAL` setting.
        model: a pydantic model whose fields are keys of the state. It gives `session.state` its type, and a
            record is validated by it before any value comes back.
        schema_version: number of the model's present form, 1 or more. A record that cannot be brought to
            this form is left untouched, and the app begins from its defaults.
        migrations: version -> function from the values of that version to those of the next.
        merge: glob pattern of keys -> how to merge when another tab has written the key meanwhile
            (`append`, `counter`, `union`, or a callable of base, theirs and mine). Default: last writer wins.
        caps: how large values and the session may get. A value over a limit is not kept, and no older version
            of it either. `UrlSession.skipped` names its key.
        live_seconds: how long a value that no store takes (a client, a lock, a model) is held after its page
            was left, to come back by reference in this process; 0: not at all. At most `caps.live` values.
        hooks: functions that are told what happened, such as `on_lost=`. `Hooks` describes each of them.

    Raises:
        ConfigurationError: an argument or setting that cannot work; never because of a visitor's input.
        TypeError: an unknown argument; the message names the nearest known one.
    """
    arguments.functions(hooks, known=Hooks.__annotations__, others=url_session.__kwdefaults__ or ())
    switches = {"wait": wait, "consent": consent, "restore_scroll": restore_scroll, "seal": seal}
    arguments.of_type(bool | None, "True or False", **switches)
    arguments.of_type(Caps | None, "Caps(...)", caps=caps)
    schema: Schema[M] | None = None
    if model is not None:
        from fluxlit_component.state.schema import Schema

        schema = Schema(model, version=schema_version, migrations=migrations)
    elif migrations or schema_version != 1:
        raise ConfigurationError("schema_version and migrations are those of a model: model=YourModel")
    policy = Policy(
        keys=Keys(
            include=None if include is None else arguments.patterns("include", include),
            exclude=arguments.patterns("exclude", exclude),
        ),
        hidden=Keys(arguments.switched("keep_hidden", keep_hidden)),
        address_bar=(
            "" if address_bar is None else arguments.one_of("address_bar", address_bar, ("clean", "visible"))
        ),
        idle_seconds=arguments.seconds("ttl_seconds", ttl_seconds, None),
        max_age_seconds=arguments.seconds("max_age_seconds", max_age_seconds, None),
        wait=wait,
        fork_copies=arguments.one_of("on_duplicate", on_duplicate, ("fork", "share")) == "fork",
        scope=arguments.one_of("scope", scope, ("tab", "browser")),
        restore_scroll=restore_scroll and consent,
        drafts=arguments.switched("drafts", drafts) if consent else (),
        live_seconds=arguments.seconds("live_seconds", live_seconds, STREAMLITS_SECONDS),
        schema=schema,
        merge=arguments.mergers(merge),
        caps=caps or Policy.caps,
        hooks=hooks,
    )
    param = param if param is None else arguments.name("param", param)
    run = None if is_disabled() else internals.current_run()
    if run is not None and run.is_app_test:
        from fluxlit_component.apptest.testmode import is_left_alone, store_in_tests

        run = None if is_left_alone(store) else run
        store = store_in_tests(store)
    if run is None:
        if schema is not None:
            state = cast("MutableMapping[str, Any]", st.session_state)
            state.update(schema.defaults(state))
        return UrlSession(None, None, schema)
    settings = load_settings(internals.app_secrets())
    policy.complete(settings)
    policy.visitor = visitor_of(identity, run, settings.identity)
    policy.visitor_now = partial(visitor_of, identity, setting=settings.identity)
    tab = tab_of(run, param or settings.url_session_query_param)
    if tab.runs == 0 and not run.has_browser:
        tab.standing.carrier = "none"
    if tab.standing.carrier == "none":
        backend = withheld(tab)
    else:
        kept = store_of_run(store, settings, run.script_path, seal=seal, idle_seconds=policy.idle_seconds)
        backend = consented(tab, kept, consent=consent)
    session_run = SessionRun(run, tab, backend, policy)
    session_run.open()
    return UrlSession(tab, session_run, schema)
