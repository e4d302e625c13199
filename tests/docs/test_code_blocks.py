"""Every code block of README and docs does what a reader expects of it: it runs, or at least it parses."""

from __future__ import annotations

import ast
import importlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from itertools import groupby
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT, Block, all_blocks, pages
from tests.docs.runner import run_app, run_python, skip_without

BLOCKS = all_blocks()
DEFINITIONS = (ast.FunctionDef, ast.ClassDef)
SHELL = ("sh", "bash", "shell")
# What is "sql" runs in tests/stores/test_sql.py, on a server.
LANGUAGES = {"python", *SHELL, "toml", "json", "text", "sql"}


def of(*kinds: str) -> pytest.MarkDecorator:
    """The blocks of these kinds, one test each."""
    return pytest.mark.parametrize("block", [b for b in BLOCKS if b.kind in kinds], ids=str)


def test_no_block_is_missed() -> None:
    """As many as there are fences, each with a language that is known here, none made by indentation."""
    for page in pages():
        name = str(page.relative_to(ROOT))
        text = page.read_text("utf-8")
        fences = re.findall(r"^ *(?:`{3,}|~{3,})", text, re.MULTILINE)
        found = [block for block in BLOCKS if block.page == name]
        assert len(fences) == 2 * len(found), name
        prose = re.sub(r"^( *)(`{3,}).*?^\1\2", "", text, flags=re.DOTALL | re.MULTILINE)
        assert not re.search(r"\n\n(?: {4}|\t)(?! *[-*!0-9|:<])\S", prose), (
            f"{name}: indented code is not run"
        )
    assert {block.language for block in BLOCKS} <= LANGUAGES


@of("app")
def test_a_script_runs(block: Block, folder: Path) -> None:
    """Under AppTest, twice, without an exception on the page."""
    skip_without(block)
    run_app(block, folder)


@of("python")
def test_plain_python_runs(block: Block, folder: Path) -> None:
    """To its end, its asserts included."""
    skip_without(block)
    run_python(block)


PROJECTS = [
    (page, list(blocks))
    for page, blocks in groupby((b for b in BLOCKS if b.kind == "file"), lambda b: b.page)
]


@pytest.mark.slow
@pytest.mark.parametrize(("source", "blocks"), PROJECTS, ids=[name for name, _ in PROJECTS])
def test_a_little_project_passes_its_own_tests(source: str, blocks: list[Block], folder: Path) -> None:
    """The files that a page shows, put into one folder: scripts run, tests pass."""
    for block in blocks:
        skip_without(block)
        path = folder / block.marks["file"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(block.text, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "."],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_what_is_shown_as_a_test_is_one() -> None:
    """Each of its functions and classes is found, but for comments, in a file of tests/, which is run."""

    def definitions(text: str) -> set[str]:
        return {ast.unparse(part) for part in ast.parse(text).body if isinstance(part, DEFINITIONS)}

    there = set().union(*(definitions(path.read_text("utf-8")) for path in (ROOT / "tests").rglob("*.py")))
    for block in BLOCKS:
        if block.kind == "tests":
            assert definitions(block.text) <= there, f"{block} shows a test that no file of tests/ has"


@of(*SHELL)
def test_shell_parses(block: Block) -> None:
    """And each `make` target and each file of the repository that it names is there."""
    done = subprocess.run(["bash", "-n"], input=block.text, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    targets = set(re.findall(r"^([a-z0-9-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE))
    assert set(re.findall(r"^make ([a-z0-9-]+)", block.text, re.MULTILINE)) <= targets


def _read_toml(text: str) -> None:
    pytest.importorskip("tomllib", reason="needs Python 3.11").loads(text)


READERS = {"toml": _read_toml, "json": json.loads}


@of(*READERS)
def test_configuration_parses(block: Block) -> None:
    """By the parsers of the standard library."""
    READERS[block.kind](block.text)


def test_what_is_imported_from_the_package_is_there() -> None:
    """Also by blocks that this machine has to skip."""
    for block in BLOCKS:
        if block.language != "python":
            continue
        for module, names in re.findall(
            r"^from (fluxlit_component[\w.]*) import ([\w, ]+)$", block.text, re.MULTILINE
        ):
            for name in names.split(","):
                assert hasattr(importlib.import_module(module), name.strip()), (
                    f"{block}: {module}.{name.strip()}"
                )


def test_the_migration_of_the_quick_start_leaves_no_old_field() -> None:
    """And loses none that it does not know."""
    (block,) = (block for block in BLOCKS if "def to_2" in block.text and block.page == "docs/index.md")
    (step,) = (node for node in ast.parse(block.text).body if getattr(node, "name", "") == "to_2")
    names: dict[str, Callable[..., object]] = {}
    exec(ast.unparse(step), {}, names)
    assert names["to_2"]({"name": "Ada", "other": 1}) == {"names": ["Ada"], "other": 1}


def test_a_stopped_training_can_be_begun_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The button of the page about streams works after Stop, and the page says what has become of the job."""
    monkeypatch.setenv("FLUXLIT_FORCE_URL_SESSION_IN_TESTS", "1")
    (block,) = (block for block in BLOCKS if 'st.button("Train")' in block.text and "train, 10" in block.text)
    at = run_app(block, tmp_path)
    for _ in range(2):
        at.button[0].click().run()
        assert not at.warning
        at.button[1].click().run()
        at.run()
        assert "The training was stopped" in at.warning[0].value
