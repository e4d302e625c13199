"""Streamlit's insides on the installed release: everything that `internals` leans on is still there.

A failure here is not a bug of the app under test: a release has moved something. The package goes on
with less comfort until `fluxlit_component/internals` has learnt where it went.
"""

from __future__ import annotations

from typing import Any

import pytest


@pytest.fixture
def fallbacks(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every time that a guarded function had to fall back, and why."""
    fallen: list[str] = []

    def note(error: Exception) -> None:
        trace = error.__traceback__
        assert trace
        fallen.append(f"{trace.tb_frame.f_code.co_name}: {error!r}")

    monkeypatch.setattr("fluxlit_component.internals.guard.fell_back", note)
    return fallen


@pytest.fixture
def seen() -> dict[str, Any]:
    """What a script under test reports: AppTest hands the very same dict to each of its runs."""
    return {}
