"""Uploads that are kept: Streamlit's uploaders are empty after F5, the files are not gone."""

from __future__ import annotations

import re
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import TypeAlias

import pytest
from playwright.sync_api import FilePayload, Locator, expect

from e2e.carrier import PAGE_LOAD, RELEASE
from e2e.reconnect import reconnecting
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

pytestmark = [pytest.mark.core, pytest.mark.transport]
Serve: TypeAlias = Callable[..., StreamlitServer]
NewTab: TypeAlias = Callable[..., ContinuityPage]
APP = "uploads.py"


def file(name: str, data: bytes) -> FilePayload:
    """A file that the visitor has."""
    return {"name": name, "mimeType": "text/plain", "buffer": data}


A, B = file("a.txt", b"a" * 700_000), file("b.txt", b"b" * 700_000)
C, LARGE = file("c.txt", "été à Tokyo".encode()), file("large.bin", bytes(range(250)) * 10_000)


def told(files: tuple[FilePayload, ...]) -> str:
    """What the app says of these files: names, sizes, and the bytes themselves."""
    lines = (f"{f['name']} {len(f['buffer'])} {sha256(f['buffer']).hexdigest()[:8]}" for f in files)
    return ", ".join(lines) or "nothing"


def uploader(tab: ContinuityPage, label: str) -> Locator:
    """The uploader with this label."""
    return tab.page.get_by_test_id("stFileUploader").filter(has_text=label)


def choose(tab: ContinuityPage, label: str, *files: FilePayload) -> None:
    """Choose files, as in the browser's own dialog."""
    uploader(tab, label).get_by_test_id("stFileUploaderDropzoneInput").set_input_files(list(files))
    name = files[-1]["name"]
    expect(uploader(tab, label)).to_contain_text(name)
    # A run that draws the page while another file is chosen may lose that, with us or without.
    if label != "Sent":  # a form sends it later
        expect(tab.page.get_by_text(re.compile(f"^{label.lower()}: .*{re.escape(name)}"))).to_be_visible()
    tab.rest()


def cross(tab: ContinuityPage, label: str, each: FilePayload) -> None:
    """Click the cross of a file; older releases have no name for it."""
    shown = uploader(tab, label)
    old = shown.get_by_test_id("stFileUploaderFile").filter(has_text=each["name"]).get_by_role("button")
    shown.get_by_role("button", name=f"Remove {each['name']}").or_(old).first.click()


def see(tab: ContinuityPage, label: str, *files: FilePayload, lost: str = "nothing") -> None:
    """The app has these files under `label`, and no others."""
    expect(tab.page.get_by_text(f"{label}: {told(files)}", exact=True)).to_be_visible()
    expect(tab.page.get_by_text(f"lost: {lost}", exact=True)).to_be_visible()
    tab.rest()
    expect(tab.page.get_by_test_id("stException")).to_have_count(0)


def tick(tab: ContinuityPage) -> None:
    """Have the app run once more."""
    tab.page.get_by_test_id("stCheckbox").locator("label").click()
    tab.rest()


def go(tab: ContinuityPage, where: str) -> None:
    """Have the app draw its uploaders, or not."""
    tab.page.get_by_test_id("stRadio").get_by_text(where, exact=True).click()
    tab.rest()


def test_an_upload_is_there_after_f5(tab: ContinuityPage, serve: Serve) -> None:
    """Name, size and bytes; the next file takes the place of the first; its cross clears what was kept."""
    tab.open(serve(APP).url)
    see(tab, "one")
    choose(tab, "One", C)
    see(tab, "one", C)
    tab.reload()
    assert tab.runs == PAGE_LOAD
    expect(uploader(tab, "One")).not_to_contain_text("c.txt")
    see(tab, "one", C)
    tick(tab)
    see(tab, "one", C)
    choose(tab, "One", A)
    see(tab, "one", A)
    cross(tab, "One", A)
    see(tab, "one")
    tab.reload()
    see(tab, "one")


def test_many_uploads_are_a_list(tab: ContinuityPage, serve: Serve) -> None:
    """In their order, more than one value could hold; without the one whose cross was clicked."""
    tab.open(serve(APP).url)
    choose(tab, "One", C)
    see(tab, "one", C)
    choose(tab, "Many", A, LARGE, B)
    see(tab, "many", A, LARGE, B)
    tab.reload()
    see(tab, "many", A, LARGE, B)
    choose(tab, "Many", A, LARGE, C)
    see(tab, "many", A, LARGE, C)
    shown = [A, LARGE, C]
    for each in (LARGE, A, C):
        cross(tab, "Many", each)
        shown.remove(each)
        see(tab, "many", *shown)
        see(tab, "one", C)
    tab.reload()
    see(tab, "many")
    see(tab, "one", C)


def test_an_uploader_that_is_away_was_not_cleared(tab: ContinuityPage, serve: Serve) -> None:
    """Hidden, or on a page that was left: what was kept is there, also when the uploader is there again."""
    tab.open(serve(APP).url)
    choose(tab, "One", LARGE)
    choose(tab, "Many", A, B)
    for away in ("hidden", "elsewhere"):
        see(tab, "one", LARGE)
        see(tab, "many", A, B)
        go(tab, away)
        if away == "hidden":
            see(tab, "one", LARGE)
        go(tab, "here")
        tick(tab)
    see(tab, "one", LARGE)
    see(tab, "many", A, B)
    tab.page.get_by_role("button", name="Remove").click()
    see(tab, "many")
    tab.reload()
    see(tab, "one", LARGE)
    see(tab, "many")


