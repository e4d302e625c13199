"""Parts of pages that a proof writes: between two comments, and equal to what the proof found.

    <!-- generated: widgets -->
    | Widget | ...
    <!-- end -->

A test that differs from its page fails; `make docs-tables` runs the tests with `WRITE_DOCS=1`, which
writes the page instead.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

DOCS = Path(__file__).parents[2] / "docs"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def assert_page_says(page: str, name: str, found: str, *, whole: bool = True) -> None:
    """Compare a generated part of a page with what was found, or write it.

    Not `whole`: what was found may be less, as on an older Streamlit, but each line of it stands there.
    """
    path = DOCS / page
    text = path.read_text("utf-8")
    part = re.compile(rf"(<!-- generated: {re.escape(name)} -->\n)(.*?)(<!-- end -->)", re.DOTALL)
    match = part.search(text)
    assert match is not None, f"docs/{page} has no part <!-- generated: {name} -->"
    if not whole:
        strange = [line for line in found.splitlines() if line not in match.group(2)]
        assert strange == [], f"docs/{page} does not have these lines of {name}: {strange}"
        return
    if os.environ.get("WRITE_DOCS") == "1":
        path.write_text(f"{text[: match.end(1)]}\n{found.strip()}\n\n{text[match.start(3) :]}", "utf-8")
        return
    assert match.group(2).strip() == found.strip(), (
        f"docs/{page} and what was proved differ ({name}): if the proof is right, run `make docs-tables`"
    )
