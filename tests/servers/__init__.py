"""Servers for fixtures: started and ended, or the test skipped with the reason why one cannot be had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any, TypeVar

import pytest

from tests.servers.local_server import LocalServer

S = TypeVar("S", bound=LocalServer)


def require(kind: type[LocalServer]) -> None:
    """Skip the test if there can be no such server here."""
    reason = kind.missing()
    if reason:
        pytest.skip(reason)


def running(kind: type[S], *args: str) -> Iterator[S]:
    """What a fixture yields that is one server."""
    require(kind)
    with kind(*args) as server:
        yield server


def several(kind: type[S]) -> Iterator[Callable[..., S]]:
    """What a fixture yields that starts servers of a test's own, which it may kill."""
    require(kind)
    with ExitStack() as stack:

        def make(*args: Any) -> S:
            return stack.enter_context(kind(*args))

        yield make
