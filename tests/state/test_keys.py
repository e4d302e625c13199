"""Which keys of session state are kept: the rules, without Streamlit."""

from __future__ import annotations

import datetime as dt
from typing import Any

import numpy as np
import pandas as pd
import pytest

from fluxlit_component.codec import encode
from fluxlit_component.internals import SELECTION
from fluxlit_component.state.keys import (
    EVENT_REMEDIES,
    OWN_PREFIX,
    Keys,
    encoded,
    forbidden_reason,
    is_default,
)


class Editor(dict[str, Any]):
    """Newer releases wrap such values in a dict of their own that also has attributes."""


@pytest.mark.parametrize(
    "key",
    ["a", "", "_private", "a__b", "a$$", "$a", "My key ÄÖ", "form:FormSubmitter:", "fluxlit_sid", "[x]", "*"],
)
def test_an_ordinary_key_takes_part(key: str) -> None:
    """Only the beginnings that belong to somebody else are taken."""
    assert Keys().admit(key)


@pytest.mark.parametrize(
    "key",
    [
        pytest.param("__secret", id="dunder"),
        pytest.param("$$ID-abc-key", id="widget id"),
        pytest.param("$$STREAMLIT", id="internal"),
        pytest.param("FormSubmitter:form-Submit", id="form submitter"),
        pytest.param(OWN_PREFIX, id="bridge"),
        pytest.param(OWN_PREFIX + "_1a2b3c4d", id="bridge of another parameter"),
        pytest.param(7, id="number"),
        pytest.param(None, id="None"),
        pytest.param(("a",), id="tuple"),
    ],
)
def test_a_key_of_somebody_else_is_as_if_it_did_not_exist(key: object) -> None:
    """Not kept, not reported, and no pattern can ask for it."""
    assert not Keys().admit(key)
    assert not Keys(include=("*",)).admit(key)


@pytest.mark.parametrize(
    ("keys", "admitted"),
    [
        (Keys(), {"cart", "cart_total", "Cart", "tmp_x"}),
        (Keys(include=()), set()),
        (Keys(include=("cart",)), {"cart"}),
        (Keys(include=("cart*",)), {"cart", "cart_total"}),
        (Keys(include=("?art",)), {"cart", "Cart"}),
        (Keys(include=("[cC]art",)), {"cart", "Cart"}),
        (Keys(exclude=("tmp_*",)), {"cart", "cart_total", "Cart"}),
        (Keys(include=("*",), exclude=("cart", "tmp_?")), {"cart_total", "Cart"}),
        (Keys(include=("cart",), exclude=("cart",)), set()),
    ],
)
def test_patterns_choose_keys(keys: Keys, admitted: set[str]) -> None:
    """Globs, with regard to case; `exclude` wins over `include`."""
    assert keys.sift({"cart", "cart_total", "Cart", "tmp_x"}) == admitted


@pytest.mark.parametrize(
    "kind",
    [
        "trigger_value",
        "string_trigger_value",
        "json_trigger_value",
        "chat_input_value",
        "file_uploader_state_value",
        "json_value",
        "arrow_value",
        "bytes_value",
    ],
)
def test_what_streamlit_forbids_to_set_is_not_kept(kind: str) -> None:
    """Restoring one would crash the page or click a button; the reason says what to do instead."""
    reason = forbidden_reason(True, kind)
    assert reason is not None
    assert "key" in reason


@pytest.mark.parametrize(
    "kind",
    [
        "bool_value",
        "int_value",
        "double_value",
        "string_value",
        "int_array_value",
        "double_array_value",
        "string_array_value",
        "a kind of a release to come",
    ],
)
def test_other_widgets_are_kept(kind: str) -> None:
    """A kind that nobody knows yet is kept: the heal path catches what does not go well."""
    assert forbidden_reason("x", kind) is None


