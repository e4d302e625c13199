"""When a release has moved something, a test of this folder fails, and each function has a fallback."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fluxlit_component import internals
from fluxlit_component.internals import Reading, Run, Sent, State, Widget


def test_every_internal_is_watched() -> None:
    """What `internals` offers is used by a test of this folder that is not about its fallback."""
    modules = [ast.parse(path.read_text("utf-8")) for path in Path(__file__).parent.glob("test_*.py")]
    used: set[str] = set()
    for part in [part for module in modules for part in module.body]:
        if isinstance(part, ast.FunctionDef) and "falls_back" not in part.name:
            used |= {node.attr for node in ast.walk(part) if isinstance(node, ast.Attribute)}
            used |= {node.id for node in ast.walk(part) if isinstance(node, ast.Name)}
    used |= {"narrow", "unknown", "take_click"}  # by `narrow_selections` and `call_back_late`
    classes = (Run, Sent, State, Widget, Reading)
    offered = {name for cls in classes for name in vars(cls) if not name.startswith("_")} | {
        name
        for name, found in vars(internals).items()
        if inspect.isroutine(inspect.unwrap(found)) and not name.startswith("_")
    }
    assert offered - used == set(), "a new function of internals needs a test on the real Streamlit"


@pytest.mark.parametrize(
    ("name", "fallback"),
    [
        ("is_app_test", False),
        ("is_fragment", False),
        ("has_parallel_fragments", False),
        ("script_path", None),
        ("page", ""),
        ("unresolved_page", ""),
        ("headers", {}),
        ("user", {}),
        ("has_browser", True),
    ],
)
def test_a_property_falls_back(name: str, fallback: object) -> None:
    """Less comfort, no error."""
    assert getattr(Run(object()), name) == fallback


@pytest.mark.parametrize(
    ("name", "arguments", "fallback"),
    [
        ("drawn_keys", (), frozenset()),
        ("cleared_elements", (), {}),
        ("carried", ({"a": None},), frozenset({"a"})),
        ("read_along", (lambda: False, str), None),
        ("call_back_late", (), None),
        ("narrow_selections", ({"a"},), None),
    ],
)
def test_a_method_falls_back(name: str, arguments: tuple[Any, ...], fallback: object) -> None:
    """Less comfort, no error."""
    assert getattr(Run(object()), name)(*arguments) == fallback


@pytest.mark.parametrize(
    ("name", "arguments", "fallback"),
    [
        ("reading", (), Reading({"a": 1}, {}, {})),
        ("widget_keys", (), frozenset()),
        ("registered_keys", (), frozenset()),
        ("written_keys", (), frozenset()),
        ("assigned_keys", (), frozenset()),
        ("retained_keys", (), frozenset()),
        ("forgotten", (frozenset("a"),), frozenset()),
        ("values_under", (["a"],), {}),
        ("assigned_before", (), frozenset()),
        ("accepted_keys", (), frozenset()),
        ("keys_of_widgets", (), frozenset()),
        ("emptied", (["a"],), frozenset()),
        ("note_carried", (["a"],), None),
        ("began_by_itself", (), False),
        ("lay_under", ({"a": 2},), None),
        ("settle", (["a"], frozenset("a")), None),
        ("tell_again", (["a"],), None),
        ("forget", (["a"],), None),
        ("hide", ("a",), None),
        ("value_of", ("a", "nothing"), "nothing"),
    ],
)
def test_a_state_falls_back(name: str, arguments: tuple[Any, ...], fallback: object) -> None:
    """Less comfort, no error."""
    assert getattr(State(SimpleNamespace(filtered_state={"a": 1})), name)(*arguments) == fallback


@pytest.mark.parametrize(
    ("name", "arguments", "fallback"),
    [
        ("keys", (), frozenset()),
        ("encoded", (), {}),
        ("ignore", ({"a": b""},), None),
        ("unknown", (), frozenset()),
        ("clicks", (), frozenset()),
        ("take_click", ("a",), None),
        ("of_component", ("key",), None),
    ],
)
def test_what_was_sent_falls_back(name: str, arguments: tuple[Any, ...], fallback: object) -> None:
    """Nothing was sent."""
    assert getattr(Sent(object()), name)(*arguments) == fallback


def test_what_cannot_be_carried_on_any_more_falls_back_to_being_assigned() -> None:
    """A state of which nothing is known but how it is written to."""
    state = State(held := {})
    state.carry_on("a", 1)
    assert held == {"a": 1}


@pytest.mark.parametrize("anchor", [object(), None])
def test_a_session_that_cannot_be_found_falls_back_to_none(anchor: object) -> None:
    """Nobody is asked; and a browser is taken for connected."""
    assert internals.state_of(anchor, "gone") is None
    assert internals.is_connected("gone")
    assert internals.is_known("gone")


def test_what_cannot_hang_on_an_anchor_falls_back_to_lying_beside_it() -> None:
    """An object that takes no attributes."""

    class Anchor:
        __slots__ = ("__weakref__",)

    anchor = Anchor()
    internals.hung_on(anchor)["tab"] = 1
    assert internals.hung_on(anchor) == {"tab": 1}
    assert internals.hung_on(Anchor()) == {}


def test_an_error_without_a_trace_blames_nobody() -> None:
    """Whatever is raised, asking whom it concerns raises nothing."""
    assert internals.refused_key(ValueError("x"), ["a"]) is None
    assert internals.refused_key(KeyboardInterrupt(), []) is None


def test_a_kept_file_falls_back_to_a_plain_file() -> None:
    """If a release has moved the class of its uploaded files, a kept file is still one with its bytes."""
    lines = (
        "import sys, streamlit\n"  # Streamlit has loaded it for itself by then
        "sys.modules['streamlit.runtime.uploaded_file_manager'] = None\n"
        "from fluxlit_component.state.uploads import KeptUpload, UploadedFile\n"
        "files = [KeptUpload(b'x', name='a.txt', type='', file_id='1') for _ in range(2)]\n"
        "assert UploadedFile.__name__ == 'BytesIO' and files[0] == files[1] != UploadedFile()\n"
        "print(files[0].getvalue())\n"
    )
    found = subprocess.run([sys.executable, "-c", lines], capture_output=True, text=True, check=False)
    assert found.stdout == "b'x'\n", found.stderr
