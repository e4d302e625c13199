"""What pages say in tables is what the code says: settings, values, layers, tests that are named as proof."""

from __future__ import annotations

import ast
import dataclasses
import datetime as dt
import re
import sys
from collections import Counter, OrderedDict, defaultdict, deque
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple
from uuid import UUID
from zoneinfo import ZoneInfo

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from pydantic import BaseModel

from fluxlit_component import UnstorableValue, register
from fluxlit_component.codec import decode, encode
from fluxlit_component.settings import Settings
from tests.docs.blocks import ROOT, pages
from tests.docs.generated import assert_page_says, table


class Colour(Enum):
    """A registered Enum."""

    RED = 1


class Point(NamedTuple):
    """A registered named tuple."""

    x: int


@dataclasses.dataclass
class Place:
    """A registered dataclass."""

    name: str


class Trip(BaseModel):
    """A registered model."""

    to: str


FRAME = pd.DataFrame({"a": [1, 2]})
KEPT: dict[str, tuple[Any, ...]] = {
    "`None`, `bool`, `int` of any size, `float` with NaN and infinity, `complex`": (
        *(None, True, 2**200, -0.0, float("nan"), float("inf"), 1 + 2j),
    ),
    "`str`, `bytes`, `bytearray`": ("a\ud800", b"\x00", bytearray(b"x")),
    "`list`, `tuple`, `dict` with keys of any kept type, `set`, `frozenset`, `range`": (
        *([1], (1, [2]), {(1, "a"): 2}, {1}, frozenset({1}), range(3)),
    ),
    "`OrderedDict`, `defaultdict` of a built-in, `Counter`, `deque`": (
        *(OrderedDict(b=1, a=2), defaultdict(list, a=[1]), Counter("aab"), deque([1], maxlen=3)),
    ),
    "`datetime` and `time` with zone, `date`, `timedelta`, `ZoneInfo`": (
        dt.datetime(2024, 10, 27, 2, 30, fold=1, tzinfo=ZoneInfo("Europe/Paris")),
        *(dt.time(1, tzinfo=dt.timezone.utc), dt.date(2024, 2, 29), dt.timedelta(-1), ZoneInfo("UTC")),
    ),
    "`Decimal`, `Fraction`, `UUID`, `pathlib` paths": (
        *(Decimal("1.10"), Fraction(1, 3), UUID(int=5), Path("a/b")),
    ),
    "numpy arrays and scalars (no object arrays)": (np.arange(6).reshape(2, 3), np.float32(1.5)),
    "pandas frames, series, indexes and timestamps": (FRAME, FRAME["a"], FRAME.index, pd.Timestamp(0)),
    "pyarrow tables": (pa.table({"a": [1]}),),
    "Enums, dataclasses, pydantic models, named tuples, after `register(cls, name=...)`": (
        *(Colour.RED, Place("x"), Trip(to="y"), Point(1)),
    ),
}
REFUSED: dict[str, tuple[Any, str]] = {
    "functions, lambdas, methods": (len, "make it again in each run"),
    "locks, files, sockets, clients, connections": (sys.stdout, "`st.cache_resource`"),
    "generators and iterators": (iter([]), "a list of what they give"),
    "classes that are not registered": (type("Own", (), {})(), "`register(cls, name=...)`"),
}


@pytest.fixture
def registered(folder: Path) -> None:
    """The classes of this file, until the test is over."""
    for cls in (Colour, Point, Place, Trip):
        register(cls, name=f"docs.{cls.__name__}")


def same(a: Any, b: Any) -> bool:
    """Equal and of the same type; NaN is NaN."""
    if type(a) is not type(b):
        return False
    if isinstance(a, pd.DataFrame | pd.Series | pd.Index):
        return bool(a.equals(b))
    return bool(np.array_equal(a, b)) if isinstance(a, np.ndarray) else a == b or a != a  # noqa: PLR0124


def test_values(registered: None) -> None:
    """Each kind of value is kept exactly, as the page says; each of the others is refused by name."""
    for kind, values in KEPT.items():
        for value in values:
            assert same(decode(encode(value)), value), f"{kind}: {value!r}"
    for value, _ in REFUSED.values():
        with pytest.raises(UnstorableValue):
            encode(value)
    kept = table(["Kept exactly"], [[kind] for kind in KEPT])
    refused = table(["Not kept", "Instead"], [[kind, instead] for kind, (_, instead) in REFUSED.items()])
    assert_page_says("what-comes-back.md", "values", f"{kept}\n\n{refused}")


