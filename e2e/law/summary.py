"""How many walks and steps were taken, in the last lines of the test run.

For a `conftest.py` that pytest reads at its start: `from e2e.law.summary import pytest_terminal_summary`.
"""

from __future__ import annotations

from collections import Counter
from typing import Final

import pytest

WALKED: Final = "steps walked"
"""Property of a test: how many steps its walk took, before it ended or found a difference."""
_said = pytest.StashKey[bool]()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """One line, also when tests ran in several processes; none if nobody walked."""
    if config.stash.get(_said, False):
        return
    config.stash[_said] = True
    walks: Counter[str] = Counter()
    for outcome in ("passed", "failed"):
        for report in terminalreporter.getreports(outcome):
            for name, steps in report.user_properties:
                if name == WALKED and report.when == "call":
                    walks.update(walks=1, steps=int(str(steps)), **{outcome: 1})
    if walks:
        terminalreporter.write_line(
            f"law: {walks['walks']} walks, {walks['steps']} steps, {walks['failed']} walks found a difference"
        )
