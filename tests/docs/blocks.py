"""Code blocks of the pages: where they stand, in which language, and how they are to be run.

A fenced block is run by its language; one with tests in it stands in tests/ too, where it is run. An HTML
comment on the line before it says more:

    <!-- app: home.py, report.py -->   a Streamlit script that names these pages
    <!-- python -->                    plain Python, although it imports Streamlit
    <!-- file: test_app.py -->         a file of the page's little project, whose tests are run with pytest
    <!-- needs: redis, st.App -->      only where that is there; may be added to the others after a `;`
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent

ROOT = Path(__file__).parents[2]
_FENCE = re.compile(r"^( *)(`{3,}|~{3,})([^\n`]*)\n(.*?)^\1\2 *$", re.DOTALL | re.MULTILINE)
_MARK = re.compile(r"<!-- ((?:app|python|file|needs)\b[^>]*?) -->\s*\Z")


@dataclass(frozen=True)
class Block:
    """One fenced code block."""

    page: str
    """Path from the root of the repository, or the name of the object whose docstring it is in."""
    line: int
    language: str
    text: str
    marks: Mapping[str, str]

    def __str__(self) -> str:
        return f"{self.page}:{self.line}"

    @property
    def kind(self) -> str:
        """How it is run: `app`, `python`, `file`, `tests`, or the language."""
        for mark in ("app", "python", "file"):
            if mark in self.marks:
                return mark
        if self.language == "python" and re.search(r"^(?:def test_|class Test)", self.text, re.MULTILINE):
            return "tests"
        if self.language == "python" and re.search(
            r"^import streamlit|^from streamlit ", self.text, re.MULTILINE
        ):
            return "app"
        return self.language


def pages() -> list[Path]:
    """README, changelog and everything in docs/."""
    return [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]


def blocks_of(text: str, *, page: str) -> Iterator[Block]:
    """The blocks of one page or docstring, from top to bottom."""
    for match in _FENCE.finditer(text):
        before = text[: match.start()]
        mark = _MARK.search(before)
        marks = dict(_part(part) for part in mark.group(1).split(";")) if mark else {}
        yield Block(page, before.count("\n") + 1, match.group(3).strip(), dedent(match.group(4)), marks)


def _part(part: str) -> tuple[str, str]:
    name, _, value = part.strip().partition(":")
    return name.strip(), value.strip()


def all_blocks() -> list[Block]:
    """Every block of every page."""
    return [
        block
        for page in pages()
        for block in blocks_of(page.read_text("utf-8"), page=str(page.relative_to(ROOT)))
    ]
