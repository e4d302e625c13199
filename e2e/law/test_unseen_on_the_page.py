"""The bridge takes no place on the page and none in the history."""

from __future__ import annotations

import time
from collections.abc import Callable

import pytest

from e2e.law.visitor import Visitor

pytestmark = [pytest.mark.core, pytest.mark.transport]
Visit = Callable[..., Visitor]


TEXTS = (
    *("first in the sidebar", "second in the sidebar", "third in the sidebar"),
    *("before the block", "A title", "Name", "on the left", "On the right"),
    *("last in the block", "after the block"),
)


def places(visitor: Visitor) -> dict[str, tuple[int, ...]]:
    """Where each text stands, in pixels, once its font is there."""
    visitor.page.evaluate("document.fonts.ready.then(() => null)")
    found = {}
    for text in TEXTS:
        box = visitor.page.get_by_text(text, exact=True).first.bounding_box()
        assert box is not None, text
        found[text] = tuple(round(box[side]) for side in ("x", "y", "width", "height"))
    return found


def stands(visitor: Visitor, plain: dict[str, tuple[int, ...]]) -> None:
    """As without the session, once everything has come to its place."""
    end = time.monotonic() + 30
    while (found := places(visitor)) != plain and time.monotonic() < end:
        visitor.page.wait_for_timeout(100)
    assert found == plain


@pytest.mark.parametrize("transport", ["", "v1"])
def test_everything_stands_where_it_stands_without_the_session(visit: Visit, transport: str) -> None:
    """The same order, and no gap before, in or after the block, also after F5."""
    plain = places(visit("places.py", plain=True))
    visitor = visit("places.py", FLUXLIT_TRANSPORT=transport)
    stands(visitor, plain)
    visitor.press("On the right")
    stands(visitor, plain)
    visitor.reload()
    stands(visitor, plain)


def test_the_history_gets_no_entry(visit: Visit) -> None:
    """Neither by the first visit nor by a click, a field or F5."""
    visitor = visit("places.py")
    lengths = [visitor.page.evaluate("history.length")]
    visitor.press("On the right")
    visitor.type("Name", "Ada")
    visitor.reload()
    lengths.append(visitor.page.evaluate("history.length"))
    plain = visit("places.py", plain=True).page.evaluate("history.length")
    assert lengths == [plain, plain]