@pytest.mark.parametrize(
    ("value", "kind", "is_kept"),
    [
        ({"edited_rows": {}, "added_rows": [], "deleted_rows": []}, "string_value", False),
        ({"selection": {"rows": [], "columns": []}}, "string_value", False),
        (Editor(edited_rows={0: {"a": 1}}, added_rows=[], deleted_rows=[]), "string_value", False),
        (Editor(selection={"rows": []}), "string_value", False),
        ({"edited_rows": {}, "note": 1}, "string_value", True),
        ({"edited_rows": {}, "added_rows": [], "deleted_rows": []}, "int_value", True),
        ("selection", "string_value", True),
    ],
)
def test_editors_and_selections_are_known_by_their_values(value: object, kind: str, is_kept: bool) -> None:
    """They report a string like a text input."""
    assert (forbidden_reason(value, kind) is None) is is_kept


def test_a_selection_that_can_be_set_is_kept_but_for_its_cells() -> None:
    """Rows and columns come back; whatever else an app assigned is Streamlit's to refuse."""
    rows = {"selection": {"rows": [1], "columns": ["a"], "cells": []}}
    assert forbidden_reason(rows, SELECTION) is None
    assert forbidden_reason("nonsense", SELECTION) is None
    cells = {"selection": {"rows": [1], "columns": [], "cells": [(1, "a")]}}
    assert "cells" in (forbidden_reason(cells, SELECTION) or "")


def test_a_dict_of_an_option_widget_is_kept() -> None:
    """An empty dict from a select box is an option, not an editor that nobody has touched."""
    assert forbidden_reason({}, "string_value") is None


def test_an_event_is_told_from_a_loss() -> None:
    """A click and a sent message never had a state to keep; an upload has one that is lost."""
    events = {"trigger_value", "string_trigger_value", "json_trigger_value", "chat_input_value"}
    assert {forbidden_reason(True, kind) for kind in events} == EVENT_REMEDIES
    assert forbidden_reason(None, "file_uploader_state_value") not in EVENT_REMEDIES


class Option:
    """An option that cannot be stored, and compares by its name."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Option) and other.name == self.name

    def __hash__(self) -> int:
        return hash(self.name)


def test_a_value_that_cannot_be_stored_has_no_bytes() -> None:
    """Any other has those of the codec."""
    assert encoded([1, "a"]) == encode([1, "a"])
    assert encoded(print) is None


@pytest.mark.parametrize(
    ("value", "default"),
    [
        ("", ""),
        (None, None),
        (30, 30),
        ([], []),
        ((10, 20), (10, 20)),
        ({"rows": []}, {"rows": []}),
        (dt.date(2024, 1, 1), dt.date(2024, 1, 1)),
        (pd.DataFrame({"a": [1.0, float("nan")]}), pd.DataFrame({"a": [1.0, float("nan")]})),
        (Option("a"), Option("a")),
    ],
)
def test_an_untouched_widget_shows_its_default(value: object, default: object) -> None:
    """By its bytes, or as equal where it has none."""
    assert is_default(value, lambda: default)


@pytest.mark.parametrize(
    ("value", "default"),
    [
        ("x", ""),
        ("", None),
        (0, False),
        (1, 1.0),
        ([1], (1,)),
        (dt.date(2024, 1, 2), dt.date(2024, 1, 1)),
        (Option("a"), Option("b")),
        (print, None),
        (Option("a"), "a"),
    ],
)
def test_any_other_value_is_a_choice(value: object, default: object) -> None:
    """An equal value of another type is not what the widget shows by itself."""
    assert not is_default(value, lambda: default)


def raises() -> Any:
    """As a widget's own code may."""
    raise IndexError("no options")


class Unwilling:
    """Cannot be stored, and answers with an array when it is compared."""

    __hash__ = None  # type: ignore[assignment]

    def __eq__(self, other: object) -> Any:
        return np.array([True, False])


@pytest.mark.parametrize("value", ["x", None, Unwilling()])
def test_what_cannot_be_told_is_a_choice(value: object) -> None:
    """Nothing that a visitor may have entered is lost for the sake of it."""
    assert not is_default(value, raises)
    assert not is_default(Unwilling(), Unwilling)
