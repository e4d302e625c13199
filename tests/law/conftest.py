"""What the law's tests share, and the numbers at the end of a run."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

import pytest

from tests.law.walk import COUNTS, Counts

_PROPERTY: Final = "law"


@pytest.fixture(autouse=True)
def _counted(record_property: Any) -> Iterator[None]:
    """Hand on what a test has walked, also from a worker of pytest-xdist."""
    walks, steps = COUNTS.walks, COUNTS.steps
    yield
    record_property(_PROPERTY, (COUNTS.walks - walks, COUNTS.steps - steps))


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Say how much was walked."""
    total = Counts()
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "teardown":
                for name, value in report.user_properties:
                    if name == _PROPERTY:
                        total.add(Counts(*value))
    if total.walks:
        terminalreporter.write_line(f"the law: {total.walks} walks, {total.steps} steps compared")
