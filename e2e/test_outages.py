"""The store goes away and comes back, with a visitor in the middle: a badge, no loss, nobody waits long.

Real servers: Redis, which forgets everything when it is killed, and PostgreSQL, which does not.
"""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TypeAlias

import pytest
import redis
from playwright.sync_api import expect

from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer
from tests.servers import running
from tests.servers.local_postgres import LocalPostgres
from tests.servers.local_redis import LocalRedis

Serve = Callable[..., StreamlitServer]
Backend: TypeAlias = LocalRedis | LocalPostgres
Add = Callable[[int], None]
Takes = Callable[[bool], object]
LONGEST = 1.5
"""Seconds from a click to its effect on the page that a store may cost, on a slow machine."""
PATIENCE = 60.0
"""Seconds until a store that is back is used again."""


@pytest.fixture(params=[LocalRedis, LocalPostgres], ids=["Redis", "PostgreSQL"])
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    """A server of the test's own."""
    kind: type[LocalRedis | LocalPostgres] = request.param
    yield from running(kind)


@pytest.fixture
def url(serve: Serve, backend: Backend) -> str:
    """The app on that backend."""
    return serve("multi.py", FLUXLIT_SESSION_STORE=backend.url).url


def seconds_of_a_click(tab: ContinuityPage, count: int) -> float:
    """Press the button; return how long it takes until the effect is there."""
    begun = time.monotonic()
    tab.page.get_by_role("button", name="Add", exact=True).click()
    expect(tab.page.get_by_text(f"count is {count}", exact=True)).to_be_visible()
    took = time.monotonic() - begun
    tab.rest()
    return took


@pytest.fixture
def add(tab: ContinuityPage, serve: Serve) -> Add:
    """Press the button; the effect is there soon, whatever the store does."""

    def press(count: int) -> None:
        took = seconds_of_a_click(tab, count)
        if took >= LONGEST:  # the store, or a busy machine, on which it takes long without a store too
            without = ContinuityPage(tab.page.context.new_page())
            without.open(serve("plain.py").url)
            took -= max(seconds_of_a_click(without, count) for count in (1, 2, 3))
            without.page.close()
        assert took < LONGEST

    return press


def type_name(tab: ContinuityPage, name: str) -> None:
    """Fill in the text input."""
    tab.page.get_by_label("Name").fill(name)
    tab.page.get_by_label("Name").press("Enter")
    tab.rest()


def badge(tab: ContinuityPage, *, shown: bool) -> None:
    """The visitor is told quietly, or not at all; no error box either way."""
    expect(tab.page.locator("#fluxlit-notice")).to_have_count(1 if shown else 0)
    if shown:
        expect(tab.page.get_by_role("status").filter(has_text="not being saved")).to_be_visible()
    expect(tab.page.get_by_test_id("stException")).to_have_count(0)


def sid_of(tab: ContinuityPage) -> object:
    """The id that the browser remembers."""
    return tab.page.evaluate("sessionStorage.getItem('fluxlit:fluxlit_sid')")


def until_saved(tab: ContinuityPage, add: Add, count: int) -> int:
    """The store is back: one of the next clicks saves, without the visitor doing anything more."""
    end = time.monotonic() + PATIENCE
    while tab.page.locator("#fluxlit-notice").count():
        assert time.monotonic() < end, "the badge stays though the store is back"
        tab.page.wait_for_timeout(500)  # the breaker leaves a store alone for two seconds at most
        count += 1
        add(count)
    return count


def test_killed_in_mid_use(tab: ContinuityPage, add: Add, url: str, backend: Backend) -> None:
    """Work goes on; what changed meanwhile is saved when it is back, also in a Redis that forgot all."""
    tab.open(url)
    type_name(tab, "Ada")
    add(1)
    count = until_saved(tab, add, 1)  # a server that is slow for a moment counts as away until the next click
    badge(tab, shown=False)
    sid = sid_of(tab)
    backend.kill()
    add(count + 1)
    add(count + 2)
    badge(tab, shown=True)
    backend.start()
    count = until_saved(tab, add, count + 2)
    badge(tab, shown=False)
    tab.reload()
    expect(tab.page.get_by_text(f"count is {count}", exact=True)).to_be_visible()
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")
    assert sid_of(tab) == sid


