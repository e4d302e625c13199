"""What a check found: pure data."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import Literal, TypeAlias

Level: TypeAlias = Literal["ok", "hint", "warning", "problem"]
"""A hint is worth reading. A warning will cause trouble some day, a problem causes trouble now."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor's report."""

    level: Level
    subject: str
    text: str
    """What was found or, if something is wrong, what is wrong."""
    remedy: str | None = None
    """The command that mends it."""


ok = partial(Finding, "ok")
hint = partial(Finding, "hint")
warning = partial(Finding, "warning")
problem = partial(Finding, "problem")
