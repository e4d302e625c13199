"""After the strip no request tells the id, neither to the app's own server nor to anybody else's."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.engines.visitor import Visitor
from e2e.front import Front, Request

Newcomer = Callable[[], Visitor]
Fronts = Callable[..., Front]

# As careless as a page can be: the whole address to everyone, as far as the engine allows it.
UNSAFE = '<meta name="referrer" content="unsafe-url">'


def look_around(visitor: Visitor, elsewhere: Front) -> None:
    """What a page may fetch at any time, from its own server and from another site."""
    visitor.ask(
        """async other => {
          await fetch("/_stcore/health?mine");
          await fetch(`${other}/data`);
          const image = new Image();
          await new Promise(done => { image.onerror = image.onload = done; image.src = `${other}/picture`; });
        }""",
        f"http://127.0.0.1:{elsewhere.port}",
    )


def walk(visitor: Visitor, elsewhere: Front) -> None:
    """F5, a written query, the other page, Back; with requests at every stop."""
    visitor.reload()
    look_around(visitor, elsewhere)
    visitor.click("Set query")
    visitor.click("Go to report")
    look_around(visitor, elsewhere)
    visitor.reload()
    visitor.back()
    look_around(visitor, elsewhere)
    visitor.sees("count is 1")


def of_interest(requests: list[Request]) -> list[str]:
    """The Referers of the requests that `look_around` makes."""
    return [r.referer for r in requests if r.target in {"/_stcore/health?mine", "/data", "/picture"}]


@pytest.mark.parametrize(
    "head", [pytest.param("", id="default policy"), pytest.param(UNSAFE, id="unsafe-url")]
)
def test_no_request_tells_the_id(newcomer: Newcomer, front: Fronts, elsewhere: Front, head: str) -> None:
    """A visit from its first to its last request, then a link with the id in its query from the strip on."""
    entrance = front(head=head)
    visitor = newcomer()
    visitor.open(f"{entrance.url}/?seen=yes")
    visitor.click("Add")
    sid = visitor.remembered
    assert sid
    walk(visitor, elsewhere)
    assert any("seen=yes" in referer for referer in of_interest(entrance.requests)), "the recorder is blind"
    assert all(referer.startswith(entrance.url) for referer in of_interest(elsewhere.requests))
    assert len(of_interest(elsewhere.requests)) == 6
    assert entrance.carrying(sid) == elsewhere.carrying(sid) == []

    other = newcomer()
    other.open(f"{entrance.url}/?seen=yes&fluxlit_sid={sid}")
    other.reads_address(f"{entrance.url}/?seen=yes")
    assert any(sid in request.referer for request in entrance.requests), "nothing to strip"
    entrance.requests.clear()
    walk(other, elsewhere)
    assert of_interest(entrance.requests)
    assert entrance.carrying(sid) == elsewhere.carrying(sid) == []


def test_a_fragment_is_never_sent(newcomer: Newcomer, front: Fronts, elsewhere: Front) -> None:
    """A link with the id behind `#` tells it to nobody, from its very first request."""
    entrance = front(head=UNSAFE)
    visitor = newcomer()
    visitor.open(entrance.url)
    visitor.click("Add")
    sid = visitor.remembered
    assert sid
    other = newcomer()
    other.open(f"{entrance.url}/#fluxlit_sid={sid}")
    other.reads_address(f"{entrance.url}/")
    other.sees("count is 1")
    look_around(other, elsewhere)
    assert len(of_interest(entrance.requests)) == 1
    assert entrance.carrying(sid) == elsewhere.carrying(sid) == []
