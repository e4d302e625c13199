"""Selections of a table: Streamlit's own class in session state, plain data for the record."""

from __future__ import annotations

from typing import Any

import pytest

from fluxlit_component import internals
from fluxlit_component.internals import widgets as internal_widgets
from tests.internals.scripts import SELECTS, moved, rerun, start


def selections(seen: dict) -> None:
    """A script with a table whose selection was carried on, and another one that the app has set."""
    import pandas as pd
    import streamlit as st

    from fluxlit_component.internals import current_run

    run = current_run()
    run.read_along(lambda: False, str)
    frame = pd.DataFrame({"a": [1, 2]})
    if "table" not in st.session_state:
        run.state.carry_on("table", {"selection": {"rows": [1, 2], "columns": ["a", "b"], "cells": []}})
        st.session_state.app = {"selection": {"rows": [0, 2]}}
    run.narrow_selections({"table"})
    seen["before"] = st.session_state.table
    mode = ["multi-row", "multi-column"]
    seen["event"] = st.dataframe(frame, key="table", on_select="rerun", selection_mode=mode)
    st.dataframe(frame, key="app", on_select="rerun", selection_mode=mode)
    seen["after"], seen["app"] = st.session_state.table, st.session_state.app
    run.state.settle(["table"], run.drawn_keys())
    seen["read"] = run.state.reading().values  # noqa: PD011 - no pandas
    seen["widgets"] = run.state.reading().widgets


@pytest.mark.skipif(not SELECTS, reason="before 1.56 nobody can set a selection")
def test_selections_are_streamlits_own_and_lose_rows_that_are_gone(
    fallbacks: list[str], seen: dict[str, Any]
) -> None:
    """In the table's event and in session state; what the app has set stays as it is without us."""
    at = start(selections, seen)
    assert seen["before"].selection.rows == [1, 2]
    assert type(internals.plain_selection(seen["before"])) is dict
    left = {"selection": {"rows": [1], "columns": ["a"], "cells": []}}
    assert seen["event"] == seen["after"] == left, moved("selection_state of the table's message")
    assert type(seen["before"]) is type(seen["after"])
    assert seen["app"] == {"selection": {"rows": [0, 2]}}
    assert seen["read"]["table"] == left
    assert type(seen["read"]["table"]) is type(seen["read"]["app"]["selection"]) is dict
    assert seen["read"]["app"]["selection"]["columns"] == []
    nothing_selected = {"selection": {"rows": [], "columns": [], "cells": []}}
    assert seen["widgets"]["table"].default == nothing_selected
    assert type(seen["widgets"]["table"].default["selection"]) is dict
    rerun(at)
    assert seen["event"] == seen["after"] == left
    assert fallbacks == [], moved(str(fallbacks))


@pytest.mark.parametrize(
    "value", [1, "selection", {}, {"selection": 1}, {"selection": {"rows": [1]}, "b": 2}]
)
def test_what_is_no_selection_is_left_as_it_is(value: object) -> None:
    """An app may assign anything, and a widget may have options of any form."""
    assert internal_widgets.streamlits_selection(value) is value
    if not isinstance(value, dict) or not isinstance(value.get("selection"), dict):
        assert internal_widgets.plain_selection(value) is value
