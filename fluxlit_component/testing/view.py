"""What a visitor sees of an app, as lines of text that can be compared."""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from playwright.sync_api import Page

_LINES: Final = """() => {
  const lines = [];
  for (const part of document.querySelectorAll('[data-testid="stMain"], [data-testid="stSidebar"]')) {
    lines.push(...part.innerText.split("\\n").map(line => line.trim()).filter(Boolean));
    for (const field of part.querySelectorAll('input, textarea, [role="slider"]')) {
      const label = field.getAttribute("aria-label") ?? field.labels?.[0]?.innerText.trim() ?? "field";
      const value = ["checkbox", "radio"].includes(field.type) ? field.checked
        : field.getAttribute("aria-valuetext") ?? field.getAttribute("aria-valuenow") ?? field.value;
      lines.push(`${label} = ${value}`);
    }
  }
  return lines;
}"""


def view_of(page: Page, *, ignore: str | None = None) -> list[str]:
    """Texts, then ``label = value`` of each field, of the main area and the sidebar.

    Args:
        page: the tab.
        ignore: pattern (regular expression) of lines to leave out.
    """
    lines = [str(line) for line in page.evaluate(_LINES)]
    return [line for line in lines if ignore is None or not re.search(ignore, line)]


def difference(before: list[str], now: list[str]) -> str:
    """The lines that were added and lost, with a little around them."""
    return "\n".join(difflib.unified_diff(before, now, "before", "after", lineterm="", n=1))
