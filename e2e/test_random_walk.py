"""A long walk of a visitor who does anything: the id is nowhere to be seen, the state is that of a model.

After every step: no request, address, history entry, title, attribute or console line holds the id; what the
page and the address bar show is what the model says; the history is as long as a person would expect.
"""

from __future__ import annotations

import inspect
import random
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import pytest
import streamlit as st
from playwright.sync_api import expect

from fluxlit_component.testing.leaks import LeakRecorder
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

Serve = Callable[..., StreamlitServer]
STEPS = 25
PAGES = ("Home", "Report")

# See docs/streamlit-releases.md.
_SAME_VALUE_IS_NO_ENTRY = "query_params" in inspect.signature(st.switch_page).parameters

# Everything that a script, an extension or a screen reader could read off the page.
_SEEN = """
() => {
  const texts = [document.title, document.URL, document.cookie, window.name, JSON.stringify(history.state)]
  const visit = root => {
    for (const element of root.querySelectorAll('*')) {
      for (const { value } of element.attributes) texts.push(value)
      if ('value' in element) texts.push(String(element.value))
      if (element.shadowRoot) visit(element.shadowRoot)
    }
  }
  visit(document)
  texts.push(document.documentElement.outerHTML, JSON.stringify({ ...localStorage }))
  return texts.join('\\n')
}
"""


@dataclass(frozen=True)
class Entry:
    """One place in the history of a tab."""

    page: str = "Home"
    mark: str | None = None
    """Value of the app's own query parameter."""
    part: str = ""

    @property
    def address(self) -> str:
        path = "/" if self.page == "Home" else "/report"
        query = f"?p={self.mark}" if self.mark is not None else ""
        return f"{path}{query}{self.part}"


@dataclass
class Model:
    """What the visitor believes of one tab."""

    count: int = 0
    name: str = ""
    keeps: bool = False
    """Whether the field keeps its value while another page is shown; Streamlit drops it."""
    entries: list[Entry] = field(default_factory=lambda: [Entry()])
    at: int = 0

    @property
    def entry(self) -> Entry:
        return self.entries[self.at]

    @property
    def page(self) -> str:
        return self.entry.page

    def go(self, entry: Entry) -> None:
        """Follow a link: what was ahead is gone."""
        self.entries[self.at + 1 :] = [entry]
        self.move(1)

    def move(self, steps: int) -> None:
        """Be elsewhere in the history."""
        before = self.page
        self.at += steps
        if self.page != before and not self.keeps:
            self.name = ""


class Walker:
    """One tab, its model, and all that may be done in it."""

    def __init__(self, tab: ContinuityPage, model: Model) -> None:
        self.tab = tab
        self.model = model
        self.leaks = LeakRecorder(tab.page)

    def add(self) -> None:
        name = "Add" if self.model.page == "Home" else "Add here"
        self.tab.page.get_by_role("button", name=name, exact=True).click()
        self.model.count += 1

    def type(self, text: str) -> None:
        if self.model.page != "Home":
            return
        self.tab.page.get_by_label("Name").fill(text)
        self.tab.page.get_by_label("Name").press("Enter")
        self.model.name = text

    def follow(self) -> None:
        page = PAGES[1 - PAGES.index(self.model.page)]
        self.tab.page.get_by_test_id("stSidebarNav").get_by_role("link", name=page, exact=True).click()
        self.model.go(Entry(page))

    def mark(self) -> None:
        """The app writes its parameter: an entry without the part, or none where Streamlit sees no change."""
        self.tab.page.get_by_role("button", name="Mark", exact=True).click()
        value = str(self.model.count)
        if value != self.model.entry.mark or not _SAME_VALUE_IS_NO_ENTRY:
            self.model.go(Entry(self.model.page, value))

    def reload(self) -> None:
        self.tab.page.reload()

    def back(self) -> None:
        if self.model.at > 0:
            self.tab.page.go_back()
            self.model.move(-1)

    def forward(self) -> None:
        if self.model.at + 1 < len(self.model.entries):
            self.tab.page.go_forward()
            self.model.move(1)

    def hash(self, number: int) -> None:
        """A link within the page is an entry of its own."""
        self.tab.page.evaluate("number => { location.hash = `part${number}` }", number)
        self.model.go(replace(self.model.entry, part=f"#part{number}"))

    def check(self, begun: int) -> str:
        """What has to hold after every step; return the id."""
        tab, model = self.tab, self.model
        expect(tab.page.get_by_role("heading", name=model.page, exact=True)).to_be_visible()
        tab.rest()
        expect(tab.page.get_by_text(f"count is {model.count}", exact=True)).to_be_visible()
        if model.page == "Home":
            expect(tab.page.get_by_label("Name")).to_have_value(model.name)
        else:
            expect(tab.page.get_by_text(f"name is {model.name!r}", exact=True)).to_be_visible()
        assert tab.page.evaluate("location.href.slice(location.origin.length)") == model.entry.address
        sid = tab.session_id()
        assert sid is not None
        assert re.fullmatch(r"[A-Za-z0-9_-]{43}", sid)
        assert self.leaks.carrying(sid) == []
        assert sid not in tab.page.evaluate(_SEEN)
        assert tab.page.evaluate("history.length") == begun + len(model.entries) - 1
        return str(sid)


@pytest.mark.parametrize(("seed", "keeps"), [(1, False), (2, True)], ids=["plain", "keep_hidden"])
def test_a_long_walk_leaks_nothing_and_loses_nothing(
    tab: ContinuityPage, serve: Serve, seed: int, keeps: bool
) -> None:
    """Two tabs, one opened from the other by a link on the way; each as its model says, step by step."""
    chance = random.Random(seed)
    server = serve("sharing.py", **({"KEEP_HIDDEN": "1"} if keeps else {}))
    tab.open(server.url)
    walkers = [Walker(tab, Model(keeps=keeps))]
    lengths = [tab.page.evaluate("history.length")]
    for number in range(STEPS):
        walker = chance.choice(walkers)
        walker.tab.page.bring_to_front()
        step = chance.choice(
            [
                walker.add,
                walker.add,
                lambda walker=walker, number=number: walker.type(f"name {number}"),
                walker.follow,
                walker.follow,
                walker.mark,
                walker.mark,
                walker.reload,
                walker.back,
                walker.forward,
                lambda walker=walker, number=number: walker.hash(number),
            ]
        )
        step()
        ids = {walker.check(begun) for walker, begun in zip(walkers, lengths, strict=True)}
        assert len(ids) == len(walkers)
        assert not any(sid in server.log for sid in ids)
        if number == STEPS // 2:
            link = tab.page.get_by_test_id("stSidebarNav").get_by_role("link", name="Report", exact=True)
            sid = tab.session_id()
            with tab.page.context.expect_page() as opened:
                link.click(modifiers=["Control"])
            opened.value.set_default_timeout(45_000)
            other = ContinuityPage(opened.value)
            name = walkers[0].model.name if keeps else ""
            model = Model(walkers[0].model.count, name, keeps, [Entry("Report")])
            walkers.append(Walker(other, model))
            other.page.wait_for_function(
                "old => ![old, null].includes(sessionStorage.getItem('fluxlit:fluxlit_sid'))", arg=sid
            )
            other.page.reload()  # the counter of runs was not there when the tab was opened
            lengths.append(other.page.evaluate("history.length"))
