"""How long the harness walks: a little and always the same by default, long and by chance when asked."""

from __future__ import annotations

import os
from typing import Final

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.law.offers import KINDS, Step

EXAMPLES: Final = int(os.environ.get("LAW_EXAMPLES", "6"))
"""Walks per app in a test run."""
STEPS: Final = int(os.environ.get("LAW_STEPS", "10"))
"""How long a walk is; some steps do nothing."""
_BY_CHANCE: Final = bool(os.environ.get("LAW_RANDOM"))


def walks() -> st.SearchStrategy[list[Step]]:
    """Any series of deeds. Small numbers stand for none and for simple ones: to these a walk shrinks."""
    step = st.tuples(st.integers(0, KINDS - 1), st.integers(0, 23), st.integers(0, 5))
    return st.lists(step, min_size=STEPS, max_size=STEPS)


def profile(examples: int = EXAMPLES, *, by_chance: bool = _BY_CHANCE, shrink: bool = True) -> settings:
    """Settings for hypothesis: nothing is written to disk, and a slow machine is no failure."""
    return settings(
        max_examples=examples,
        derandomize=not by_chance,
        database=None,
        deadline=None,
        report_multiple_bugs=False,
        print_blob=False,
        phases=(Phase.generate, Phase.shrink) if shrink else (Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
