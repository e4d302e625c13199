"""Session ids: minted, recognised, and turned into the name a backend sees."""

from __future__ import annotations

import re
import secrets
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fluxlit_component.identifier import (
    DEFAULT_PARAM,
    fingerprint,
    is_well_formed,
    new_session_id,
    stored_key,
)

ALPHABET = string.ascii_letters + string.digits + "-_"
SID = "A" * 43
GOLDEN = "22351c638c9c63dabd89b4e7121b27ced61166af7ad9625dffdf248180e8b027"


def test_the_default_parameter_is_that_of_the_original() -> None:
    """Links made with the original system keep working."""
    assert DEFAULT_PARAM == "fluxlit_sid"


def test_minted_ids_are_well_formed_and_unlike() -> None:
    """Ten thousand ids: 43 characters of base64url, no two the same."""
    minted = {new_session_id() for _ in range(10_000)}
    assert len(minted) == 10_000
    assert all(is_well_formed(sid) for sid in minted)
    assert all(re.fullmatch(r"[A-Za-z0-9_-]{43}", sid) for sid in minted)


def test_an_id_takes_32_bytes_of_the_systems_randomness(monkeypatch: pytest.MonkeyPatch) -> None:
    """256 bits from `secrets`, not from a seeded generator."""
    asked: list[int | None] = []

    def token_urlsafe(nbytes: int | None = None) -> str:
        asked.append(nbytes)
        return SID

    monkeypatch.setattr(secrets, "token_urlsafe", token_urlsafe)
    assert new_session_id() == SID
    assert asked == [32]


@pytest.mark.parametrize(
    "candidate",
    [
        pytest.param("", id="empty"),
        pytest.param("A" * 42, id="short"),
        pytest.param("A" * 44, id="long"),
        pytest.param("A" * 6000, id="6 kB"),
        pytest.param("A" * 42 + "=", id="padding"),
        pytest.param("A" * 43 + "\n", id="trailing newline"),
        pytest.param("\n" + "A" * 43, id="leading newline"),
        pytest.param("A" * 42 + "\n", id="newline within"),
        pytest.param("A" * 42 + "\0", id="NUL"),
        pytest.param("A" * 42 + "\r\n", id="CRLF"),
        pytest.param("A" * 42 + "'", id="quote"),
        pytest.param("A" * 42 + "\u202e", id="right-to-left mark"),
        pytest.param("A" * 42 + "é", id="letter beyond ASCII"),
        pytest.param("A" * 42 + "\u0663", id="digit beyond ASCII"),
        pytest.param("A" * 42 + "+", id="plain base64"),
        pytest.param("A" * 42 + " ", id="space"),
        pytest.param(SID.encode(), id="bytes"),
        pytest.param([SID], id="list"),
        pytest.param(None, id="None"),
        pytest.param(43, id="number"),
    ],
)
def test_anything_else_is_refused(candidate: object) -> None:
    """Exactly 43 characters of the alphabet, as a string, or it is no id."""
    assert not is_well_formed(candidate)


def test_the_stored_key_is_the_same_for_ever() -> None:
    """A record written today is found by the releases to come."""
    assert stored_key(SID) == GOLDEN
    assert fingerprint(SID) == GOLDEN[:8]


def test_the_stored_key_is_no_id() -> None:
    """Who read the backend cannot use what was read: the shape is wrong, and hashing leads elsewhere."""
    key = stored_key(SID)
    assert not is_well_formed(key)
    assert stored_key(key) != key
    assert SID not in key


def test_an_id_that_is_no_text_has_a_key_too() -> None:
    """A lone surrogate, as a broken query string may give it, does not end in an exception."""
    assert re.fullmatch(r"[0-9a-f]{64}", stored_key("\ud800"))


@given(st.text(ALPHABET, min_size=43, max_size=43))
def test_every_id_is_recognised_and_its_key_is_not(sid: str) -> None:
    """Whatever was minted is accepted; what the backend holds for it is not, and does not show it."""
    assert is_well_formed(sid)
    key = stored_key(sid)
    assert re.fullmatch(r"[0-9a-f]{64}", key)
    assert not is_well_formed(key)
    assert stored_key(key) != key
    assert key.startswith(fingerprint(sid))


@given(st.text())
def test_no_other_text_is_an_id(text: str) -> None:
    """An arbitrary text is an id only if it is 43 characters of the alphabet."""
    assert is_well_formed(text) == (len(text) == 43 and set(text) <= set(ALPHABET))


@given(st.lists(st.text(ALPHABET, min_size=43, max_size=43), min_size=2, unique=True))
def test_different_ids_have_different_keys(sids: list[str]) -> None:
    """No two sessions share a name in the backend."""
    assert len({stored_key(sid) for sid in sids}) == len(sids)
