"""docs/testing.md shows nothing that is not run: `test_package.py` runs the outsider's files."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parent.parent
FILES = sorted((ROOT / "tests" / "outsider").rglob("*.py"))
BLOCK = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def test_every_block_is_the_outsiders() -> None:
    """Each Python block of the page stands word for word in a file of the outsider."""
    blocks = BLOCK.findall((ROOT / "docs" / "testing.md").read_text(encoding="utf-8"))
    texts = [path.read_text(encoding="utf-8") for path in FILES]
    strange = [block for block in blocks if not any(block in text for text in texts)]
    assert strange == []
    assert len(blocks) > 8
