"""Text that was typed for one record is typed back for no other one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from e2e.acts import press
from e2e.carrier import RELEASE
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]
_SHUT_POPOVERS_ARE_THERE = (1, 40)


@pytest.fixture
def url(serve: Serve) -> str:
    """The app whose fields have one key for several records."""
    return serve("records.py").url


def expect_value(tab: ContinuityPage, label: str, value: str) -> None:
    """What the field holds, also after a draft that comes late would have been typed."""
    tab.rest(quiet=2.5)
    expect(tab.page.get_by_label(label, exact=True)).to_have_value(value)


@pytest.mark.transport
@pytest.mark.few
def test_a_record_of_the_query(tab: ContinuityPage, url: str) -> None:
    """Each address has a draft of its own; one whose query the app changes goes along with its field."""
    text = tab.page.get_by_label("Text", exact=True)
    tab.open(f"{url}/?id=1")
    text.fill("about one")
    tab.open(f"{url}/?id=2")
    expect(tab.page.get_by_text("record 2")).to_be_visible()
    expect_value(tab, "Text", "")
    tab.open(f"{url}/?id=1")
    expect(text).to_have_value("about one")
    press(tab, "Next")
    expect(tab.page.get_by_text("record 2")).to_be_visible()
    expect(text).to_have_value("about one")  # Streamlit's own doing: it is the same field
    tab.reload()
    expect(text).to_have_value("about one")


def test_a_visible_id_is_not_part_of_it(tab: ContinuityPage, serve: Serve) -> None:
    """The address bar shows the id, which a rotation changes."""
    url = serve("records.py", FLUXLIT_ADDRESS_BAR="visible").url
    tab.open(f"{url}/?id=1")
    assert "fluxlit_sid=" in tab.page.url
    tab.page.get_by_label("Text", exact=True).fill("about one")
    tab.reload()
    expect(tab.page.get_by_label("Text", exact=True)).to_have_value("about one")
    tab.open(f"{url}/?id=1")
    expect(tab.page.get_by_label("Text", exact=True)).to_have_value("about one")


@pytest.mark.transport
def test_a_record_of_the_label(tab: ContinuityPage, url: str) -> None:
    """The draft waits until the field of its label is there."""
    tab.open(url)
    tab.page.get_by_text("Bob", exact=True).click()
    tab.rest()
    tab.page.get_by_label("On Bob", exact=True).fill("well done")
    tab.reload()
    expect_value(tab, "On Ada", "")
    tab.page.get_by_text("Bob", exact=True).click()
    expect(tab.page.get_by_label("On Bob", exact=True)).to_have_value("well done")


@pytest.mark.transport
@pytest.mark.few
def test_the_record_of_a_dialog(tab: ContinuityPage, url: str) -> None:
    """What was typed for Ada is typed into no dialog but the one that her button opens."""
    tab.open(url)
    fields = ["Note"] if RELEASE <= _SHUT_POPOVERS_ARE_THERE else ["Note", "Nickname"]

    def open_for(name: str, label: str) -> None:
        press(tab, f"Edit {name}")
        expect(tab.page.get_by_text(f"the dialog of {name}")).to_be_visible()
        if label == "Nickname":
            press(tab, "More")

    for label in fields:
        open_for("Ada", label)
        tab.page.get_by_label(label, exact=True).fill("of Ada")
        tab.reload()
        open_for("Bob", label)
        expect_value(tab, label, "")
        tab.reload()
        open_for("Ada", label)
        expect(tab.page.get_by_label(label, exact=True)).to_have_value("of Ada")
        tab.page.get_by_label(label, exact=True).fill("")
        tab.reload()
