"""An app that logs nothing logs nothing; what is skipped is said once."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from e2e.law.visitor import Visitor

pytestmark = [pytest.mark.core, pytest.mark.transport, pytest.mark.few]
Visit = Callable[..., Visitor]


def walk(visitor: Visitor) -> None:
    """Use everything that is never kept, and F5."""
    visitor.type("Name", "Ada")
    visitor.press("Press")
    visitor.say("hello")
    visitor.type("Line", "in the form")
    visitor.press("Send")
    visitor.sees("count is 1, said hello")
    visitor.reload()
    visitor.sees("count is 1, said hello")
    visitor.press("Press")
    visitor.sees("count is 2, said hello")


def lines(visitor: Visitor) -> list[str]:
    """What the server printed, without where it can be found and when it was started."""
    found = [line for line in visitor.server.log.splitlines() if line.strip()]
    return [line for line in found if "URL:" not in line and "server started" not in line]


def test_nothing_is_logged(visit: Visit, more_than_plain: None) -> None:
    """A button, a chat, a form, an uploader and F5, by two visitors: the log is that of the plain app."""
    plain = visit("quiet.py", plain=True)
    for _ in range(2):
        visitor = visit("quiet.py")
        walk(visitor)
    assert lines(visitor) == lines(plain)


def test_what_is_skipped_is_said_once(visit: Visit, more_than_plain: None) -> None:
    """One line per process and key, not one per visitor or run."""
    for _ in range(2):
        visitor = visit("quiet.py", LAW_SERVER="of its own")
        visitor.press("Connect")
        visitor.press("Press")
        visitor.reload()
        visitor.press("Connect")
    said = [line for line in lines(visitor) if "client" in line]
    assert len(said) == 1, said
