"""Browser contexts that tests use one after the other: each begins empty, but with the browser's caches warm.

The first page load in a new context fetches and compiles all of Streamlit's code, which costs more than the
rest of most tests. So a context is kept, with one page that nobody sees, whose process stays and with it what
it has compiled; what a test could find of the one before it is removed: pages, cookies, permissions, headers,
routes, and the storage of each origin that was visited. Who gives options or changes the context for good
(init scripts, bindings, a clock) takes one of its own.
"""

from __future__ import annotations

from typing import Final
from urllib.parse import urlsplit

from playwright.sync_api import Browser, BrowserContext, Frame, Page

_NOBODY_SEES: Final = "http://localhost/"
_HAS_TIMELINE: Final = "performance.getEntriesByType('navigation').length > 0"
"""Not with Playwright's clock, which `page.clock` installs in the page's context."""
_STORAGE: Final = "local_storage,indexeddb,service_workers,cache_storage,file_systems,shared_storage"


class LentContext:
    """One context, its hidden page, and where its other pages have been."""

    def __init__(self, browser: Browser, options: dict[str, object]) -> None:
        self.context: BrowserContext = browser.new_context(**options)  # type: ignore[arg-type]
        self._origins: set[str] = set()
        self._hidden = self.context.new_page()
        self._hidden.route("**/*", lambda route: route.fulfill(body="", content_type="text/html"))
        self._hidden.goto(_NOBODY_SEES)
        self._devtools = self.context.new_cdp_session(self._hidden)
        self.has_crashed = False
        """Its pages have one process, so one that crashes takes the hidden one along."""
        self._hidden.on("crash", self._give_up)
        self.context.on("page", self._watch)

    def _give_up(self, _page: Page) -> None:
        self.has_crashed = True

    def _watch(self, page: Page) -> None:
        page.on("framenavigated", self._note)

    def _note(self, frame: Frame) -> None:
        address = urlsplit(frame.url)
        if address.scheme in {"http", "https"}:
            self._origins.add(f"{address.scheme}://{address.netloc}")

    def clear(self) -> None:
        """Remove what the last test has left.

        Raises:
            RuntimeError: it cannot be removed.
        """
        for page in self.context.pages:
            if page is not self._hidden:
                page.close()
        self.context.unroute_all()
        self.context.clear_cookies()
        self.context.clear_permissions()
        self.context.set_extra_http_headers({})
        self.context.set_offline(False)
        for origin in self._origins:
            self._devtools.send("Storage.clearDataForOrigin", {"origin": origin, "storageTypes": _STORAGE})
        self._origins.clear()
        if not self._hidden.evaluate(_HAS_TIMELINE):
            raise RuntimeError("a clock is installed in all pages to come: take a context `alone` for that")


class Contexts:
    """Those of one browser."""

    def __init__(self, browser: Browser, options: dict[str, object]) -> None:
        self._browser = browser
        self._options = options
        self._idle: list[LentContext] = []
        self._lent: list[LentContext] = []
        self._own: list[BrowserContext] = []

    def lend(self) -> BrowserContext:
        """An empty context; the first one to be given back is the first one to be lent again."""
        lent = self._idle.pop(0) if self._idle else LentContext(self._browser, self._options)
        self._lent.append(lent)
        return lent.context

    def own(self, **options: object) -> BrowserContext:
        """A new one that nobody has used and nobody will."""
        self._own.append(self._browser.new_context(**{**self._options, **options}))  # type: ignore[arg-type]
        return self._own[-1]

    def take_back(self) -> None:
        """At the end of a test: clear what was lent, close the rest."""
        for context in self._own:
            context.close()
        self._own.clear()
        lent_out, self._lent = self._lent, []
        for lent in lent_out:
            if lent.has_crashed:
                lent.context.close()
            else:
                lent.clear()
        self._idle[:0] = [lent for lent in lent_out if not lent.has_crashed]
