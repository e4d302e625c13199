"""What the bridge is told of a tab. A run draws the bridge last, unless it waits for the answer."""

from __future__ import annotations

import hashlib
import hmac
import secrets
from typing import Final

from fluxlit_component.bridge.protocol import Afresh, Offer
from fluxlit_component.bridge.transport import Mounted, component_key, mount
from fluxlit_component.internals import Run
from fluxlit_component.tab.policy import Policy
from fluxlit_component.tab.tab import Tab

_NOT_SAVED: Final = "Changes are not being saved right now"
_SECRET: Final = secrets.token_bytes(32)
"""A secret of this process. A session that was never stored has nothing else that says whose it is."""


def mount_bridge(run: Run, tab: Tab, policy: Policy, *, is_asked: bool) -> Mounted:
    """Draw the bridge if there is a browser, and hide its key. `is_asked`: this run needs the answer."""
    tab.mounted = run.token
    if tab.standing.carrier == "none":
        return Mounted(is_there=False)
    mounted = mount(
        _offer(run, tab, policy),
        transport=policy.transport,
        has_browser=not run.is_app_test,
        page=run.page,
        last=None if is_asked else tab.drawn,
    )
    run.state.hide(component_key(tab.param))
    return mounted


def _offer(run: Run, tab: Tab, policy: Policy) -> Offer:
    ids, standing = tab.ids, tab.standing
    held, person = ids.sid is not None, policy.visitor.person
    guard = tab.guard or (tab.is_blockless and tab.guarded)
    owner = hmac.new(_SECRET, person, hashlib.sha256).hexdigest()[:16] if person is not None else ""
    return Offer(
        param=tab.param,
        sid=ids.sid or ids.offer,
        held=held,
        confirm=held and (bool(ids.retiring) or ids.unconfirmed),
        refused=() if held else ids.refused,
        address_bar=policy.address_bar,
        scope=policy.scope,
        patient=not held and run.unresolved_page != "",
        unique=policy.fork_copies and not ids.joined,
        notice=_NOT_SAVED if standing.status == "degraded" else standing.notice,
        storing=tab.consent.storing,
        scroll=policy.restore_scroll,
        afresh=_afresh(tab),
        drafts=policy.drafts,
        owner=owner,
        stored=tab.known.has_record,
        guard=guard,
        run=tab.runs if guard else None,
    )


def _afresh(tab: Tab) -> Afresh:
    """What the page is to do with the data of another person that it still has."""
    # A reload would stop `st.logout` from leading the page away, and nobody would be signed out.
    if (tab.standing.afresh or tab.leftovers) and not tab.led_away:
        return "reload"  # else the fields would go on showing what was entered: Streamlit has no other way
    return "forget" if tab.standing.change in ("logout", "switch") else "no"
