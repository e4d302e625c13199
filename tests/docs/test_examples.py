"""Every public name has an entry in docs/api.md, an example in its docstring, and the example runs."""

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
ENTRIES = re.findall(r"^::: fluxlit_component\.([\w.]+)$", PAGE, re.MULTILINE)


def examples(name: str) -> list[Block]:
    """The Python blocks of a public object's docstring."""
    module, _, attribute = f"fluxlit_component.{name}".rpartition(".")
    text = inspect.getdoc(getattr(importlib.import_module(module), attribute)) or ""
    return [block for block in blocks_of(text, page=name) if block.language == "python"]


@pytest.mark.parametrize("name", ENTRIES)
def test_a_public_name_has_an_example_that_runs(name: str, folder: Path) -> None:
    """A fenced block under `Examples:`; scripts under AppTest, the rest as plain Python."""
    found = examples(name)
    assert found, f"fluxlit_component.{name} has no example in its docstring"
    for block in found:
        skip_without(block)
        if block.kind == "app":
            run_app(block, folder)
        else:
            run_python(block)


def test_the_reference_names_them_all() -> None:
    """docs/api.md has an entry for each, and none for what is not public."""
    assert {entry for entry in ENTRIES if "." not in entry} == {*fluxlit_component.__all__}
