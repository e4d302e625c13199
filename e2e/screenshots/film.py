"""The films: F5 on the second page, where everything is back, and F5 in the middle of an answer that goes on.

What leads up to it are stills with a time each. The reload itself is filmed as it happens, in its own time.
"""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Browser, Page

from e2e.screenshots.palette import palette_of
from e2e.screenshots.visit import PLACES, Visit
from e2e.screenshots.window import BAR, HEIGHT, WIDTH, Window

STAGE = (1200, 720)
"""What the visitor's page is drawn at, before it is made as small as the window."""
LAST_SECONDS = 2.6


@dataclass(frozen=True)
class Scene:
    """What stands around the page: path, caption, whether the caption names the key, whether it is down."""

    path: str
    caption: str
    key: str = ""
    pressed: bool = False


COLLECT = Scene("", "Collect a place in an ordinary Streamlit app …")
EDIT = Scene("collection", "… edit a note on its second page …")
READY = Scene("collection", "… and reload the page", key="F5")
PRESSED = Scene("collection", "… and reload the page", key="F5", pressed=True)
BACK = Scene("collection", "Everything is back. No cookie, nothing in the URL.")

ASKED = Scene("ask", "A model answers, word by word …")
CUT = Scene("ask", "… the page is loaded anew in the middle of it", key="F5", pressed=True)
GOES_ON = Scene("ask", "… and the answer goes on. Not a word is lost.")
QUESTION = "Tell me about Tokyo and Lima"


class Film:
    """Frames and how many seconds each is shown."""

    def __init__(self, window: Window) -> None:
        self._window = window
        self._frames: list[Image.Image] = []
        self._seconds: list[float] = []

    def show(self, picture: bytes, scene: Scene, seconds: float) -> None:
        """Add a frame."""
        frame = self._window.around(scene.path, scene.caption, key=scene.key, pressed=scene.pressed).copy()
        page = Image.open(io.BytesIO(picture)).convert("RGB")
        frame.paste(page.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS), (0, BAR))
        if self._frames and frame.tobytes() == self._frames[-1].tobytes():
            self._seconds[-1] += seconds
        else:
            self._frames.append(frame)
            self._seconds.append(seconds)

    def save(self, path: Path) -> None:
        """Write the GIF, with one palette for all frames: then what does not change costs nothing."""
        sheet = Image.new("RGB", (WIDTH, self._frames[0].height * len(self._frames)))
        for number, frame in enumerate(self._frames):
            sheet.paste(frame, (0, number * frame.height))
        palette = palette_of(sheet)
        first, *rest = (frame.quantize(palette=palette, dither=Image.Dither.NONE) for frame in self._frames)
        durations = [max(20, round(seconds * 100) * 10) for seconds in self._seconds]
        first.save(path, save_all=True, append_images=rest, duration=durations, loop=0, optimize=False)


def record(browser: Browser, url: str, path: Path) -> None:
    """Play it and write it to `path`."""
    width, height = STAGE
    visit = Visit(browser, width=width, height=height)
    page, tab = visit.page, visit.tab
    film = Film(Window(browser))
    tab.open(url)
    for place, note in PLACES[:2]:
        visit.choose(place)
        visit.write(note)
        visit.collect()
    tab.reload()  # the messages of what came before the film are gone
    _collect(visit, film)
    visit.turn_to("Collection")
    page.get_by_test_id("stToast").wait_for(state="detached")
    film.show(page.screenshot(), EDIT, 0.9)
    _edit(visit, film)
    film.show(page.screenshot(), READY, 0.8)
    for picture, seconds in _filmed(visit, tab.reload):
        film.show(picture, PRESSED, seconds)
    film.show(page.screenshot(), BACK, LAST_SECONDS)
    film.save(path)
    page.context.close()


def record_answer(browser: Browser, url: str, path: Path) -> None:
    """Play the answer that outlives F5, and write it to `path`."""
    width, height = STAGE
    visit = Visit(browser, width=width, height=height)
    page, tab = visit.page, visit.tab
    film = Film(Window(browser))
    tab.open(f"{url}/ask")
    field = page.get_by_test_id("stChatInputTextArea")
    for word in QUESTION.split():
        field.press_sequentially(word + " ")
        film.show(page.screenshot(), ASKED, 0.2)

    def ask() -> None:
        field.press("Enter")
        page.get_by_text("lies in Peru").wait_for()
        page.wait_for_timeout(600)

    def cut() -> None:
        page.reload()
        page.get_by_text("lies in Peru").wait_for()

    def follow() -> None:
        page.get_by_text("I shall not lose a word.").last.wait_for()
        tab.rest()

    for scene, act in ((ASKED, ask), (CUT, cut), (GOES_ON, follow)):
        for picture, seconds in _filmed(visit, act, each=0.25):
            film.show(picture, scene, seconds)
    film.show(page.screenshot(), GOES_ON, LAST_SECONDS)
    film.save(path)
    page.context.close()


def _collect(visit: Visit, film: Film) -> None:
    page = visit.page
    place, note = PLACES[2]
    page.locator(".st-key-explore_note").scroll_into_view_if_needed()
    page.mouse.wheel(0, 2000)
    page.wait_for_timeout(500)
    film.show(page.screenshot(), COLLECT, 0.9)
    visit.choose(place)
    film.show(page.screenshot(), COLLECT, 0.4)
    field = page.locator(".st-key-explore_note textarea")
    field.click()
    for word in note.split():
        page.keyboard.type(word + " ")
        film.show(page.screenshot(caret="initial"), COLLECT, 0.25)
    page.keyboard.press("Tab")
    visit.tab.rest()
    visit.collect()
    page.wait_for_timeout(400)  # the message slides in
    film.show(page.screenshot(), COLLECT, 1.1)


def _edit(visit: Visit, film: Film) -> None:
    page = visit.page
    page.get_by_label("Note on Nairobi").click()
    page.keyboard.press("End")
    for word in (", then", " book", " the", " train"):
        page.keyboard.type(word)
        film.show(page.screenshot(caret="initial"), EDIT, 0.25)
    page.keyboard.press("Control+Enter")
    visit.tab.rest()
    page.mouse.move(STAGE[0] - 1, STAGE[1] - 1)


def _filmed(visit: Visit, act: Callable[[], None], *, each: float = 0.0) -> list[tuple[bytes, float]]:
    """What the screen showed during `act`, and for how long; a picture for `each` so many seconds at most."""
    page = visit.page
    frames: list[tuple[bytes, float]] = []
    cast = page.context.new_cdp_session(page)

    def take(event: dict[str, Any]) -> None:
        frames.append((base64.b64decode(event["data"]), event["metadata"]["timestamp"]))
        cast.send("Page.screencastFrameAck", {"sessionId": event["sessionId"]})

    cast.on("Page.screencastFrame", take)
    cast.send("Page.startScreencast", {"format": "png", "everyNthFrame": 1})
    _wait_for_frame(page, frames)
    act()
    cast.send("Page.stopScreencast")
    shown = frames[:1]
    for frame in frames[1:-1]:
        if frame[1] - shown[-1][1] >= each:
            shown.append(frame)
    frames = [*shown, *frames[1:][-1:]]
    ends = [moment for _, moment in frames[1:]] + [frames[-1][1]]
    return [(data, end - moment) for (data, moment), end in zip(frames, ends, strict=True)]


def _wait_for_frame(page: Page, frames: list[tuple[bytes, float]]) -> None:
    for _ in range(100):
        if frames:
            return
        page.wait_for_timeout(50)
    raise TimeoutError("Chromium sends no frames")
