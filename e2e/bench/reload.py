"""From pressing F5 to seeing one's content again, against the same app without us, in real Chromium.

The page itself takes the time: a MutationObserver, installed before anything else, looks for the
line that the app draws last, and the clock begins where `location.reload()` is called.
"""

from __future__ import annotations

import os
import random
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Page, expect, sync_playwright

from e2e.bench.report import print_heading, print_line
from fluxlit_component.testing.server import StreamlitServer

APP = Path(__file__).parents[1] / "apps" / "timed.py"
TARGETS = {"clean": 1.25, "visible": 1.10}
CLICKS = 2

_WATCH = """() => {
  window.benchSeen = new Promise((resolve, reject) => {
    setTimeout(reject, 30_000, 'the content did not come back')
    const look = () => {
      const last = [...document.querySelectorAll('[data-testid="stMarkdown"] p')]
        .find(line => line.textContent === sessionStorage.getItem('benchLine'))
      if (last && last.getClientRects().length > 0) {
        watch.disconnect()
        const now = performance.timeOrigin + performance.now()
        resolve(now - Number(sessionStorage.getItem('benchBegun')))
      }
    }
    const watch = new MutationObserver(look)
    watch.observe(document, {childList: true, subtree: true, characterData: true, attributes: true})
  })
}"""
_RELOAD = """line => {
  sessionStorage.setItem('benchLine', line)
  sessionStorage.setItem('benchBegun', performance.timeOrigin + performance.now())
  location.reload()
}"""


def bench(*, quick: bool) -> None:
    """Print the table."""
    rounds = 2 if quick else 15
    modes = ["", *TARGETS]
    samples: dict[str, list[float]] = {mode: [] for mode in modes}
    with ExitStack() as stack:
        browser = stack.enter_context(_browser())
        tabs = {mode: stack.enter_context(_tab(browser, mode)) for mode in modes}
        for mode, page in tabs.items():  # warm-up: caches of the browser and of Python
            _reload(page, mode)
        for _ in range(rounds):
            for mode in random.sample(modes, len(modes)):  # none always comes after the same other one
                samples[mode].append(_reload(tabs[mode], mode))
    print_heading(f"F5 to restored content, medians of {rounds}", floor="the same app without the session")
    for mode, target in TARGETS.items():
        print_line(mode, samples[""], samples[mode], target=target)


def _reload(page: Page, mode: str) -> float:
    """Press F5; the seconds until the line that is drawn last stands there again."""
    page.bring_to_front()
    with page.expect_navigation(wait_until="commit"):
        page.evaluate(_RELOAD, f"count is {CLICKS if mode else 0}")
    milliseconds: float = page.evaluate("window.benchSeen")
    page.wait_for_timeout(1000)  # what a page does after that is not to disturb the next one
    return milliseconds / 1e3


@contextmanager
def _browser() -> Iterator[Browser]:
    chromium = os.environ.get("FLUXLIT_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()


@contextmanager
def _tab(browser: Browser, mode: str) -> Iterator[Page]:
    """The app in a window of its own, with something to restore in it."""
    with tempfile.TemporaryDirectory(prefix="fluxlit-bench-") as folder:
        env = {"FLUXLIT_SESSION_SQLITE_PATH": str(Path(folder) / "sessions.db"), "BENCH_ADDRESS_BAR": mode}
        with StreamlitServer(APP, env=env) as server:
            context = browser.new_context()
            page = context.new_page()
            page.add_init_script(f"({_WATCH})()")
            page.goto(server.url)
            for click in range(CLICKS):
                page.get_by_role("button", name="Add").click()
                expect(page.get_by_text(f"count is {click + 1}")).to_be_visible(timeout=15_000)
            page.wait_for_timeout(500)
            yield page
            context.close()
