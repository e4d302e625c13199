"""The Chromium that the Makefile names, or one on PATH, or Playwright's own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright


def executable(*, whole: bool) -> str | None:
    """Path of the whole browser, or of its build without a screen where there is one; None: Playwright's."""
    headless = None if whole else os.environ.get("FLUXLIT_HEADLESS")
    return headless or os.environ.get("FLUXLIT_CHROMIUM") or shutil.which("chromium")


@contextmanager
def chromium(*options: str) -> Iterator[Browser]:
    """A whole browser, for benchmarks and pictures, with these options beside the usual ones."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=executable(whole=True), args=["--no-sandbox", "--disable-gpu", *options]
        )
        yield browser
        browser.close()
