"""`make screenshots`: records the pictures of docs/ from the running demo: they show what it is today."""

from __future__ import annotations

import io
from pathlib import Path

from PIL import Image
from playwright.sync_api import Browser, Locator, Page

from e2e.chromium import chromium
from e2e.screenshots.film import record, record_answer
from e2e.screenshots.palette import few_colours
from e2e.screenshots.visit import Visit, demo

DOCS = Path(__file__).parents[2] / "docs"
MARGIN = 16


def main() -> None:
    """Record all of them."""
    with demo() as server, chromium("--font-render-hinting=none") as browser:
        for scheme in ("light", "dark"):
            _stills(browser, server.url, scheme)
        for name, play in (("demo.gif", record), ("answer.gif", record_answer)):
            play(browser, server.url, DOCS / name)
            _tell(DOCS / name)


def _stills(browser: Browser, url: str, scheme: str) -> None:
    suffix = "" if scheme == "light" else "-dark"
    visit = Visit(browser, scheme=scheme)
    page, tab = visit.page, visit.tab
    tab.open(url)
    visit.collect_all()
    tab.reload()
    _save(page, f"demo-explore{suffix}")
    visit.turn_to("Collection")
    tab.reload()
    _save(page, f"demo{suffix}")
    visit.turn_to("Plan")
    page.locator("input[type=file]").set_input_files(
        {"name": "agenda.txt", "mimeType": "text/plain", "buffer": b"1. Tea"}
    )
    tab.rest()
    page.set_viewport_size({"width": 1280, "height": 1800})
    for fold in ("Keys and sizes", "Skipped, and what to do"):
        page.get_by_test_id("stSidebar").get_by_text(fold).click()
    page.wait_for_timeout(600)  # the folds are animated
    _save(page, f"panel-{scheme}", around=page.locator(".st-key-session_panel"))
    page.context.close()


def _save(page: Page, name: str, *, around: Locator | None = None) -> None:
    """A picture of few colours: a third of the size, and nobody sees the difference."""
    path = DOCS / f"{name}.png"
    page.mouse.move(0, 0)
    picture = Image.open(io.BytesIO(page.screenshot(animations="disabled"))).convert("RGB")
    box = around.bounding_box() if around is not None else None
    if box is not None:
        left, top, right, bottom = (
            box["x"] - MARGIN,
            box["y"] - MARGIN,
            box["x"] + box["width"] + MARGIN,
            box["y"] + box["height"] + MARGIN,
        )
        picture = picture.crop((int(left), int(top), int(right), int(bottom)))
    few_colours(picture).save(path, optimize=True)
    _tell(path)


def _tell(path: Path) -> None:
    with Image.open(path) as picture:
        print(f"docs/{path.name}: {picture.width} x {picture.height}, {path.stat().st_size / 1000:.0f} kB")


main()
