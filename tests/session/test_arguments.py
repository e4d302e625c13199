"""Wrong arguments and settings are named to the author."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from fluxlit_component import ConfigurationError, InMemorySessionStore, UrlSession, append
from tests.visitor import Visitor, app, nothing

pytestmark = pytest.mark.usefixtures("forced")


async def never(*_: object, **__: object) -> None:
    """Nobody would await it, so nothing would be stored."""


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"store": 42}, "store"),
        ({"store": object()}, "get, set and delete"),
        ({"store": "nowhere://x"}, "scheme"),
        ({"store": "sessions.db"}, "URL"),
        ({"address_bar": "hidden"}, "address_bar"),
        ({"param": "a b"}, "param"),
        ({"param": "a&b"}, "param"),
        ({"param": ""}, "param"),
        ({"address_bar": ""}, "address_bar"),
        ({"identity": {"a": {1: "x", "y": 2}}}, "JSON"),
        ({"identity": {"a": {("x",): 1}}}, "JSON"),
        ({"include": [1]}, "include"),
        ({"exclude": [None]}, "exclude"),
        ({"ttl_seconds": "60"}, "ttl_seconds"),
        ({"ttl_seconds": float("nan")}, "ttl_seconds"),
        ({"max_age_seconds": float("inf")}, "max_age_seconds"),
        ({"include": 5}, "include"),
        ({"keep_hidden": 5}, "keep_hidden"),
        ({"keep_hidden": [None]}, "keep_hidden"),
        ({"param": 5}, "param"),
        ({"ttl_seconds": 10**400}, "ttl_seconds"),
        ({"wait": "no"}, "wait"),
        ({"consent": "no"}, "consent"),
        ({"restore_scroll": "no"}, "restore_scroll"),
        ({"seal": "no"}, "seal"),
        ({"store": InMemorySessionStore}, "store"),
        ({"store": SimpleNamespace(get=1, set=print, delete=print)}, "store"),
        ({"store": SimpleNamespace(get=print, set=never, delete=print)}, "async"),
        ({"store": SimpleNamespace(get=print, set=lambda _sid, _data: None, delete=print)}, "ttl_seconds"),
        ({"caps": 5}, "Caps"),
        ({"caps": {"keys": 1}}, "Caps"),
        ({"merge": {5: append}}, "merge"),
        ({"merge": {"a": "append"}}, "merge"),
        ({"merge": ["a"]}, "merge"),
    ],
)
def test_a_wrong_argument_is_named(options: dict[str, Any], named: str) -> None:
    """The author reads which one and what it may be."""
    caught: list[Exception] = []

    def attempt(_: UrlSession) -> None:
        from fluxlit_component import url_session

        try:
            url_session(**{"param": "another", **options})
        except Exception as error:  # noqa: BLE001 - any other one is a failure
            caught.append(error)

    Visitor(attempt)
    assert [type(error) for error in caught] == [ConfigurationError]
    assert named in str(caught[0])


def test_a_wrong_setting_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Once the session is asked for."""
    monkeypatch.setenv("FLUXLIT_GATE_SECONDS", "soon")
    visitor = Visitor.__new__(Visitor)
    visitor.seen = {"body": nothing, "options": {}, "with": True}
    visitor.may_fail = True
    visitor.at = AppTest.from_function(app, default_timeout=30, args=(visitor.seen,)).run()
    assert "FLUXLIT_GATE_SECONDS" in visitor.at.exception[0].message