def test_a_form_that_empties_itself_takes_nothing_back(tab: ContinuityPage, serve: Serve) -> None:
    """In a fragment: the browser empties the uploader, which is not the visitor's cross."""
    tab.open(serve(APP, FORM="1").url)
    choose(tab, "Sent", C)
    for press in ("Send", "Look again", "Look again"):
        tab.page.get_by_role("button", name=press).click()
        see(tab, "sent", C)
    tab.reload()
    see(tab, "sent", C)


@pytest.mark.skipif(RELEASE < (1, 50), reason="st.file_uploader takes no directories")
def test_a_directory(tab: ContinuityPage, serve: Serve, tmp_path: Path) -> None:
    """The names are paths."""
    files = [file(f"top/sub/{number}.txt", b"%d" % number) for number in range(30)]
    (tmp_path / "top" / "sub").mkdir(parents=True)
    for each in files:
        (tmp_path / each["name"]).write_bytes(each["buffer"])
    tab.open(serve(APP, MANY="directory").url)
    uploader(tab, "Many").get_by_test_id("stFileUploaderDropzoneInput").set_input_files(tmp_path / "top")
    line = tab.page.get_by_text("many: top/sub/")
    expect(line).to_have_text(re.compile(r"many: ([^,]+, ){29}[^,]+$"))
    tab.rest()
    before = sorted(line.inner_text().removeprefix("many: ").split(", "))
    assert before == sorted(told((each,)) for each in files)
    tab.reload()
    assert sorted(line.inner_text().removeprefix("many: ").split(", ")) == before
    expect(tab.page.get_by_text("lost: nothing", exact=True)).to_be_visible()


def test_a_large_one_stays_with_its_tab(tab: ContinuityPage, new_tab: NewTab, serve: Serve) -> None:
    """F5 after F5 it is there; in a copied tab and behind a link it is not, and is named."""
    tab.open(serve(APP).url)
    choose(tab, "One", LARGE)
    choose(tab, "Many", C, LARGE)
    see(tab, "many", C, LARGE)
    for _ in range(2):
        tab.reload()
        see(tab, "one", LARGE)
        see(tab, "many", C, LARGE)
    copy = tab.duplicate()
    see(copy, "many", C, lost="many one")
    see(copy, "one", lost="many one")
    tab.page.get_by_role("button", name="Link").click()
    link = tab.page.get_by_test_id("stCode")
    expect(link).to_contain_text("#fluxlit_link=")
    other = new_tab()
    other.open(link.inner_text().strip())
    see(other, "many", C, lost="many one")
    see(other, "one", lost="many one")
    tab.reload()
    see(tab, "one", LARGE)


def test_beyond_the_total_the_oldest_is_lost(tab: ContinuityPage, new_tab: NewTab, serve: Serve) -> None:
    """Of all visitors of the process, whoever they are; the setting is its bytes."""
    url = serve(APP, FLUXLIT_LIVE_UPLOAD_BYTES="6000000").url
    tab.open(url)
    choose(tab, "One", LARGE)
    see(tab, "one", LARGE)
    tab.reload()
    see(tab, "one", LARGE)
    other = new_tab()
    other.open(url)
    choose(other, "Many", LARGE, LARGE)
    see(other, "many", LARGE, LARGE)
    other.reload()
    see(other, "many", LARGE, LARGE)
    tick(tab)
    see(tab, "one", lost="one")
    tab.reload()
    see(tab, "one")


def test_after_a_restart_of_the_server(tab: ContinuityPage, serve: Serve) -> None:
    """What fits the record is there, what does not is named until something else is uploaded."""
    server = serve(APP)
    tab.open(server.url)
    choose(tab, "One", LARGE)
    choose(tab, "Many", A, LARGE, B)
    see(tab, "one", LARGE)
    see(tab, "many", A, LARGE, B)
    server.restart()
    for _ in range(2):
        tab.reload()
        see(tab, "many", A, B, lost="many one")
        see(tab, "one", lost="many one")
    choose(tab, "One", C)
    see(tab, "one", C, lost="many")
    choose(tab, "Many", C)
    see(tab, "many", C)
    tab.reload()
    see(tab, "one", C)
    see(tab, "many", C)


@pytest.mark.skipif(RELEASE < (1, 41), reason="Streamlit 1.40 empties the fields: streamlit-releases.md")
def test_a_page_that_lives_through_a_restart(tab: ContinuityPage, serve: Serve) -> None:
    """It still shows its files, which the new server never had: they come from the record, crosses count."""
    server = serve(APP)
    tab.open(server.url)
    choose(tab, "One", C)
    choose(tab, "Many", A, B)
    see(tab, "one", C)
    see(tab, "many", A, B)
    with reconnecting(tab):
        server.restart()
    tick(tab)
    see(tab, "one", C)
    see(tab, "many", A, B)
    choose(tab, "Many", C)
    see(tab, "many", A, B, C)
    cross(tab, "One", C)
    see(tab, "one")
