"""Links to a session that belongs to somebody: what they open, and to whom."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import streamlit as st

from fluxlit_component import InMemorySessionStore
from fluxlit_component.codec import encode
from fluxlit_component.identifier import new_session_id
from fluxlit_component.links.links import KEY, Lifetimes, Order, make, redeem
from fluxlit_component.state.owner import Visitor as Who
from fluxlit_component.state.owner import is_bound, owning
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.tab.identity import visitor_of
from tests.tab.people import ADA, BOB
from tests.visitor import PARAM, Visitor, nothing

pytestmark = pytest.mark.usefixtures("forced")
LIVES = Lifetimes(86_400, None)


@pytest.mark.parametrize("opener", [None, BOB, ADA])
@pytest.mark.parametrize("mode", ["resume", "copy"])
def test_links(opener: str | None, mode: str) -> None:
    """A resume link is a dead one for anybody else; a copy is a gift, and then the receiver's own."""
    store = InMemorySessionStore()
    ada, visitor = Who(b"ada", is_checked=True), Who(opener.encode() if opener else None, is_checked=True)
    if opener == ADA:
        visitor = ada
    sid = new_session_id()
    changes = {"notes": Change(encode("private")), **owning(sid, ada.person)}
    store.commit(sid, Commit(changes, create=True))
    token = str(
        make(
            store,
            sid,
            Order("copy" if mode == "copy" else "resume", once=True, ttl_seconds=60),
            LIVES,
            param=PARAM,
        )
    )
    found = redeem(store, token, LIVES, param=PARAM, visitor=visitor)
    if mode == "resume" and opener != ADA:
        assert found is None
        mine = redeem(store, token, LIVES, param=PARAM, visitor=ada)
        assert mine not in (None, "elsewhere"), "it is not used up"
        return
    assert found is not None
    assert found != "elsewhere"
    assert found.record is not None
    assert "notes" in found.record.fields
    assert (found.sid == sid) is (mode == "resume")
    assert is_bound(found.record) is (opener is not None)
    assert visitor.may_open(found.record, found.sid)
    if mode == "copy" and opener == BOB:
        assert not ada.may_open(found.record, found.sid), "a gift is given"


def test_links_made_before_a_change_lead_nowhere() -> None:
    """Those of the id that died at the sign-in."""
    store = InMemorySessionStore()
    visitor = Visitor(
        lambda s: st.session_state.setdefault("a", s.link(once=False)), store=store, identity=None
    )
    token = visitor.state["a"].rpartition("=")[2]
    visitor.seen["options"]["identity"] = ADA
    visitor.run(nothing)
    ada = visitor_of(ADA, SimpleNamespace(), "user")  # type: ignore[arg-type]
    assert KEY in visitor.state["a"]
    assert redeem(store, token, LIVES, param=PARAM, visitor=ada) is None
