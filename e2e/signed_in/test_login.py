"""A real sign-in: the work goes along to who signs in, and stays with him whoever sits there next."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.signed_in.conftest import STORED, Visitor
from fluxlit_component.testing import ContinuityPage, LeakRecorder

pytestmark = pytest.mark.core
Stranger = Callable[[], Visitor]
SECRET = "only for Ada"
CONFIRMATION = 1
"""The run in which the browser confirms a new id, so that the old one may die."""


def signed_in(visitor: Visitor) -> str:
    """Ada with some work; returns the mark of her session's id."""
    visitor.open().sign_in("Ada")
    visitor.write(SECRET)
    visitor.expect("Ada", SECRET, 1, changes=1)
    return visitor.mark


@pytest.mark.few
def test_work_done_before_the_login_is_there_after_it(visitor: Visitor) -> None:
    """Under a new id, and from then on F5 keeps it as ever."""
    visitor.open().write(SECRET)
    before = visitor.mark
    visitor.sign_in("Ada")
    visitor.expect("Ada", SECRET, 1, changes=1)
    assert visitor.tab.runs == visitor.notes.page_load + CONFIRMATION
    mark = visitor.mark
    assert mark != before
    for _ in range(2):
        visitor.reload()
        visitor.expect("Ada", SECRET, 1)
        assert visitor.tab.runs == visitor.notes.page_load
        assert visitor.mark == mark


def test_who_signs_in_first_and_works_then(visitor: Visitor) -> None:
    """The session of a fresh tab is taken along too, and the work is there after F5."""
    mark = signed_in(visitor)
    visitor.reload()
    visitor.expect("Ada", SECRET, 1)
    assert visitor.tab.runs == visitor.notes.page_load
    assert visitor.mark == mark


@pytest.mark.few
def test_a_logout_leaves_nothing(visitor: Visitor) -> None:
    """Neither on the wire nor in the browser, and the id is another one; what comes then is nobody's."""
    mark = signed_in(visitor)
    visitor.sign_out()
    visitor.expect("nobody", "", 0, changes=1)
    visitor.expect_nothing_of(SECRET)
    assert visitor.tab.runs == visitor.notes.page_load
    assert visitor.mark != mark
    visitor.write("anybody's")
    visitor.reload()
    visitor.expect("nobody", "anybody's", 1)
    visitor.expect_nothing_of(SECRET)


def test_a_logout_by_a_callback_is_not_cut_short(visitor: Visitor) -> None:
    """The run after it is nobody's already; its page is led away all the same, and she is signed out.

    That the fields still show what was hers is no reason to load the page anew: Streamlit is about to.
    """
    mark = signed_in(visitor)
    visitor.sign_out("Leave")
    visitor.expect("nobody", "", 0, changes=None)
    visitor.expect_nothing_of(SECRET)
    assert visitor.mark != mark
    visitor.reload()
    visitor.expect("nobody", "", 0)


@pytest.mark.parametrize(
    ("who", "name", "is_gone"),
    [("Bob", "Bob", True), ("Bob", "Bob", False), ("A namesake", "Ada", False)],
    ids=["after a logout", "without one", "of the same name"],
)
def test_the_next_one_in_the_same_tab(visitor: Visitor, who: str, name: str, *, is_gone: bool) -> None:
    """Sees nothing of hers; she signs in again later, and begins afresh in this tab, which is his now."""
    mark = signed_in(visitor)
    if is_gone:
        visitor.sign_out()
    visitor.sign_in(who)
    visitor.expect(name, "", 0, changes=1)
    visitor.expect_nothing_of(SECRET)
    assert visitor.mark != mark
    if not is_gone:
        assert visitor.tab.runs == visitor.notes.page_load
    visitor.write("Bob's own")
    visitor.reload()
    visitor.expect(name, "Bob's own", 1)
    visitor.expect_nothing_of(SECRET)
    visitor.sign_in("Ada")
    visitor.expect("Ada", "", 0, changes=1)
    visitor.expect_nothing_of("Bob's own")


def test_she_goes_on_with_a_new_token_and_another_name(visitor: Visitor) -> None:
    """Issuer and subject say who she is: where she signs in, and in a tab that was there before."""
    mark = signed_in(visitor)
    copy = Visitor(visitor.notes, visitor.tab.duplicate())
    copy.page.wait_for_function(f"old => {STORED} !== old", arg=visitor.sid)
    copy.tab.rest()
    copy.expect("Ada", SECRET, 1)
    copied = copy.mark
    copy.sign_in("Ada, renamed")
    copy.expect("Ada King", SECRET, 1)
    assert copy.mark == copied
    assert copy.tab.runs == visitor.notes.page_load
    visitor.reload()
    visitor.expect("Ada King", SECRET, 1)
    assert visitor.mark == mark
    assert visitor.tab.runs == visitor.notes.page_load


