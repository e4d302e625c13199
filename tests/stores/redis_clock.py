"""The clock of the Redis store, turned: tests need not sleep, and what is to last does on a busy machine."""

from __future__ import annotations

import hashlib

import pytest

from fluxlit_component.stores import redis_server

_CLOCK = "time[1] * 1000 +"


class RedisClock:
    """Lets time pass in the text of the scripts, for every server. What Redis itself drops stays as it is."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self._passed_milliseconds = 0
        self._script = redis_server._script
        monkeypatch.setattr(redis_server, "_script", self._turned)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self._passed_milliseconds += round(seconds * 1000)

    def _turned(self, name: str) -> tuple[str, str]:
        source, _ = self._script(name)
        assert _CLOCK in source
        source = source.replace(_CLOCK, f"{_CLOCK} {self._passed_milliseconds} +")
        return source, hashlib.sha1(source.encode()).hexdigest()
