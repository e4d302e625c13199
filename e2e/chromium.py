"""The Chromium that the Makefile names, or one on PATH, or Playwright's own: for benchmarks and pictures."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright


@contextmanager
def chromium(*options: str) -> Iterator[Browser]:
    """A browser with these options of the command line beside the usual ones."""
    found = os.environ.get("FLUXLIT_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=found, args=["--no-sandbox", "--disable-gpu", *options]
        )
        yield browser
        browser.close()
