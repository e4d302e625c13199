"""docs/testing.md shows nothing that is not run: `test_package.py` runs the outsider's files."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "tests" / "outsider").glob("*.py"))
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_block_is_the_outsiders() -> None:
    """Each Python block of the page stands word for word in a file of the outsider."""
    blocks = BLOCK.findall((ROOT / "docs" / "testing.md").read_text(encoding="utf-8"))
    texts = [path.read_text(encoding="utf-8") for path in FILES]
    strange = [block for block in blocks if not any(block in text for text in texts)]
    assert strange == []
    assert len(blocks) > 8


def test_every_file_of_the_outsider_is_told_of() -> None:
    """No secret is needed to pass: each file has a block on the page."""
    page = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
    blocks = BLOCK.findall(page)
    untold = [path.name for path in FILES if not any(block in path.read_text("utf-8") for block in blocks)]
    assert untold == []
