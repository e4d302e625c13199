"""Chromium, driven by Playwright as in the other browser tests."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Browser, Error, Frame, Page

from e2e.engines.visitor import SECONDS, Failed, Visitor

_PATIENCE_MS = 1000 * SECONDS


class ChromiumVisitor(Visitor):
    """A page, or a frame of it."""

    def __init__(self, page: Page, frame: Frame | None = None) -> None:
        self._page = page
        self._frame = frame or page.main_frame

    def go(self, address: str) -> None:
        self._page.goto(address)

    def _reload(self) -> None:
        self._page.reload()

    def _traverse(self, steps: int) -> None:
        if steps < 0:
            self._page.go_back()
        else:
            self._page.go_forward()

    def _click(self, xpath: str) -> None:
        try:
            self._frame.locator(f"xpath={xpath}").first.click(timeout=_PATIENCE_MS)
        except Error as error:
            raise Failed(error.message) from error

    def _enter(self, xpath: str, text: str, *, leave: bool) -> None:
        field = self._frame.locator(f"xpath={xpath}").first
        try:
            field.fill(text, timeout=_PATIENCE_MS)
            if leave:
                field.press("Tab", timeout=_PATIENCE_MS)
        except Error as error:
            raise Failed(error.message) from error

    def ask(self, function: str, *args: Any) -> Any:
        try:
            return self._frame.evaluate(f"args => ({function})(...args)", list(args))
        except Error as error:
            raise Failed(error.message) from error

    def copy(self, *, by_link: bool = False) -> ChromiumVisitor:
        with self._page.context.expect_page() as opened:
            self._offer_copy(by_link=by_link)
        copy = ChromiumVisitor(opened.value)
        copy.rest()
        return copy

    def inside(self) -> ChromiumVisitor:
        return ChromiumVisitor(self._page, self._page.main_frame.child_frames[0])

    def close(self) -> None:
        self._page.close()


class Chromium:
    """A browser context for each visitor. The browser is the caller's."""

    def __init__(self, browser: Browser) -> None:
        self._browser = browser

    def newcomer(self) -> ChromiumVisitor:
        return ChromiumVisitor(self._browser.new_context().new_page())

    def close(self) -> None:
        for context in self._browser.contexts:
            context.close()
