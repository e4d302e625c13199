"""multi.py as it would be without the package: what the package costs is measured against this."""

import os
import runpy
import sys
from contextlib import nullcontext
from pathlib import Path
from types import SimpleNamespace

# The sidebar tells which keys came back: the same text takes the same room.
restored = tuple(filter(None, os.environ.get("E2E_RESTORED", "").split(",")))
nothing = SimpleNamespace(status="ready", restored=restored, is_new=not restored)
sys.modules["fluxlit_component"] = SimpleNamespace(url_session=lambda **_: nullcontext(nothing))
runpy.run_path(str(Path(__file__).with_name("multi.py")), run_name="__main__")
