"""What code blocks start from: an empty folder, continuity switched on, no class left registered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from fluxlit_component.codec import catalogue


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, clean_process: None) -> Iterator[Path]:
    """An empty working directory."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("FLUXLIT_FORCE_URL_SESSION_IN_TESTS", "1")
    by_class, by_name = dict(catalogue._by_class), dict(catalogue._by_name)
    yield tmp_path
    catalogue._by_class.clear()
    catalogue._by_class.update(by_class)
    catalogue._by_name.clear()
    catalogue._by_name.update(by_name)
