"""Every public name has an entry in docs/api.md and an example that runs, there or in its docstring.

`test_code_blocks` runs the page's blocks, as those of every page. The few in docstrings are run here.
"""

from __future__ import annotations

import importlib
import inspect
import re
from pathlib import Path

import pytest

import fluxlit_component
from tests.docs.blocks import ROOT, Block, blocks_of
from tests.docs.runner import run_app, run_python, skip_without

PAGE = (ROOT / "docs/api.md").read_text("utf-8")
SECTIONS = re.split(r"^(?:::: fluxlit_component\.([\w.]+)|## .*)$", PAGE, flags=re.MULTILINE)
BELOW = {name: text for name, text in zip(SECTIONS[1::2], SECTIONS[2::2], strict=True) if name}
"""What stands between an entry and the next one, or the next heading."""


def in_docstring(name: str) -> list[Block]:
    """The Python blocks of a public object's docstring."""
    module, _, attribute = f"fluxlit_component.{name}".rpartition(".")
    text = inspect.getdoc(getattr(importlib.import_module(module), attribute)) or ""
    return [block for block in blocks_of(text, page=name) if block.language == "python"]


def below(name: str) -> list[Block]:
    """The blocks below the entry that use the name, and that `test_code_blocks` runs."""
    word = re.compile(rf"\b{name.rpartition('.')[2]}\b")
    found = blocks_of(BELOW[name], page="docs/api.md")
    return [block for block in found if block.kind in {"app", "python"} and word.search(block.text)]


DOCSTRINGS = [block for name in BELOW for block in in_docstring(name)]


@pytest.mark.parametrize("name", BELOW)
def test_a_public_name_has_an_example(name: str) -> None:
    """A fenced block of Python, in one of the two places."""
    assert below(name) or in_docstring(name), f"docs/api.md has no example of {name} below its entry"


@pytest.mark.parametrize("block", DOCSTRINGS, ids=str)
def test_an_example_in_a_docstring_runs(block: Block, folder: Path) -> None:
    """Scripts under AppTest, the rest as plain Python."""
    skip_without(block)
    if block.kind == "app":
        run_app(block, folder)
    else:
        run_python(block)


def test_the_reference_names_them_all() -> None:
    """docs/api.md has an entry for each, and none for what is not public."""
    assert {entry for entry in BELOW if "." not in entry} == {*fluxlit_component.__all__}
