"""Apps that are files: where it matters that Streamlit itself runs the script."""

from __future__ import annotations

from pathlib import Path

from tests.law.collection import Collection

COLLECTION = Collection()
_FOLDER = Path(__file__).parent.parent / "scripts"

COLLECTION.script(_FOLDER / "magic_words.py")
COLLECTION.script(_FOLDER / "class_in_script.py", needs_live_values=True)
COLLECTION.script(_FOLDER / "registered_in_script.py")
