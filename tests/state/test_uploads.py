"""Uploads that are kept: what comes back, what goes where, what is let go, and what is no upload."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pandas as pd
import pytest
import streamlit as st
from streamlit.runtime.uploaded_file_manager import DeletedFile

from fluxlit_component import Caps, ConfigurationError, Event, InMemorySessionStore, UrlSession
from fluxlit_component.codec import decode, encode
from fluxlit_component.errors import UnstorableValue
from fluxlit_component.state.caps import MAX_UPLOAD_BYTES
from fluxlit_component.state.uploads import Kept, KeptUpload, Limits, Seen, keep_upload
from fluxlit_component.tab.tabs import forget_tabs
from tests.tab.test_live_values import f5
from tests.visitor import Visitor


@dataclass
class File:
    """What an uploader returns."""

    data: bytes
    name: str = "report.csv"
    type: str = "text/csv"
    file_id: str = ""

    def getvalue(self) -> bytes:
        return self.data


@dataclass
class Page:
    """A page with session state, whose only uploader is `up`."""

    state: dict[str, Any] = field(default_factory=dict)
    limits: Limits = field(default_factory=lambda: Limits(file=100, live=1000))
    runs: int = 0
    swept: int = 0
    notes: dict[str, Any] = field(default_factory=dict)

    def run(self, given: Any, **shown: bool) -> Kept:
        """A run whose uploader returns `given` and shows these files."""
        self.runs += 1
        there = {file.file_id: file for file in self._list(given)}
        files = {name: there[name] if is_there else None for name, is_there in shown.items()}
        return self.look(given, Seen({"up": files}, self.runs, self.swept))

    def look(self, given: Any, seen: Seen) -> Kept:
        """A run that sees this of uploaders."""
        return keep_upload(
            self.state,
            self._list(given),
            key="kept",
            many=isinstance(given, list),
            limits=self.limits,
            seen=seen,
            notes=self.notes,
        )

    @staticmethod
    def _list(given: Any) -> list[File]:
        return given if isinstance(given, list) else [given] if given is not None else []

    def keep(self, given: Any) -> list[bytes]:
        """The bytes of what the app gets."""
        return [file.getvalue() for file in self.run(given).files]

    def reload(self, *, restart: bool = False) -> Page:
        """F5: what can be stored comes back, and by reference the rest."""
        state = {}
        for key, value in self.state.items():
            try:
                state[key] = decode(encode(value, max_bytes=self.limits.caps.value_bytes))
            except UnstorableValue:
                if not restart:
                    state[key] = value
        return Page({k: v for k, v in state.items() if not k.startswith("__")}, self.limits)


def test_it_is_given_back_when_the_uploader_is_empty() -> None:
    """With name, type, size, id and all bytes, to be read from the start; each run gets its own."""
    page = Page()
    (used,) = page.run(File(b"a;b\n1;2\n", file_id="f")).files
    assert used.read() == b"a;b\n1;2\n"
    again = page.reload()
    for _ in range(2):
        (kept,) = again.run(None).files
        assert (kept.name, kept.type, kept.size, kept.file_id) == ("report.csv", "text/csv", 8, "f")
        assert kept.readlines() == [b"a;b\n", b"1;2\n"]
        kept.close()


def test_a_new_file_takes_the_place_of_the_old() -> None:
    """Whatever of it has changed; the same file is not assigned anew in each run."""
    page = Page()
    page.keep(File(b"abc"))
    first = page.state["kept"]
    page.keep(File(b"abc"))
    assert page.state["kept"] is first
    for file in (File(b"abd"), File(b"abd", name="b.csv"), File(b"abd", name="b.csv", type="text/plain")):
        page.keep(file)
        (kept,) = page.reload().run(None).files
        assert (kept.getvalue(), kept.name, kept.type) == (file.data, file.name, file.type)


def test_what_an_earlier_version_has_kept() -> None:
    """It had no id."""
    page = Page({"kept": {"name": "a", "type": "b", "data": b"x"}})
    assert page.keep(None) == [b"x"]


@pytest.mark.parametrize("many", [False, True])
def test_a_large_one_is_kept_by_reference(many: bool) -> None:
    """Its bytes are nowhere a second time; after a restart it is not there, and that is said."""
    page, data = Page(), b"x" * 101
    given = [File(b"small"), File(data)] if many else File(data)
    assert page.keep(given)[-1] is data
    held = dict(page.state)
    page.keep(given)
    assert all(page.state[key] is value for key, value in held.items())
    again = page.reload()
    assert again.keep([] if many else None)[-1] is data
    (used, *_) = reversed(again.run([] if many else None).files)
    used.close()
    assert again.keep([] if many else None)[-1] is data, "each run gets its own"
    restarted = page.reload(restart=True)
    found = restarted.run([] if many else None)
    assert [file.getvalue() for file in found.files] == ([b"small"] if many else [])
    assert found.is_incomplete is many, "for one the key itself is a live value, whose absence is seen"


def test_bytes_are_not_held_twice() -> None:
    """Streamlit hands the app a copy of its file, in each run another one; its own bytes are kept."""
    own, page = File(b"x" * 999, file_id="f"), Page()
    for _ in range(2):
        copy = File(bytes(bytearray(own.data)), file_id="f")
        found = page.look(copy, Seen({"up": {"f": own}}))
        assert found.files[0].getvalue() is page.state["kept"].getvalue() is own.data


def test_many_are_packed_into_few_keys() -> None:
    """Up to the cap in one; more as long as room for the rest of the state stays; order is kept."""
    caps = Caps(value_bytes=2000, session_bytes=6000)
    page = Page(limits=Limits(1000, caps, 100_000))
    files = [File(bytes([n]) * 800, f"{n}.txt") for n in range(6)]
    files[2:2] = [File(b"L" * 1001)]
    assert page.keep(files) == [file.data for file in files]
    assert page.state.keys() == {"kept", "kept:upload:1", "kept:upload:large"}
    assert all(len(encode(page.state[key])) <= 2000 for key in ("kept", "kept:upload:1"))
    assert page.reload().keep([]) == [file.data for file in files]
    assert page.reload(restart=True).keep([]) == [files[n].data for n in (0, 1, 3, 4)]
    before = dict(page.state)
    page.keep(files[::1])
    assert page.state == before
    page.keep(files[:1])
    assert page.state.keys() == {"kept"}
    many = [File(b"%d" % n, f"a/{n}") for n in range(600)]
    assert Page().keep(many) == [file.data for file in many]
    page.keep(files)
    del page.state["kept"]
    assert page.keep([]) == []
    assert page.state == {}, "who deletes the key deletes the files"


def test_the_cross_clears_what_was_kept() -> None:
    """One of many drops that one. An uploader that never had the file has not been cleared."""
    a, b = File(b"a", "a", file_id="a"), File(b"b", "b", file_id="b")
    page = Page()
    page.run([a, b], a=True, b=True)
    assert [file.name for file in page.run([b], b=True).files] == ["b"]
    reloaded = page.reload()
    for _ in range(2):
        assert reloaded.keep([]) == [b"b"]
    assert page.keep([]) == []
    assert page.state == {}
    page.run(a, a=True)
    page.run(a, a=True)
    assert page.run(None).files == []
    assert page.state == {}


@pytest.mark.parametrize("many", [False, True])
def test_a_copy_of_the_state_can_be_put_back(many: bool) -> None:
    """It has the files and no more: nothing in it says of a later page load that its uploader was emptied."""
    a = File(b"a", "a", file_id="a")
    page, nothing = Page(), [] if many else None
    for _ in range(3):
        page.run([a] if many else a, a=True)
    copy = dict(page.state)
    assert copy.keys() == {"kept"}
    assert page.run(nothing).files == []
    page.state.update(copy)
    for then in (page, page.reload()):
        for _ in range(2):
            assert then.keep(nothing) == [b"a"]
        assert Page(dict(copy)).keep(nothing) == [b"a"]


def test_an_uploader_that_was_away_was_not_cleared() -> None:
    """Its page was left, or it is not drawn; then it comes back empty."""
    a = File(b"a", "a", file_id="a")
    page = Page()
    page.run(a, a=True)
    page.swept = page.runs = 2
    for _ in range(2):
        assert page.keep(None) == [b"a"]
    page.run(a, a=True)
    hidden = page.look(None, Seen({}, 6, 5))
    assert [file.name for file in hidden.files] == ["a"]
    page.runs = 6
    assert page.keep(None) == [b"a"]


def test_a_page_that_lives_through_a_restart() -> None:
    """It shows files that the new server has not: those that are kept are them, as far as they are shown."""
    a, b, c = (File(name.encode(), name, file_id=name) for name in "abc")
    page = Page()
    page.run([a, b], a=True, b=True)
    again = page.reload(restart=True)
    assert [file.name for file in again.run([], a=False, b=False).files] == ["a", "b"]
    assert [file.name for file in again.run([c], a=False, b=False, c=True).files] == ["a", "b", "c"]
    assert [file.name for file in again.run([c], b=False, c=True).files] == ["b", "c"]
    assert [file.name for file in again.run([], b=False).files] == ["b"]
    assert again.run([]).files == []


def test_beyond_the_total_the_oldest_is_let_go() -> None:
    """The one longest out of an uploader; one that is too large by itself costs no other."""
    pages = [Page() for _ in range(4)]
    for number, page in enumerate(pages):
        page.keep(File(bytes([number]) * 400))
    pages[2].keep(File(bytes([2]) * 400))
    assert [page.keep(None) != [] for page in pages] == [False, False, True, True]
    assert pages[0].state == {}
    huge = Page()
    assert huge.keep(File(b"x" * 1001)) == [b"x" * 1001]
    found = huge.run(None)
    assert (found.files, found.is_incomplete) == ([], True)
    assert [page.keep(None) != [] for page in pages] == [False, False, True, True]
    pages[2].state.clear()
    pages[0].keep(File(b"x" * 400))
    assert pages[3].keep(None) != [], "what nobody has any more counts no longer"


OTHERS: list[Any] = [
    *(None, 5, "text", [b"x"], {}, {"name": "a"}),
    {"name": "a", "type": "b", "data": "text"},
    {"name": "report.csv", "type": "text/csv", "data": pd.DataFrame({"a": [1, 2]})},
    {"name": None, "type": "b", "data": b"x"},
    {"name": "a", "type": "b", "data": b"x", "more": 1},
    {"order": pd.Series([1, 2]), "files": [1]},
    pd.DataFrame({"name": ["a"], "type": ["b"], "data": ["c"]}),
]


@pytest.mark.parametrize("other", OTHERS, ids=range(len(OTHERS)))
def test_something_else_under_the_key_is_no_upload(other: Any) -> None:
    """It is not given back, stays as it is, and gives way to a file, or to a list of files."""
    for given in (File(b"abc"), [File(b"abc")]):
        page = Page({"kept": other})
        assert page.keep(None) == page.keep([]) == []
        assert page.state["kept"] is other
        page.keep(given)
        assert page.keep([] if isinstance(given, list) else None) == [b"abc"]


@pytest.mark.parametrize("many", [False, True])
def test_the_largest_file_fits_under_the_cap_of_one_value(many: bool) -> None:
    """With the longest name that a file can have, four bytes a character."""
    page = Page(limits=Limits())
    file = File(b"x" * MAX_UPLOAD_BYTES, name="\U0001f4c4" * 255, file_id="0" * 36)
    page.keep([file, file, file] if many else file)
    assert max(len(encode(value)) for value in page.state.values()) <= Caps.value_bytes
    assert sum(len(encode(value)) for value in page.state.values()) <= Caps.session_bytes - 2**20
    small = [File(b"x", str(number), file_id="0" * 36) for number in range(9000)]
    page.keep(small)
    assert 0.6 * Caps.value_bytes < len(encode(page.state["kept"])) <= Caps.value_bytes


# --- in a session ---------------------------------------------------------------------------------


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


def keep(*files: File, one: File | None = None) -> Any:
    """An app whose uploaders have these files; its state says what it gets."""

    def body(session: UrlSession) -> None:
        kept = session.keep_upload(list(files), key="files", max_bytes=10)
        single = session.keep_upload(one, key="one", max_bytes=10)
        st.session_state.names = [file.name for file in kept]
        st.session_state.single = single.name if single is not None else None

    return body


@pytest.mark.usefixtures("forced")
@pytest.mark.parametrize("include", [None, ["files", "one", "names"]])
def test_what_is_lost_has_the_name_of_its_key(include: list[str] | None) -> None:
    """After a restart, at each page load until there is something else; told when it is."""
    told: list[Event] = []
    small, large = File(b"s", "small"), File(b"l" * 99, "large")
    first = Visitor(
        keep(large, small, one=large), store=InMemorySessionStore(), include=include, on_lost=told.append
    )
    second = f5(first, keep())
    assert (second.state["names"], second.state["single"]) == (["large", "small"], "large")
    assert (second.session.lost, told) == ((), [])
    forget_tabs()
    second = f5(second)
    for lost in ([("files", "one")], [("files", "one")] * 2):
        assert (second.state["names"], second.state["single"]) == (["small"], None)
        assert second.session.lost == ("files", "one")
        assert [event.keys for event in told] == lost
        second = f5(second.run())
    assert second.run(keep(small, one=small)).session.lost == (), "uploaded again"
    second = f5(second, keep())
    assert (second.state["names"], second.state["single"]) == (["small"], "small")
    assert second.session.lost == ()


@pytest.mark.usefixtures("forced")
def test_what_was_let_go_is_named_when_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the run that asks, and in that page load only once."""
    monkeypatch.setenv("FLUXLIT_LIVE_UPLOAD_BYTES", "150")
    told: list[Event] = []
    store, large = InMemorySessionStore(), File(b"l" * 99, "large")
    first = Visitor(keep(File(b"s", "small"), large), store=store, on_lost=told.append)
    other = Visitor(keep(one=large), store=store)
    assert first.session.lost == ()
    first.run(keep()).run()
    assert first.state["names"] == ["small"]
    assert (first.session.lost, [event.keys for event in told]) == (("files",), [("files",)])
    assert f5(first).session.lost == ("files",)
    assert f5(other, keep()).state["single"] == "large"


