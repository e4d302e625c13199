"""The app with its login, the provider that it trusts, and what people do with them."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from importlib.metadata import version
from pathlib import Path
from typing import Final

import pytest
import streamlit as st
from playwright.sync_api import WebSocket, expect

from e2e.carrier import HANDSHAKE, RELEASE
from e2e.servers import AppServer
from e2e.signed_in.provider import CLIENT, Provider
from fluxlit_component.identifier import fingerprint
from fluxlit_component.testing import ContinuityPage
from fluxlit_component.testing.server import own_store

APP: Final = Path(__file__).parent / "apps" / "private_notes.py"
STORED: Final = "sessionStorage.getItem('fluxlit:fluxlit_sid')"
_FIRST_ON_STARLETTE: Final = (1, 57)
_LAST_WITH_TORNADO: Final = (1, 6)
"""Of Authlib: 1.9 keeps a state that older releases of Streamlit do not give it."""
_SECRETS: Final = """
[auth]
redirect_uri = "{app}/oauth2callback"
cookie_secret = "a secret of the tests"
client_id = "{client}"
client_secret = "another one"
server_metadata_url = "{provider}"
"""


class Notes:
    """The app as it is served, with its provider."""

    def __init__(self, folder: Path, provider: Provider, *, handshake: bool) -> None:
        self.provider = provider
        self.store = folder / "sessions.db"
        self.page_load = 1 if handshake else 2
        """Script runs that a page load costs."""
        secrets = folder / "secrets.toml"
        self.server = AppServer(
            APP,
            env=own_store(self.store),
            args=("--secrets.files", str(secrets)),
            handshake=handshake,
        )
        text = _SECRETS.format(app=self.server.url, client=CLIENT, provider=provider.metadata_url)
        secrets.write_text(text, "utf-8")

    def link(self, sid: str) -> str:
        """An address that hands a session over with its id in the fragment."""
        return f"{self.server.url}/#fluxlit_sid={sid}"


class Visitor:
    """Somebody before one browser tab with the app."""

    def __init__(self, notes: Notes, tab: ContinuityPage) -> None:
        self.notes = notes
        self.tab = tab
        self.page = tab.page
        self.ids: set[str] = set()
        """Every id that the tab was seen to have."""
        self._frames: list[bytes] = []
        self.page.on("websocket", self._listen)

    def _listen(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self._frames.append(_bytes(frame)))
        socket.on("framesent", lambda frame: self._frames.append(_bytes(frame)))

    def _forget(self, _socket: WebSocket) -> None:
        self.tab.forget_runs()
        self._frames.clear()

    def open(self, url: str = "") -> Visitor:
        """Go to the app."""
        self.page.goto("about:blank")  # another fragment alone would load nothing
        self.tab.open(url or self.notes.server.url)
        return self

    def in_another_tab(self) -> Visitor:
        """The same browser with a tab that knows nothing yet."""
        return Visitor(self.notes, ContinuityPage(self.page.context.new_page()))

    def write(self, text: str) -> None:
        """Into the note, and count one."""
        self.page.get_by_label("Note").fill(text)
        self.page.get_by_label("Note").blur()
        self.tab.rest()
        self.page.get_by_role("button", name="Add").click()
        self.tab.rest()

    def sign_in(self, who: str) -> None:
        """Away to the provider, and back as somebody."""
        self.page.get_by_role("button", name="Log in").click()
        link = self.page.get_by_role("link", name=who, exact=True)
        link.wait_for()
        self._arrive(link.click)

    def sign_out(self, button: str = "Log out") -> None:
        """Away to the provider, and back as nobody."""
        self._arrive(self.page.get_by_role("button", name=button).click)

    def _arrive(self, move: Callable[[], object]) -> None:
        """Do what leads to another page load of the app; its runs are counted, and none before."""
        self.page.evaluate("window.isBefore = true")
        self.page.once("websocket", self._forget)
        move()
        self.page.wait_for_url(f"{self.notes.server.url}/")
        self.page.wait_for_function("!window.isBefore")
        self.tab.rest()

    def reload(self) -> None:
        """Press F5."""
        self._frames.clear()
        self.tab.reload()

    @property
    def sid(self) -> str:
        """The id that the tab has. Never print it."""
        sid = self.tab.session_id()
        assert sid is not None
        self.ids.add(sid)
        return sid

    @property
    def mark(self) -> str:
        """What tells the id from another, and can be printed."""
        return fingerprint(self.sid)

    def expect(self, who: str, note: str, count: int, *, changes: int | None = 0) -> None:
        """Who is here and what is seen of the work, as all runs of this page load have left it."""
        page = self.page
        expect(page.get_by_text(f"{who} is here, count is {count}", exact=True)).to_be_visible()
        counted = "" if changes is None else f" {changes}"
        expect(page.get_by_text(f"status ready, changes{counted}", exact=bool(counted))).to_be_visible()
        expect(page.get_by_label("Note")).to_have_value(note)
        assert "fluxlit" not in page.url

    def expect_nothing_of(self, text: str) -> None:
        """Since the last page load no message to or from the page held it, and the browser keeps it not."""
        assert self._frames
        assert not any(text.encode() in frame for frame in self._frames)
        assert text not in self.page.content()
        kept = "JSON.stringify([{...sessionStorage}, {...localStorage}, history.state])"
        assert text not in self.page.evaluate(kept)


def _bytes(frame: str | bytes) -> bytes:
    return frame.encode() if isinstance(frame, str) else frame


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    """The OpenID Connect provider."""
    with Provider() as running:
        yield running


@pytest.fixture(scope="module", params=[True, False], ids=["handshake", "gate"])
def notes(
    request: pytest.FixtureRequest, provider: Provider, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Notes]:
    """The app, served so that the first run knows its session, and plain."""
    if not hasattr(st, "login"):
        pytest.skip("this Streamlit has no st.login")
    if importlib.util.find_spec("authlib") is None:
        pytest.skip("st.login needs Authlib")
    authlib = tuple(map(int, version("authlib").split(".")[:2]))
    if RELEASE < _FIRST_ON_STARLETTE and authlib > _LAST_WITH_TORNADO:
        pytest.skip("the st.login of this Streamlit, without us, too, fails with this Authlib")
    if request.param and not HANDSHAKE:
        pytest.skip("this Streamlit is not served by Starlette")
    found = Notes(tmp_path_factory.mktemp("notes"), provider, handshake=request.param)
    with ExitStack() as stack:
        stack.callback(found.server.close)
        found.server.start()
        yield found


@pytest.fixture
def visitor(notes: Notes, tab: ContinuityPage) -> Visitor:
    """Whoever sits before the first tab."""
    return Visitor(notes, tab)


@pytest.fixture
def stranger(notes: Notes, new_tab: Callable[..., ContinuityPage]) -> Callable[[], Visitor]:
    """Somebody else, in a browser of his own."""
    return lambda: Visitor(notes, new_tab())
