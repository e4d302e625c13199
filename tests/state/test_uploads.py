"""Uploads that are kept: what comes back, what is too large, and what is none."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd
import pytest
import streamlit as st

from fluxlit_component import Caps, InMemorySessionStore, UrlSession
from fluxlit_component.codec import decode, encode
from fluxlit_component.state.caps import MAX_VALUE_BYTES
from fluxlit_component.state.uploads import MAX_UPLOAD_BYTES, KeptUpload, keep_upload
from tests.visitor import Visitor


@dataclass
class File:
    """What an uploader returns."""

    data: bytes
    name: str = "report.csv"
    type: str = "text/csv"

    def getvalue(self) -> bytes:
        return self.data


class Page:
    """Session state with the reasons that were told."""

    def __init__(self, **state: Any) -> None:
        self.state: dict[str, Any] = state
        self.skipped: dict[str, str] = {}

    def keep(self, file: File | None, max_bytes: int = 100) -> KeptUpload | None:
        return keep_upload(self.state, file, key="kept", max_bytes=max_bytes, skip=self.skipped.__setitem__)

    def reload(self) -> Page:
        """F5: what can be stored comes back."""
        return Page(**{key: decode(encode(value)) for key, value in self.state.items()})


def test_it_is_given_back_when_the_uploader_is_empty() -> None:
    """With name, type, size and all bytes, to be read from the start."""
    page = Page()
    used = page.keep(File(b"a;b\n1;2\n"))
    assert used is not None
    assert used.read() == b"a;b\n1;2\n"
    again = page.reload().keep(None)
    assert again is not None
    assert (again.name, again.type, again.size) == ("report.csv", "text/csv", 8)
    assert again.readlines() == [b"a;b\n", b"1;2\n"]
    assert page.skipped == {}


def test_reading_it_does_not_use_it_up() -> None:
    """Each run gets a file of its own."""
    page = Page()
    page.keep(File(b"abc"))
    for _ in range(2):
        kept = page.keep(None)
        assert kept is not None
        assert kept.read() == b"abc"


def test_a_new_file_takes_the_place_of_the_old() -> None:
    """Whatever of it has changed; the same file is not assigned anew in each run."""
    page = Page()
    page.keep(File(b"abc"))
    first = page.state["kept"]
    page.keep(File(b"abc"))
    assert page.state["kept"] is first
    for file in (File(b"abd"), File(b"abd", name="b.csv"), File(b"abd", name="b.csv", type="text/plain")):
        page.keep(file)
        kept = page.reload().keep(None)
        assert kept is not None
        assert (kept.getvalue(), kept.name, kept.type) == (file.data, file.name, file.type)


def test_one_that_is_too_large_is_used_but_not_kept() -> None:
    """It is named with what to do, and the file before it is not passed off as this one."""
    page = Page()
    page.keep(File(b"x" * 100))
    assert page.skipped == {}
    used = page.keep(File(b"x" * 101))
    assert used is not None
    assert used.getvalue() == b"x" * 101
    assert page.keep(None) is None
    assert page.state == {}
    assert "101 bytes, more than max_bytes=100" in page.skipped["kept"]
    assert "caps=Caps(value_bytes=" in page.skipped["kept"]


OTHERS: list[Any] = [
    *(None, 5, "text", [b"x"], {}, {"name": "a"}),
    {"name": "a", "type": "b", "data": "text"},
    {"name": "a", "type": "b", "data": pd.DataFrame({"a": [1, 2]})},
    {"name": None, "type": "b", "data": b"x"},
    {"name": "a", "type": "b", "data": b"x", "more": 1},
    pd.DataFrame({"name": ["a"], "type": ["b"], "data": ["c"]}),
]


@pytest.mark.parametrize("other", OTHERS, ids=range(len(OTHERS)))
def test_something_else_under_the_key_is_no_upload(other: Any) -> None:
    """It is not given back, stays as it is, and gives way to a file."""
    page = Page(kept=other)
    assert page.keep(None) is None
    assert page.state["kept"] is other
    page.keep(File(b"abc"))
    kept = page.keep(None)
    assert kept is not None
    assert kept.getvalue() == b"abc"


def test_the_largest_file_fits_under_the_cap_of_one_value() -> None:
    """With the longest name that a file can have, four bytes a character."""
    page = Page()
    page.keep(File(b"x" * MAX_UPLOAD_BYTES, name="\U0001f4c4" * 255), MAX_UPLOAD_BYTES)
    assert len(encode(page.state["kept"])) <= MAX_VALUE_BYTES


@pytest.mark.usefixtures("forced")
@pytest.mark.parametrize(
    ("size", "caps", "comes_back"),
    [
        pytest.param(MAX_UPLOAD_BYTES, None, True, id="default"),
        pytest.param(2_000_000, None, False, id="max_bytes alone"),
        pytest.param(2_000_000, Caps(value_bytes=2_100_000), True, id="max_bytes and caps"),
    ],
)
def test_a_session_keeps_it_as_far_as_its_caps_allow(size: int, caps: Caps | None, comes_back: bool) -> None:
    """More than the cap of one value takes both, and the reason says so."""
    found: list[bytes | None] = []

    def body(session: UrlSession) -> None:
        file = File(b"x" * size) if st.session_state.get("uploads", True) else None
        limits = {} if size == MAX_UPLOAD_BYTES else {"max_bytes": size}
        kept = session.keep_upload(file, key="report", **limits)
        found.append(kept.getvalue() if kept is not None else None)
        st.session_state["uploads"] = False

    visitor = Visitor(body, store=InMemorySessionStore(), caps=caps)
    assert found.pop() == b"x" * size
    reason = visitor.session.skipped.get("report", "")
    assert ("caps=Caps(value_bytes=...)" in reason) is not comes_back
    visitor.reload()
    assert found == [b"x" * size if comes_back else None]
