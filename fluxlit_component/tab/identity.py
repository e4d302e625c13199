"""Who the visitor is, and what is done when the visitor changes while a page is open.

Only a hash of a person is held. Streamlit itself treats a change of identity as a security boundary: release
1.67 resumes no session of another person.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from collections.abc import Set as AbstractSet
from typing import Any, Final, NoReturn, TypeAlias

from fluxlit_component.bridge.gate import close_gate
from fluxlit_component.clock import monotonic
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.hooks import Changed
from fluxlit_component.internals import Run, begin_again, is_connected
from fluxlit_component.state.keys import OWN_PREFIX
from fluxlit_component.state.owner import ANYBODY, Visitor
from fluxlit_component.tab.page import Page
from fluxlit_component.tab.persist import Persist
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab
from fluxlit_component.tab.tabs import tabs_beside

Who: TypeAlias = str | Mapping[str, Any] | None
Identity: TypeAlias = bool | Who | Callable[[], Who]

_HEADER: Final = "header:"
_LEADING_SECONDS: Final = 3.0
_GIVE: Final = "give only the claims that name the person"
_STAND_IN: Final = "test@example.com"
"""The value of `st.experimental_user.email` on every machine that knows no users, and in AppTest."""
_PASSING: Final = {
    *("acr", "amr", "at_hash", "aud", "auth_time", "azp", "c_hash", "exp", "iat", "jti", "nbf", "nonce"),
    *("is_logged_in", "provider", "s_hash", "sid", "tokens"),
}
"""Claims of one sign-in, not of a person (OpenID Connect Core 1.0, section 2; RFC 7519)."""


def visitor_of(identity: Identity, run: Run, setting: str) -> Visitor:
    """Return who the visitor of `run` is, by the argument `identity` of `url_session`.

    `setting`: `FLUXLIT_IDENTITY`, for an identity of True: ``"user"`` or ``"header:<name>"``. A value of the
    app's that cannot name a person is a `ConfigurationError`, which never quotes it.
    """
    if identity is False or (identity is True and setting == "off"):
        return ANYBODY
    who: object
    if identity is True:
        who = run.headers.get(setting.removeprefix(_HEADER)) if setting.startswith(_HEADER) else run.user
    else:
        who = identity() if callable(identity) else identity
    name = _name_of(who)
    if name is None:
        return Visitor(None, is_checked=True)
    try:
        text = json.dumps(name, sort_keys=True, default=_plain)
    except ConfigurationError:
        raise
    except (TypeError, ValueError, RecursionError):  # keys that are no text, a claim that contains itself
        raise ConfigurationError("a claim of identity cannot be written as JSON: " + _GIVE) from None
    return Visitor(hashlib.sha256(text.encode()).digest(), is_checked=True)


def _plain(value: object) -> object:
    """What names a claim in every run and process. Sets have no order, and some objects only an address."""
    if isinstance(value, AbstractSet):
        return sorted(json.dumps(each, sort_keys=True, default=_plain) for each in value)
    if type(value).__str__ is object.__str__:
        raise ConfigurationError("a claim of identity has no text: " + _GIVE)
    return str(value)


def _name_of(who: object) -> list[Any] | None:
    """The part of `who` that stays the same for a person, whatever else changes."""
    if who is None:
        return None
    if isinstance(who, str):
        return ["name", who.strip()] if who.strip() else None
    if not isinstance(who, Mapping):
        raise ConfigurationError(
            "identity takes a string, a mapping such as st.user, None for nobody, a function that returns "
            f"one of them, or False to switch it off; not {type(who).__name__}"
        )
    email = str(who.get("email") or "").strip().lower()
    if who.get("iss") and who.get("sub"):
        return ["subject", str(who["iss"]), str(who["sub"])]
    if email:
        return None if email == _STAND_IN else ["email", email]
    claims = {str(k): value for k, value in who.items() if k not in _PASSING and value not in (None, "")}
    return ["claims", claims] if claims else None


def has_left(tab: Tab, visitor: Visitor) -> bool:
    """Whether the owner of this tab's session is no longer the visitor of this run.

    A run without a connected browser tells nothing: it has no headers, and nobody sees it.
    """
    before, now = tab.ids.person, visitor.person
    if not visitor.is_checked or before in (None, now):
        return False
    return now is not None or is_connected(tab.session_id)


def change_of(policy: Policy) -> Changed:
    """How the owner has left: nobody is signed in now, or somebody else is."""
    return "logout" if policy.visitor.person is None else "switch"


def shown_on(run: Run, *, clicks: bool = False) -> dict[str, bytes]:
    """Element -> value that the page has sent with this run, without the bridge's own state."""
    sent = run.state.sent.encoded(clicks=clicks)
    return {element: value for element, value in sent.items() if OWN_PREFIX not in element}


def ignore_leftovers(run: Run, tab: Tab) -> None:
    """Ignore values that the page of the last visitor still sends. Clicks on that page are ignored, too.

    A value that is no longer sent, or that has changed, belongs to the new visitor.
    """
    if tab.leftovers and not run.state.began_by_itself():
        shown = shown_on(run)
        tab.leftovers = {key: value for key, value in tab.leftovers.items() if shown.get(key) == value}
    if tab.leftovers:
        run.state.sent.ignore(shown_on(run, clicks=True) if tab.change is not None else tab.leftovers)


def forget_page(run: Run, tab: Tab) -> None:
    """Empty the session state. Values that the page still shows and sends are noted, to be ignored."""
    tab.leftovers = {**tab.leftovers, **shown_on(run)}
    for other in tabs_beside(tab):  # of other params: each brings back what is its own from its record
        if other.opened is not None and other.token is run.token:  # else it may be somebody else's by now
            Persist(None, run.state, other, *other.opened).save(ended=False)
        other.page, other.known.hydrated = Page(), False
    run.state.empty()
    tab.page, tab.wiping = Page(), False


def is_signed_in(run: Run) -> bool:
    """Whether somebody is signed in with `st.login`. That ends when `st.logout` is called."""
    return bool(run.user.get("is_logged_in"))


def begin_afresh(run: Run, tab: Tab) -> NoReturn:
    """Empty the session state of the last visitor, and run the script again from its beginning."""
    forget_page(run, tab)
    tab.led_away = tab.signed_in and not is_signed_in(run)
    if tab.led_away:
        # A rerun would drop the message that leads the page away. If that message is lost, a timer goes on.
        end = monotonic() + _LEADING_SECONDS
        close_gate(seconds=_LEADING_SECONDS, is_over=lambda: monotonic() > end, page=run.unresolved_page)
    begin_again()
