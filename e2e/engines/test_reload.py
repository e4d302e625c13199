"""F5 keeps everything, and costs what the carrier costs."""

from __future__ import annotations

from collections.abc import Callable

from e2e.carrier import PAGE_LOAD
from e2e.engines.visitor import Visitor
from e2e.front import Front
from fluxlit_component.testing.server import StreamlitServer


def test_f5_keeps_what_was_typed_and_counted(
    newcomer: Callable[[], Visitor], front: Callable[..., Front], server: StreamlitServer
) -> None:
    """Once and again; a new visitor costs what a reload costs, a widget one run."""
    visitor, url = newcomer(), front().url
    runs = [server.log.count("script run")]

    def spent() -> int:
        runs.append(server.log.count("script run"))
        return runs[-1] - runs[-2]

    visitor.open(url)
    visitor.sees("status ready", "count is 0")
    assert spent() == PAGE_LOAD
    visitor.type("Name", "Ada")
    assert spent() == 1
    visitor.click("Add")
    visitor.click("Add")
    assert spent() == 2
    sid = visitor.remembered
    for _ in range(2):
        visitor.reload()
        visitor.sees("status ready", "count is 2")
        visitor.holds("Name", "Ada")
        assert spent() == PAGE_LOAD
    assert visitor.remembered == sid
    assert visitor.address == f"{url}/"