@pytest.mark.usefixtures("forced")
def test_a_large_upload_is_for_nobody_else() -> None:
    """Somebody else who has the tab now gets neither the small nor the large one."""
    store, large = InMemorySessionStore(), File(b"l" * 99, "large")
    ada = Visitor(keep(File(b"s", "small"), large, one=large), store=store, identity="ada")
    bob = f5(ada, keep(), identity="bob")
    assert (bob.state["names"], bob.state["single"], bob.session.lost) == ([], None, ())


@pytest.mark.usefixtures("forced")
def test_what_streamlit_has_no_more_is_no_upload() -> None:
    """As it stands in session state after a restart, under the key of an uploader."""

    def body(session: UrlSession) -> None:
        gone = DeletedFile("gone")
        assert session.keep_upload(cast("Any", gone), key="one") is None
        kept = session.keep_upload(cast("Any", [gone, File(b"x", "x")]), key="many")
        assert [file.name for file in kept] == ["x"]

    Visitor(body, store=InMemorySessionStore())


@pytest.mark.usefixtures("forced")
@pytest.mark.parametrize("given", ["a.txt", [b"x"], 5, io.BytesIO(b"x")])
def test_what_no_uploader_returns(given: Any) -> None:
    """It is named, with what is taken."""

    def body(session: UrlSession) -> None:
        with pytest.raises(ConfigurationError, match=r"st\.file_uploader"):
            session.keep_upload(given, key="kept")

    Visitor(body, store=InMemorySessionStore())