def in_storage(visitor: Visitor, sid: str) -> None:
    """Open the app in a tab that has an id in its storage."""
    visitor.page.add_init_script(
        f"sessionStorage.length || sessionStorage.setItem('fluxlit:fluxlit_sid', '{sid}')"
    )
    visitor.open()


def in_fragment(visitor: Visitor, sid: str) -> None:
    """Open the app with an id in the address."""
    visitor.open(visitor.notes.link(sid))


Opened = Callable[[Visitor, str], None]
WAYS = pytest.mark.parametrize("opened", [in_storage, in_fragment])


@WAYS
def test_the_id_from_before_the_login_opens_nothing(
    visitor: Visitor, stranger: Stranger, opened: Opened
) -> None:
    """Whoever knew it, or had planted it (session fixation), has nothing of it once she has signed in."""
    visitor.open().write(SECRET)
    before = visitor.sid
    visitor.sign_in("Ada")
    visitor.expect("Ada", SECRET, 1, changes=1)
    other = stranger()
    opened(other, before)
    other.expect("nobody", "", 0)
    other.expect_nothing_of(SECRET)
    assert other.sid not in visitor.ids


def test_an_id_that_was_planted(visitor: Visitor, stranger: Stranger) -> None:
    """She signs in with the session of somebody who watches it: he sees nothing that comes afterwards."""
    other = stranger()
    other.open().write("come in")
    visitor.open(visitor.notes.link(other.sid))
    visitor.expect("nobody", "come in", 1)
    visitor.sign_in("Ada")
    visitor.expect("Ada", "come in", 1, changes=1)
    visitor.write(SECRET)
    assert visitor.mark != other.mark
    other.page.get_by_role("button", name="Add").click()
    other.tab.rest()
    other.expect_nothing_of(SECRET)
    other.reload()
    other.expect_nothing_of(SECRET)
    visitor.reload()
    visitor.expect("Ada", SECRET, 2)


@WAYS
@pytest.mark.parametrize("who", ["nobody", "Bob"])
def test_a_stolen_id(visitor: Visitor, stranger: Stranger, opened: Opened, who: str) -> None:
    """Opens nothing for anybody else, changes nothing, and hers is still there for her."""
    mark = signed_in(visitor)
    other = stranger()
    if who != "nobody":
        other.open().sign_in(who)
        other = other.in_another_tab()
    opened(other, visitor.sid)
    other.expect(who, "", 0, changes=1)
    other.expect_nothing_of(SECRET)
    assert other.mark != mark
    # Through the gate an address is not the last word: the page is asked for what it has beside it.
    asked = int(opened is in_fragment and visitor.notes.page_load > 1)
    assert other.tab.runs == visitor.notes.page_load + asked
    other.write("not hers")
    visitor.reload()
    visitor.expect("Ada", SECRET, 1)
    visitor.expect_nothing_of("not hers")
    assert visitor.mark == mark


def test_her_own_id_in_another_browser(visitor: Visitor, stranger: Stranger) -> None:
    """The counterpart: signed in there as well, she goes on with it."""
    mark = signed_in(visitor)
    elsewhere = stranger()
    elsewhere.open().sign_in("Ada, renamed")
    elsewhere.open(visitor.notes.link(visitor.sid))
    elsewhere.expect("Ada King", SECRET, 1)
    assert elsewhere.mark == mark


def test_nothing_is_told_to_others(visitor: Visitor, tab: ContinuityPage) -> None:
    """No id in a log, at the provider, in an address or a header; nothing of a person in the store."""
    leaks = LeakRecorder(tab.page)
    signed_in(visitor)
    visitor.sign_out()
    visitor.write("anybody's")
    visitor.sign_in("Bob")
    visitor.reload()
    visitor.expect("Bob", "anybody's", 1)
    ids = visitor.ids | {visitor.sid}
    assert len(ids) >= 2
    notes = visitor.notes
    assert not any(sid in text for sid in ids for text in [notes.server.log, *notes.provider.heard])
    assert not any(leaks.carrying(sid) for sid in ids)
    files = [file.read_bytes() for file in notes.store.parent.glob(f"{notes.store.name}*")]
    assert any(b"anybody" in content for content in files)
    known = [*ids, "ada@example.org", "subject-ada", "bob@example.org", "subject-bob"]
    assert not any(word.encode() in content for word in known for content in files)