def test_polars_and_images(registered: None) -> None:
    """Named in the text of the page, because they are not installed everywhere."""
    polars, images = pytest.importorskip("polars"), pytest.importorskip("PIL.Image")
    frame = polars.DataFrame({"a": [1]})
    assert decode(encode(frame)).equals(frame)
    picture = images.new("RGB", (2, 2), "red")
    assert decode(encode(picture)).tobytes() == picture.tobytes()
    page = (ROOT / "docs/what-comes-back.md").read_text("utf-8")
    assert "polars" in page
    assert "PIL" in page


def test_settings() -> None:
    """Every setting, with the words of its own docstring."""
    source = (ROOT / "fluxlit_component/settings.py").read_text("utf-8")
    said = dict(re.findall(r'"""`FLUXLIT_(\w+)`: (.*?)"""', source, re.DOTALL))
    rows = []
    for field in dataclasses.fields(Settings):
        name = field.name
        assert name.upper() in said, f"settings.{name} has no docstring that begins with its variable"
        default = "" if field.default is None else f"`{_plain(field.default)}`"
        rows.append([f"`FLUXLIT_{name.upper()}`", " ".join(said[name.upper()].split()).rstrip("."), default])
    assert_page_says("settings.md", "settings", table(["Variable", "Meaning", "Default"], rows))
    switches = set(re.findall(r'_switch\("(\w+)"\)', source))
    page = (ROOT / "docs/settings.md").read_text("utf-8")
    assert not {name for name in switches if f"`{name}`" not in page}, "docs/settings.md lacks a switch"


def _plain(value: Any) -> Any:
    return int(value) if isinstance(value, bool | float) else value


def test_layers() -> None:
    """The layers on the architecture page are those that import-linter enforces."""
    tomllib = pytest.importorskip("tomllib", reason="needs Python 3.11")
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    parts = []
    for contract in config["contracts"]:
        lines = [f"**{contract['name']}**", ""]
        if contract["type"] == "layers":
            beside = contract.get("exhaustive_ignores", [])
            lines += ["```text", *contract["layers"], "```"]
            lines += ["", f"Beside them: {_names(beside)}."] if beside else []
        elif contract["type"] == "protected":
            allowed = contract["allowed_importers"]
            who = f"only by {_names(allowed)}" if allowed else "by nothing in the package"
            lines.append(f"{_names(contract['protected_modules'])}: imported {who}.")
        else:
            who = contract["ignore_imports"]
            lines += [
                f"- {_names(pair.split(' -> ')[:1])} imports {_names(pair.split(' -> ')[1:])}" for pair in who
            ]
        parts.append("\n".join(lines))
    assert_page_says("architecture.md", "layers", "\n\n".join(parts))


def _names(modules: list[str]) -> str:
    return ", ".join(f"`{module.removeprefix('fluxlit_component.')}`" for module in modules)


def test_modules() -> None:
    """The architecture page says of each module of the top level what it says of itself, in layer order."""
    tomllib = pytest.importorskip("tomllib", reason="needs Python 3.11")
    config = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"]
    layers = next(contract for contract in config["contracts"] if contract["type"] == "layers")
    order = re.findall(r"\w+", " ".join(layers["layers"] + layers["exhaustive_ignores"]))
    package = ROOT / "fluxlit_component"
    files = {p.stem: p for p in package.glob("*.py") if not p.stem.startswith("__")}
    files |= {p.parent.name: p for p in package.glob("*/__init__.py")}
    rows = []
    for name in sorted(files, key=order.index):
        said = (ast.get_docstring(ast.parse(files[name].read_text("utf-8"))) or "").partition("\n\n")[0]
        assert said, f"{name} does not say what it is"
        rows.append([f"`{name}`", " ".join(said.split()).rstrip(".")])
    assert_page_says("architecture.md", "modules", table(["Module", "What it is"], rows))


def test_readme_links_lead_somewhere() -> None:
    """README is no page of the site, so mkdocs does not check its links and pictures."""
    links = re.findall(r"\]\((?!https?:)([^)#]+)", (ROOT / "README.md").read_text("utf-8"))
    assert len(links) > 10
    assert not [link for link in links if not (ROOT / link).is_file()]


def test_named_proofs_are_there() -> None:
    """A page that names a test as proof (`path::test_name`) names one that exists."""
    named = 0
    for page in pages():
        for path, name in re.findall(
            r"`((?:tests|e2e|frontend|fluxlit_component)/[\w./-]+)::([^`]+)`", page.read_text("utf-8")
        ):
            file = ROOT / path
            assert file.is_file(), f"{page.name} names {path}"
            text = file.read_text("utf-8")
            assert f"def {name}(" in text or f'"{name}"' in text, f"{page.name} names {path}::{name}"
            named += 1
    assert named >= 30  # the rows of docs/security.md
