"""What there is to see of an app, and the length of the history: what two tabs are compared by.

It reads one element after the other wherever it stands, in the main area, the sidebar or a dialog, behind
another tab too: a field that is not visible has a value all the same.
"""

from __future__ import annotations

import difflib
import time
from dataclasses import dataclass
from typing import Final

from playwright.sync_api import Page

from fluxlit_component.testing import ContinuityPage

_LINES: Final = """() => {
  const parts = '.stMain, [data-testid="stSidebar"], [data-testid="stDialog"]';
  const names = ['ElementContainer', 'SidebarNav', 'Bottom'];
  const element = names.map(name => `[data-testid="st${name}"]`).join();
  const lines = [];
  for (const part of document.querySelectorAll(parts)) {
    for (const one of part.querySelectorAll(element)) {
      if (one.querySelector(element)) continue;
      const text = one.textContent.replace(/\\s+/g, " ").trim();
      const fields = [...one.querySelectorAll('input, textarea, [role="slider"]')].map(field =>
        ["checkbox", "radio"].includes(field.type) ? field.checked
          : field.getAttribute("aria-valuetext") ?? field.value);
      if (text || fields.length) lines.push([text, ...fields].join(" | "));
    }
  }
  lines.push(`history ${history.length}`, `path ${location.pathname}${location.search}${location.hash}`);
  return lines;
}"""


class Different(AssertionError):
    """Two tabs that should be alike are not; the message says in what and after which steps."""


@dataclass(frozen=True)
class Twins:
    """The same app twice, in a tab each: plain, and with the session."""

    plain: ContinuityPage
    ours: ContinuityPage
    same: bool = False
    """The second is plain as well, and R is pressed in it: there must be no difference at all."""
    seconds: float = 30.0
    """How long they may take to look alike: what is drawn last is drawn after the run."""

    @property
    def both(self) -> tuple[ContinuityPage, ContinuityPage]:
        return self.plain, self.ours

    def compare(self, *, after_f5: bool = False) -> None:
        """Wait until both look alike.

        After R the session state of the plain app holds for one run more what F5 has taken off the page, as
        a dialog does; with the session the app may not see it any more.

        Raises:
            Different: they do not come to it.
        """
        end = time.monotonic() + self.seconds
        while (plain := seen(self.plain.page)) != (ours := seen(self.ours.page)):
            if after_f5 and ours == [line for line in plain if line in ours or not line.startswith("state ")]:
                return
            if time.monotonic() > end:
                lines = difflib.unified_diff(plain, ours, "plain", "ours", lineterm="", n=0)
                raise Different("\n".join(lines))
            self.ours.page.wait_for_timeout(100)


def seen(page: Page) -> list[str]:
    """One line for each element with its text and what its fields hold."""
    return [str(line) for line in page.evaluate(_LINES)]
