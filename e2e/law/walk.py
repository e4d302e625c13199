"""A random walk through one app in two tabs, compared after each step: the law, L1 and L2."""

from __future__ import annotations

import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from e2e.law.sight import Different, Twins
from e2e.law.steps import RELOAD, Step, close_dialog, possible, rest, take
from e2e.law.summary import WALKED
from fluxlit_component.testing import ContinuityPage

ALIKE: Final = Path(__file__).parent / "alike"
SHELF: Final = ALIKE / "shelf.py"
APPS: Final = sorted(file.stem for file in ALIKE.glob("*.py") if file != SHELF)
Record = Callable[[str, object], None]
"""The fixture `record_property` of pytest."""
Meet = Callable[..., Twins]
"""Opens an app by name in two fresh browsers; words in capitals become environment of the second's server."""
WALKS: Final = int(os.environ.get("LAW_WALKS", "1"))
"""How many walks through each app, for each half of the law."""
_STEPS: Final = 8
_DRAFTS: Final = ("type", "number")
_FIRST_TABS: Final = """() => {
  for (const list of document.querySelectorAll("[role=tablist]")) list.querySelector("[role=tab]").click();
}"""


@dataclass(frozen=True)
class Walk:
    """Which app, which way; the same seed goes the same way."""

    app: str
    seed: int
    reloads: bool
    """L2: at times F5 with the session, and R without it; else L1."""

    def through(self, twins: Twins, record: Record | None = None) -> None:
        """Go; `record` is told in the end how many steps it were.

        Raises:
            Different: after one of them the two tabs do not look alike.
        """
        chance = random.Random(f"{self.app} {self.seed} {self.reloads}")
        taken: list[Step] = []
        chosen_in_a_form = False
        try:
            twins.compare()
            for _ in range(_STEPS):
                may_reload = self.reloads and taken and taken[-1] != RELOAD and not chosen_in_a_form
                step = RELOAD if may_reload and chance.random() < 0.4 else _next(twins, chance)
                taken.append(step)
                if step.form:  # what is not sent yet: texts and numbers are drafts, which F5 types back
                    chosen_in_a_form = step.kind != "send" and (chosen_in_a_form or step.kind not in _DRAFTS)
                _both(twins, step)
                twins.compare(after_f5=step == RELOAD)
        except Different as different:
            steps = "\n".join(f"  {number}. {step}" for number, step in enumerate(taken, 1))
            raise Different(f"{self}\n{steps or '  (when it was opened)'}\n{different}") from None
        finally:
            if record is not None:
                record(WALKED, len(taken))


def _next(twins: Twins, chance: random.Random) -> Step:
    """Each kind of step is as likely as another, however many elements of it there are."""
    found = possible(twins.plain.page, chance)
    kind = chance.choice(sorted({step.kind for step in found}))
    return chance.choice([step for step in found if step.kind == kind])


def _both(twins: Twins, step: Step) -> None:
    if step == RELOAD:
        rerun(twins.plain)
        rerun(twins.ours) if twins.same else twins.ours.reload()
        for tab in twins.both:
            tab.page.evaluate(_FIRST_TABS)  # which tab is in front is known to the browser only
        return
    for tab in twins.both:
        take(tab, step)
    for tab in twins.both:
        rest(tab)


def rerun(tab: ContinuityPage) -> None:
    """Press R; in a field it would be a letter, and a dialog does not let its field go."""
    close_dialog(tab)
    tab.page.evaluate("document.activeElement?.blur()")
    tab.page.keyboard.press("r")
    tab.rest()
