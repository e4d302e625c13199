"""The same little app without continuity, with ours, and with other ways of keeping state, in real Chromium.

Each way does in `peers/` what its own README says. Measured are F5 until a counter and a text stand there
again, and how many script runs the server does for F5, for a widget that changes and for a page switch.
"""

from __future__ import annotations

import random
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

from playwright.sync_api import Browser, Error, expect

from e2e.bench.report import print_table, time_text
from e2e.chromium import chromium
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

APPS = Path(__file__).parent / "peers"
GIVE_UP_SECONDS = 8

_WATCH = """() => {
  const begun = Number(sessionStorage.getItem('benchBegun'))
  const wanted = JSON.parse(sessionStorage.getItem('benchWanted') ?? '[]')
  window.benchSeen = new Promise((resolve, reject) => {
    setTimeout(reject, GIVE_UP, 'it did not come back')
    const look = () => {
      const texts = [...document.querySelectorAll('[data-testid="stMarkdown"] p')].map(it => it.textContent)
      const name = document.querySelector('.st-key-name input')?.value
      if (texts.includes(wanted[0]) && name === wanted[1]) {
        resolve((performance.timeOrigin + performance.now() - begun) / 1e3)
      } else requestAnimationFrame(look)
    }
    if (wanted.length) look()
  })
  window.benchSeen.catch(() => {})
}"""
_RELOAD = """wanted => {
  sessionStorage.setItem('benchWanted', JSON.stringify(wanted))
  sessionStorage.setItem('benchBegun', performance.timeOrigin + performance.now())
  location.reload()
}"""


@dataclass(frozen=True)
class _Way:
    """A way of keeping state: its app, the package it comes from, its settings."""

    name: str
    script: str
    package: str = ""
    env: dict[str, str] = field(default_factory=dict)
    keeps: bool = True

    @property
    def label(self) -> str:
        return f"{self.name} ({self.package} {version(self.package)})" if self.package else self.name


NOTHING = _Way("no continuity", "nothing.py", keeps=False)
WAYS = (
    NOTHING,
    _Way("ours, clean", "ours.py"),
    _Way("ours, visible", "ours.py", env={"FLUXLIT_ADDRESS_BAR": "visible"}),
    _Way("original functions", "original.py", "fluxlit"),
    _Way("cookie", "cookies_controller.py", "streamlit-cookies-controller"),
    _Way("localStorage", "local_storage.py", "streamlit-local-storage"),
)


def bench(*, quick: bool) -> None:
    """Print the table."""
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())
        visits = [stack.enter_context(_visit(browser, way)) for way in WAYS]
        for _ in range(1 if quick else 5):
            for visit in random.sample(visits, len(visits)):
                visit.reload()
        floor = statistics.median(visits[0].seconds)
        print_table(
            "Ways of keeping a counter and a text over F5",
            note="F5 until both stand there again, medians, taken in turn; and the script runs of the server",
            columns=(
                "",
                "F5 to content",
                "of the floor",
                "runs: F5",
                "runs: widget",
                "runs: page",
                "Back to page one",
            ),
            rows=[visit.row(floor) for visit in visits],
        )


class _Visit:
    """One visitor of one app."""

    def __init__(self, browser: Browser, way: _Way, url: str) -> None:
        self.way = way
        self.seconds: list[float] = []
        self._wanted = ["count is 2", "Ada"] if way.keeps else ["count is 0", ""]
        self._failed = ""
        self._after_back = ""
        self._runs = {"F5": 0, "widget": 0, "page": 0}
        page = browser.new_context().new_page()
        page.set_default_timeout(GIVE_UP_SECONDS * 1e3)
        page.add_init_script(f"({_WATCH.replace('GIVE_UP', str(GIVE_UP_SECONDS * 1000))})()")
        self._tab = ContinuityPage(page)
        try:
            self._work(url)
        except (Error, AssertionError, TimeoutError) as error:
            self._failed = str(error).splitlines()[0]

    def _work(self, url: str) -> None:
        tab, page = self._tab, self._tab.page
        tab.open(url)
        self._count()
        tab.forget_runs()
        page.get_by_label("Name").fill("Ada")
        page.keyboard.press("Enter")
        tab.rest(quiet=1.0)
        self._runs["widget"] = tab.runs
        tab.forget_runs()
        self._reload()
        tab.rest(quiet=1.0)
        self._runs["F5"] = tab.runs
        tab.forget_runs()
        page.get_by_test_id("stSidebarNavLink").filter(has_text="Report").click()
        expect(page.get_by_role("heading", name="Report")).to_be_visible()
        tab.rest(quiet=1.0)
        self._runs["page"] = tab.runs
        self._go_back()
        if self.way.keeps:  # what a page switch lost is set again: here it is about F5
            self._set_again()

    def _go_back(self) -> None:
        page = self._tab.page
        home = page.get_by_role("heading", name="Home")
        page.go_back()
        try:
            expect(home).to_be_visible()
        except AssertionError:  # a way that writes the query may have added an entry of its own
            self._after_back = "one step more"
            page.get_by_test_id("stSidebarNavLink").filter(has_text="Home").click()
            expect(home).to_be_visible()
        self._tab.rest()

    def _set_again(self) -> None:
        tab, page = self._tab, self._tab.page
        named = page.get_by_label("Name").input_value() == "Ada"
        there = named and page.get_by_text("count is 2").count() == 1
        self._after_back = self._after_back or ("kept" if there else "lost")
        self._count()
        if page.get_by_label("Name").input_value() != "Ada":
            page.get_by_label("Name").fill("Ada")
            page.keyboard.press("Enter")
            tab.rest(quiet=1.0)

    def _count(self) -> None:
        # Some ways lose a click while they settle.
        for _ in range(10):
            if self._tab.page.get_by_text("count is 2").count() > 0:
                return
            self._tab.page.get_by_role("button", name="Add").click()
            self._tab.rest(quiet=1.0)
        raise AssertionError("the counter did not get to 2")

    def reload(self) -> None:
        """Press F5 and note how long it took."""
        if self._failed:
            return
        self._tab.page.bring_to_front()
        try:
            self.seconds.append(self._reload())
            self._tab.rest()
        except (Error, TimeoutError) as error:
            self._failed = str(error).splitlines()[0]

    def _reload(self) -> float:
        page = self._tab.page
        with page.expect_navigation(wait_until="commit"):
            page.evaluate(_RELOAD, self._wanted)
        seconds: float = page.evaluate("window.benchSeen")
        return seconds

    def row(self, floor: float) -> tuple[str, ...]:
        """What was measured, or that it did not work."""
        if self._failed:
            print(f"  {self.way.label}: {self._failed}")
            return (self.way.label, f"not within {GIVE_UP_SECONDS} s", "", "", "", "", "")
        seconds = statistics.median(self.seconds)
        runs = (str(self._runs[name]) for name in ("F5", "widget", "page"))
        return (self.way.label, time_text(seconds), f"{seconds / floor:.2f}", *runs, self._after_back)


@contextmanager
def _visit(browser: Browser, way: _Way) -> Iterator[_Visit]:
    with tempfile.TemporaryDirectory(prefix="fluxlit-bench-") as folder:
        env = {"FLUXLIT_SESSION_SQLITE_PATH": str(Path(folder) / "sessions.db"), **way.env}
        with StreamlitServer(APPS / way.script, env=env) as server:
            yield _Visit(browser, way, server.url)
