"""A data editor's start frame: fixed while it stands on the page, renewed when it does not."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest
import streamlit as st

from fluxlit_component import InMemorySessionStore, UrlSession
from fluxlit_component.internals import State
from fluxlit_component.state.edits import keep_edits
from tests.visitor import Visitor


class Editor:
    """What `st.data_editor` does with its key: it holds edits as long as it is drawn."""

    def __init__(self, state: dict[str, Any]) -> None:
        self.state = state
        self.starts: list[Any] = []
        self.keys: list[str] = []
        self.notes: dict[str, Any] = {}

    def __call__(self, start: Any, *, key: str, **_: Any) -> Any:
        self.starts.append(start)
        self.keys.append(key)
        edits = self.state.setdefault(key, {"edited_rows": {}, "added_rows": [], "deleted_rows": []})
        if isinstance(start, pd.DataFrame):
            return start.drop(start.index[edits["deleted_rows"]])
        return [*start, *edits["added_rows"]]

    def add(self, row: int) -> None:
        """What the visitor does."""
        self.state[self.keys[-1]]["added_rows"].append(row)


@pytest.fixture
def state() -> dict[str, Any]:
    """A session state."""
    return {}


@pytest.fixture
def editor(state: dict[str, Any]) -> Editor:
    """The editor of that session."""
    return Editor(state)


def run(state: dict[str, Any], editor: Editor) -> Any:
    """One script run that draws the editor."""
    return keep_edits(State(state), [1], key="table", draw=editor, notes=editor.notes)


def test_the_start_frame_stays_while_edits_are_made(state: dict[str, Any], editor: Editor) -> None:
    """What came out is not fed back: each edit is applied once."""
    assert run(state, editor) == [1]
    editor.add(2)
    assert run(state, editor) == [1, 2]
    assert run(state, editor) == [1, 2]
    assert editor.starts == [[1], [1], [1]]
    assert len(set(editor.keys)) == 1


def test_an_editor_that_is_drawn_anew_begins_from_what_was_kept(
    state: dict[str, Any], editor: Editor
) -> None:
    """After F5 only the kept table is there; after another page the editor's own state is gone."""
    run(state, editor)
    editor.add(2)
    run(state, editor)
    again = {"table": [1, 2]}
    assert run(again, Editor(again)) == [1, 2]
    del state[editor.keys[-1]]
    assert run(state, editor) == [1, 2]
    assert editor.starts[-1] == [1, 2]


def test_a_table_that_the_app_assigned_is_shown_without_the_old_edits(
    state: dict[str, Any], editor: Editor
) -> None:
    """Deleting the key begins from the frame of the call."""
    run(state, editor)
    editor.add(2)
    run(state, editor)
    state["table"] = [7]
    assert run(state, editor) == [7]
    del state["table"]
    assert run(state, editor) == [1]


def test_the_start_frame_is_a_copy(state: dict[str, Any], editor: Editor) -> None:
    """An app that writes into the kept table does not move the ground under the editor."""
    state["table"] = [5]
    kept = state["table"]
    run(state, editor)
    kept.append(6)
    assert editor.starts == [[5]]


def test_its_own_keys_are_not_kept(state: dict[str, Any], editor: Editor) -> None:
    """All but the table itself begin with two underscores."""
    run(state, editor)
    assert [key for key in state if not key.startswith("__")] == ["table"]


NUMBERED = pd.DataFrame({"n": [1, 2, 3, 4]})
NAMED = NUMBERED.set_axis([*"abcd"])
GROWING = {"num_rows": "dynamic"}


@pytest.mark.parametrize(
    ("frame", "kept", "options", "shown"),
    [
        (NUMBERED, [0, 2, 3], GROWING, [0, 1, 2]),
        (NUMBERED, [0, 2, 3], {**GROWING, "hide_index": True}, [0, 1, 2]),
        (NUMBERED, [0, 2, 3], {**GROWING, "hide_index": False}, [0, 2, 3]),
        (NUMBERED, [0, 2, 3], {}, [0, 2, 3]),
        (NUMBERED, [*"xyz"], GROWING, [*"xyz"]),
        (NUMBERED, pd.Index([0, 2, 3], name="id"), GROWING, [0, 2, 3]),
        (NUMBERED.set_axis([9, 8, 7, 6]), [0, 2, 3], GROWING, [0, 2, 3]),
        (NUMBERED, pd.RangeIndex(1, 4), GROWING, [0, 1, 2]),
        (NAMED, [*"acd"], GROWING, [*"acd"]),
        ([{"n": 1}], [0, 2, 3], GROWING, [0, 2, 3]),
    ],
)
def test_only_row_numbers_that_the_editor_hides_are_counted_anew(
    editor: Editor, frame: Any, kept: Any, options: dict[str, Any], shown: list[Any]
) -> None:
    """The app sees the labels as they are kept."""
    state = editor.state
    state["table"], gone = NUMBERED[1:].set_axis(kept), list[int]()
    for deleted in ([], [1], [0, 1, 2]):
        edited = keep_edits(State(state), frame, key="table", draw=editor, notes=editor.notes, **options)
        assert [*editor.starts[-1].index] == shown
        assert [*edited.index] == [label for at, label in enumerate(kept) if at not in gone]
        state[editor.keys[-1]]["deleted_rows"] = gone = deleted


def edited(session: UrlSession) -> None:
    """An app that puts back all that it sees of its state."""
    st.session_state.update(st.session_state)
    st.session_state.seen = sorted(st.session_state)
    session.keep_edits([1], key="table")


@pytest.mark.usefixtures("forced")
@pytest.mark.parametrize("is_on", [True, False])
def test_the_app_sees_no_other_key(monkeypatch: pytest.MonkeyPatch, is_on: bool) -> None:
    """Neither in a run nor between two, nor if the run ends right after the editor was drawn."""
    monkeypatch.setenv("FLUXLIT_DISABLE_URL_SESSION", "" if is_on else "1")
    visitor = Visitor(edited, store=InMemorySessionStore())
    for _ in range(2):
        assert (visitor.run().state["seen"], visitor.state["table"]) == (["seen", "table"], [1])
        assert visitor.state.keys() == {"seen", "table"}
    with monkeypatch.context() as patch:
        patch.setattr(st, "data_editor", drawn_and_ended)
        visitor.run()
    assert visitor.state.keys() == {"seen", "table"}
    visitor.run()


def drawn_and_ended(*given: Any, draw: Callable[..., Any] = st.data_editor, **options: Any) -> None:
    """What the next click does to a run."""
    draw(*given, **options)
    st.stop()
