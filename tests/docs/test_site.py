"""The documentation builds without a warning, and its pages load nothing from elsewhere."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.blocks import ROOT

pytest.importorskip("mkdocs", reason="needs mkdocs")
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site."""
    folder = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mkdocs",
            "build",
            "--strict",
            "--quiet",
            "-f",
            ".mkdocs.yml",
            "-d",
            str(folder),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder


def test_nothing_is_fetched_from_outside(site: Path) -> None:
    """No script, style, font, image or frame of another host."""
    outside = re.compile(
        r"<(?:script|img|iframe|source|video)\b[^>]*\bsrc=[\"']?(?:https?:)?//[^\"'\s>]+"
        r"|<link\b(?![^>]*\brel=[\"']?(?:canonical|alternate))[^>]*\bhref=[\"']?(?:https?:)?//[^\"'\s>]+"
        r"|url\([\"']?(?:https?:)?//[^)]+|@import[^;]*//",
        re.IGNORECASE,
    )
    seen = 0
    for path in [*site.rglob("*.html"), *site.rglob("*.css")]:
        assert outside.search(path.read_text("utf-8")) is None, path.name
        seen += 1
    assert seen > 15


def test_no_page_needs_a_diagram_script(site: Path) -> None:
    """The theme fetches Mermaid from another host when a page has a diagram of it: ours are pictures."""
    assert not [p.name for p in site.rglob("*.html") if 'class="mermaid"' in p.read_text("utf-8")]


def test_the_reference_shows_signatures_and_examples(site: Path) -> None:
    """The API page has been filled from the docstrings."""
    page = (site / "api.html").read_text("utf-8")
    assert "on_duplicate" in page
    assert page.count("<code>") > 200
    assert 'id="fluxlit_component.url_session"' in page
