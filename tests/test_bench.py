from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from e2e.carrier import RELEASE

ROOT = Path(__file__).parents[1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("names", "lines"),
    [
        (
            ["run", "values", "memory", "footprint"],
            [
                "10 KB, one key changed",
                "100 KB, nothing changed",
                "of 21 000 dicts",
                "set of a new session",
                "ours, a tab that is open",
            ],
        ),
        (["stores"], ["SQLite, 20 keys in all", "100 KB, one key committed", "1 MB, loaded", "2 processes"]),
        pytest.param(
            ["load"],
            [
                "CPU of the server in one run, the session in SQLite",
                "1 visitor, 99th percentile",
                "Runs a second, fluxlit-session run --freeze",
                "Resident memory of the server",
                "time of the first run",
            ],
            marks=pytest.mark.skipif(RELEASE < (1, 57), reason="no handshake, so no session there"),
        ),
        (["scale"], ["app: our memory beside the state itself", "SQLite: save of one key, CPU of the app"]),
    ],
    ids=["runs", "stores", "load", "scale"],
)
def test_the_benchmarks_that_need_no_browser_still_run(names: list[str], lines: list[str]) -> None:
    """They print their tables; how fast it is, is for a person to judge on a quiet machine."""
    done = subprocess.run(
        [sys.executable, "-m", "e2e.bench", "--quick", *names],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    for line in lines:
        assert line in done.stdout
