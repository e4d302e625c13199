"""Optional engines: imported when one of their values is met, and missed in words."""

from __future__ import annotations

import subprocess
import sys
from typing import Any

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from PIL import Image

from fluxlit_component.codec import decode, encode
from fluxlit_component.errors import CorruptValue

# The codec alone: the package around it imports Streamlit, which brings some engines along.
PROGRAM = """
import importlib.util, sys, types
folder = importlib.util.find_spec("fluxlit_component").submodule_search_locations
package = types.ModuleType("fluxlit_component")
package.__path__ = list(folder)
sys.modules["fluxlit_component"] = package
from fluxlit_component.codec import decode, encode, is_immutable
class Strange: pass
Strange.__module__ = None
assert decode(encode({"a": [1, (2, 3.5)]})) == {"a": [1, (2, 3.5)]}
for value in (Strange(), object()):
    is_immutable(value)
    try: encode(value)
    except TypeError: pass
engines = {"numpy", "pandas", "pyarrow", "polars", "PIL", "pytz", "streamlit"}
print(sorted(engines & set(sys.modules)))
"""


def test_codec_imports_no_engine_on_its_own() -> None:
    """Importing the codec and keeping standard values loads neither numpy nor any other engine."""
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("value", "module", "package"),
    [
        (np.arange(3), "arrays", "numpy"),
        (pd.Series([1]), "frames", "pandas"),
        (pa.table({"a": [1]}), "tables", "pyarrow"),
        (pl.Series([1]), "tables", "polars"),
        (Image.new("L", (1, 1)), "arrays", "pillow"),
    ],
)
def test_missing_engine_is_named(
    monkeypatch: pytest.MonkeyPatch, value: Any, module: str, package: str
) -> None:
    """Bytes that need a package which is not installed say which one to install."""
    import fluxlit_component.codec
    from fluxlit_component.codec import registry

    data = encode(value)
    monkeypatch.setattr(registry, "_BY_CODE", {})
    monkeypatch.delattr(fluxlit_component.codec, module)
    monkeypatch.setitem(sys.modules, f"fluxlit_component.codec.{module}", None)
    with pytest.raises(CorruptValue, match=f"pip install {package}"):
        decode(data)