def test_what_is_typed_while_it_hangs(tab: ContinuityPage, serve: Serve, backend: Backend) -> None:
    """F5 finds it, and not an older draft of the same field; the draft of another field waits."""
    tab.open(serve("drafts.py", FLUXLIT_SESSION_STORE=backend.url).url)
    tab.page.get_by_role("button", name="Send form").click()
    tab.rest()
    name, area = (tab.page.get_by_label(label, exact=True) for label in ("Form name", "Form area"))
    name.fill("older")
    area.fill("of the area")
    backend.pause()
    try:
        tab.reload()
        tab.rest()
        expect(name).to_have_value("")
        name.fill("newer")
    finally:
        backend.resume()
    end = time.monotonic() + PATIENCE
    while name.input_value() != "newer" or area.input_value() != "of the area":
        assert time.monotonic() < end, "the drafts do not come back"
        tab.reload()
        tab.rest(quiet=1.5)


def test_f5_while_it_hangs(tab: ContinuityPage, add: Add, url: str, backend: Backend) -> None:
    """The app is drawn with its defaults and keeps its id; the state comes back with a later click."""
    tab.open(url)
    type_name(tab, "Ada")
    add(1)
    until_saved(tab, add, 1)  # a server that is slow for a moment counts as away until the next click
    sid = sid_of(tab)
    backend.pause()
    try:
        tab.reload()
        expect(tab.page.get_by_text("count is 0", exact=True)).to_be_visible()
        badge(tab, shown=True)
        add(1)
        assert sid_of(tab) == sid
    finally:
        backend.resume()
    end = time.monotonic() + PATIENCE
    while tab.page.locator("#fluxlit-notice").count():
        assert time.monotonic() < end, "the state does not come back"
        tab.page.wait_for_timeout(500)
        tab.page.get_by_text("Agree", exact=True).click()
        tab.rest()
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")
    tab.reload()
    expect(tab.page.get_by_label("Name")).to_have_value("Ada")
    expect(tab.page.get_by_text("count is 1", exact=True)).to_be_visible()
    assert sid_of(tab) == sid


@pytest.fixture(params=["a full Redis", "a SQLite file that is locked"])
def takes(
    request: pytest.FixtureRequest, tab: ContinuityPage, serve: Serve
) -> Iterator[Callable[[bool], None]]:
    """Open the app on a store that answers all the time, and takes what is written only while told to."""
    if "Redis" in request.param:
        for server in running(LocalRedis):
            with closing(redis.Redis(port=server.port)) as client:
                tab.open(serve("multi.py", FLUXLIT_SESSION_STORE=server.url).url)
                yield lambda on: client.config_set("maxmemory", 0 if on else 1)
        return
    server = serve("multi.py", FLUXLIT_OUTAGE="locked")  # a file of its own
    with closing(sqlite3.connect(server.env["FLUXLIT_SESSION_SQLITE_PATH"], isolation_level=None)) as other:
        tab.open(server.url)
        yield lambda on: other.execute("ROLLBACK" if on else "BEGIN IMMEDIATE").close()


@pytest.mark.transport
def test_f5_while_it_takes_nothing(tab: ContinuityPage, add: Add, takes: Takes) -> None:
    """Each F5 shows all that was done, and all is stored when there is room again."""

    def show(count: int) -> None:
        expect(tab.page.get_by_text(f"count is {count}", exact=True)).to_be_visible()
        expect(tab.page.get_by_label("Name")).to_have_value("Ada")

    type_name(tab, "Ada")
    add(1)
    takes(False)
    add(2)
    badge(tab, shown=True)
    for count in (2, 3):
        tab.reload()
        show(count)
        tab.reload()
        show(count)
        add(count + 1)
    badge(tab, shown=True)
    takes(True)
    tab.reload()
    show(4)
    count = until_saved(tab, add, 4)
    tab.reload()
    show(count)
    badge(tab, shown=False)


def test_down_from_the_start(tab: ContinuityPage, add: Add, url: str, backend: Backend) -> None:
    """A new visitor gets an app that works; once there is a store he is kept like everybody else."""
    backend.kill()
    tab.open(url)
    add(1)
    badge(tab, shown=True)
    backend.start()
    count = until_saved(tab, add, 1)
    tab.reload()
    expect(tab.page.get_by_text(f"count is {count}", exact=True)).to_be_visible()
