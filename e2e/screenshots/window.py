"""What stands around the page in the film: a plain browser window, and a caption below."""

from __future__ import annotations

import io
from functools import cache
from html import escape
from pathlib import Path
from string import Template

from PIL import Image
from playwright.sync_api import Browser

WIDTH, HEIGHT = 900, 540
BAR, CAPTION = 40, 52

_PAGE = Template(Path(__file__).with_name("window.html").read_text(encoding="utf-8"))


class Window:
    """Draws the window."""

    def __init__(self, browser: Browser) -> None:
        self._page = browser.new_page(viewport={"width": WIDTH, "height": BAR + HEIGHT + CAPTION})
        self.around = cache(self._around)

    def _around(self, path: str, caption: str, *, key: str = "", pressed: bool = False) -> Image.Image:
        """The window without its page. The page belongs BAR pixels below the top."""
        state = "pressed" if pressed else ""
        self._page.set_content(
            _PAGE.substitute(
                bar=BAR,
                height=HEIGHT,
                caption=CAPTION,
                pressed=state,
                path=path,
                key=f'<span class="key {state}">{key}</span>' if key else "",
                text=escape(caption),
            )
        )
        return Image.open(io.BytesIO(self._page.screenshot())).convert("RGB")
