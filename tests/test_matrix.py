"""The support matrix: what `make matrix` makes of pyproject.toml and of the interpreters there are."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def matrix() -> Any:
    """The script, loaded by its path."""
    spec = importlib.util.spec_from_file_location("matrix", ROOT / ".ci" / "matrix.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules["matrix"] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    yield module
    del sys.modules["matrix"]


def test_every_dependency_has_a_lower_bound(matrix: Any) -> None:
    """Each dependency, extras included, says from which version on it will do."""
    project = matrix.tomllib.loads((ROOT / "pyproject.toml").read_text())
    bounds = matrix.lowest(project)
    optional = project["project"]["optional-dependencies"].values()
    wishes = [*project["project"]["dependencies"], *(wish for extra in optional for wish in extra)]
    assert [re.split(r"[\[>=]", wish)[0] for wish in wishes] == [bound.partition("==")[0] for bound in bounds]
    assert all("==" in bound for bound in bounds)


def test_summary_lines(matrix: Any) -> None:
    """The last line of pytest is understood, however long it took."""
    for line, expected in {
        "===== 5 passed, 1 skipped in 2.34s =====": "5 passed, 1 skipped",
        "=== 1 failed, 5 passed in 75.30s (0:01:15) ===": "1 failed, 5 passed",
        "===== no tests ran in 0.01s =====": "no tests ran",
    }.items():
        assert matrix._SUMMARY.findall(line) == [expected]


def test_table(matrix: Any, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: Any) -> None:
    """A cell that cannot be set up is in the table, in the closing line and in the exit code."""
    monkeypatch.setattr(matrix, "LOGS", tmp_path)
    assert matrix.main(["3.99/newest"]) == 1
    printed = capsys.readouterr().out.splitlines()
    assert "there is no Python 3.99 on this machine" in printed[-3]
    assert printed[-3].endswith("FAILED")
    assert printed[-1] == "matrix: 1 cells, 0 passed, 1 failed 3.99/newest"
