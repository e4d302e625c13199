"""An upload that is kept: Streamlit's uploader is empty after F5, the file is not gone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from e2e.carrier import PAGE_LOAD
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]
pytestmark = pytest.mark.core


def choose(tab: ContinuityPage, name: str, text: str) -> None:
    """Choose a file, as in the browser's own dialog."""
    tab.page.get_by_test_id("stFileUploaderDropzoneInput").set_input_files(
        {"name": name, "mimeType": "text/plain", "buffer": text.encode()}
    )
    see(tab, name, text)
    tab.rest()


def see(tab: ContinuityPage, name: str, text: str) -> None:
    """The app has this file: its name, its size and what it says."""
    size = len(text.encode())
    expect(tab.page.get_by_text(f"file is {name} of {size} bytes", exact=True)).to_be_visible()
    expect(tab.page.get_by_text(f"it says {text!r}", exact=True)).to_be_visible()
    expect(tab.page.get_by_test_id("stException")).to_have_count(0)


def test_an_upload_is_there_after_f5(tab: ContinuityPage, serve: Serve) -> None:
    """The recipe of the documentation: name, size and bytes; the next file takes the place of the first."""
    tab.open(serve("uploads.py").url)
    expect(tab.page.get_by_text("no file", exact=True)).to_be_visible()
    choose(tab, "notes.txt", "été à Tokyo")
    tab.reload()
    assert tab.runs == PAGE_LOAD
    expect(tab.page.get_by_test_id("stFileUploaderFile")).to_have_count(0)
    see(tab, "notes.txt", "été à Tokyo")
    choose(tab, "other.txt", "more")
    tab.reload()
    see(tab, "other.txt", "more")
