"""From pressing F5 to seeing one's content again, and from a first visit to the content, in real Chromium.

Against the same app without us, which is looked at in turn with it.

Two apps: a small one that says hello in a fifth of a second, and the demo's first page, which is nearer to
what people write. The page itself takes the time: it looks at each frame, from before anything else is
loaded, whether what was restored stands there (without us: what stands there by default), and the clock
begins where `location.reload()` is called.
"""

from __future__ import annotations

import json
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Page, expect

from e2e.bench.report import print_heading, print_line
from e2e.chromium import chromium
from fluxlit_component.testing.server import StreamlitServer

TARGETS = {"handshake": 1.05, "clean": 1.25, "visible": 1.10}
VISITS = {"handshake": 1.05, "clean": 1.25}
"""The same for a new visitor, who has an empty cache."""

_WATCH = """() => {
  window.benchSeen = new Promise((resolve, reject) => {
    setTimeout(reject, 30_000, 'the content did not come back')
    const look = () => {
      const [selector, text] = JSON.parse(sessionStorage.getItem('benchContent') ?? '["",""]')
      const found = selector ? [...document.querySelectorAll(selector)] : []
      if (found.some(it => (it.value ?? it.textContent) === text && it.getClientRects().length > 0)) {
        const now = performance.timeOrigin + performance.now()
        resolve(now - Number(sessionStorage.getItem('benchBegun')))
      } else requestAnimationFrame(look)
    }
    look()
  })
}"""
_RELOAD = """content => {
  sessionStorage.setItem('benchContent', JSON.stringify(content))
  sessionStorage.setItem('benchBegun', performance.timeOrigin + performance.now())
  location.reload()
}"""


@dataclass(frozen=True)
class _App:
    """An app, how a visitor works in it, and where that can be seen."""

    name: str
    script: Path
    selector: str
    default: str
    restored: str
    act: Callable[[Page], None]


def _click_twice(page: Page) -> None:
    for count in (1, 2):
        page.get_by_role("button", name="Add").click()
        expect(page.get_by_text(f"count is {count}")).to_be_visible(timeout=15_000)


def _write_a_note(page: Page) -> None:
    note = page.locator(".st-key-explore_note textarea")
    note.fill("cherry trees in April")
    note.press("Control+Enter")


APPS = (
    _App(
        "a small app",
        Path(__file__).parents[1] / "apps" / "timed.py",
        '[data-testid="stMarkdown"] p',
        "count is 0",
        "count is 2",
        _click_twice,
    ),
    _App(
        "the demo's first page",
        Path(__file__).parents[1] / "apps" / "explore.py",
        ".st-key-explore_note textarea",
        "Why this one?",
        "cherry trees in April",
        _write_a_note,
    ),
)


def bench(*, quick: bool) -> None:
    """Print a table for each app."""
    for app in APPS:
        _bench(app, servers=1 if quick else 3, rounds=2 if quick else 5)


def _bench(app: _App, *, servers: int, rounds: int) -> None:
    """A server and a tab may be a tenth faster or slower all their life: each mode has several of them."""
    samples: dict[str, list[float]] = {mode: [] for mode in ["", *TARGETS]}
    visits: dict[str, list[float]] = {mode: [] for mode in ["", *VISITS]}
    for _ in range(servers):
        _measure(app, samples, visits, rounds=rounds)
    print_heading(
        f"F5 to restored content, {app.name}, medians of {servers * rounds}",
        floor="the same app without the session",
    )
    for mode, target in TARGETS.items():
        print_line(mode, samples[""], samples[mode], target=target)
    print_heading(
        f"a new visitor to content, {app.name}, medians of {servers * rounds}",
        floor="the same app without the session",
    )
    for mode, target in VISITS.items():
        print_line(mode, visits[""], visits[mode], target=target)


def _measure(
    app: _App, samples: dict[str, list[float]], visits: dict[str, list[float]], *, rounds: int
) -> None:
    modes = list(samples)
    with ExitStack() as stack:
        browser = stack.enter_context(chromium())
        tabs = {mode: stack.enter_context(_tab(browser, app, mode)) for mode in modes}
        for _ in range(2):  # warm-up: caches of the browser and of Python
            for mode, page in tabs.items():
                _reload(page, app, mode)
        for _ in range(rounds):
            for mode in random.sample(modes, len(modes)):  # none always comes after the same other one
                samples[mode].append(_reload(tabs[mode], app, mode))
            for mode in random.sample(list(visits), len(visits)):
                visits[mode].append(_visit(browser, app, tabs[mode].url))


def _reload(page: Page, app: _App, mode: str) -> float:
    """Press F5; the seconds until the content stands there again."""
    page.bring_to_front()
    with page.expect_navigation(wait_until="commit"):
        page.evaluate(_RELOAD, [app.selector, app.restored if mode else app.default])
    milliseconds: float = page.evaluate("window.benchSeen")
    page.wait_for_timeout(1000)  # what a page does after that is not to disturb the next one
    return milliseconds / 1e3


def _visit(browser: Browser, app: _App, url: str) -> float:
    """Come for the first time; the seconds until what everybody sees stands there."""
    context = browser.new_context()
    page = context.new_page()
    content = json.dumps([app.selector, app.default])
    page.add_init_script(
        f"""sessionStorage.setItem('benchContent', {content!r})
        sessionStorage.setItem('benchBegun', performance.timeOrigin)
        ;({_WATCH})()"""
    )
    page.goto(url, wait_until="commit")
    milliseconds: float = page.evaluate("window.benchSeen")
    page.wait_for_timeout(1000)
    context.close()
    return milliseconds / 1e3


@contextmanager
def _tab(browser: Browser, app: _App, mode: str) -> Iterator[Page]:
    """The app in a window of its own, with something to restore in it."""
    with tempfile.TemporaryDirectory(prefix="fluxlit-bench-") as folder:
        env = {
            "FLUXLIT_SESSION_SQLITE_PATH": str(Path(folder) / "sessions.db"),
            "FLUXLIT_ADDRESS_BAR": "visible" if mode == "visible" else "clean",
        }
        if not mode:
            env = {"FLUXLIT_DISABLE_URL_SESSION": "1"}
        with StreamlitServer(app.script, env=env, handshake=mode == "handshake") as server:
            context = browser.new_context()
            page = context.new_page()
            page.add_init_script(f"({_WATCH})()")
            page.goto(server.url)
            app.act(page)
            page.wait_for_timeout(1500)
            yield page
            context.close()