def test_the_app_that_looks_at_the_bytes_keeps_them() -> None:
    """A file whose memory is being read cannot be let go."""
    page = Page()
    page.keep(File(b"x" * 999))
    held = page.state["kept"]
    assert isinstance(held, KeptUpload)
    with held.getbuffer():
        Page().keep(File(b"y" * 999))
    assert page.keep(None) == [b"x" * 999]


def test_a_cached_function_tells_files_of_one_name_apart(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As with the uploader's own file: another's file of the same name is read anew, and needs no disk."""
    monkeypatch.chdir(tmp_path)
    reading = st.cache_data(lambda file: file.getvalue())
    ada, bob = (KeptUpload(data, name="report.csv", type="text/csv") for data in (b"Ada's", b"Bob's"))
    assert reading(ada) == b"Ada's"
    Path("report.csv").write_bytes(b"the app's own")
    assert [reading(ada), reading(bob)] == [b"Ada's", b"Bob's"]


def test_the_same_upload_is_equal_in_each_run() -> None:
    """An app that does something once for each file compares it with the last one."""
    page, file = Page(), File(b"x" * 500, file_id="1")
    first, again, other = (page.run(each).files[0] for each in (file, file, File(b"x" * 500, file_id="2")))
    assert first == again
    assert hash(first) == hash(again)
    assert first not in (other, "report.csv")
    first.close()
    assert first != again
