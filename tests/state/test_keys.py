"""Which keys of session state are kept: the rules, without Streamlit."""

from __future__ import annotations

from typing import Any

import pytest

from fluxlit_component.state.keys import OWN_PREFIX, Keys, take_snapshot


class Editor(dict[str, Any]):
    """Newer releases wrap such values in a dict of their own that also has attributes."""


def kept(state: dict[Any, Any], keys: Keys | None = None, **widgets: str) -> dict[str, Any]:
    """The values that a snapshot keeps."""
    return dict(take_snapshot(state, keys=keys or Keys(), widgets=widgets).values)


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
    snapshot = take_snapshot({key: 1}, keys=Keys(), widgets={})  # type: ignore[dict-item]
    assert (snapshot.values, snapshot.forbidden) == ({}, {})


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
    state = dict.fromkeys(("cart", "cart_total", "Cart", "tmp_x"), 1)
    assert set(kept(state, keys)) == admitted


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
    snapshot = take_snapshot({"w": True, "a": 1}, keys=Keys(), widgets={"w": kind})
    assert snapshot.values == {"a": 1}
    assert set(snapshot.forbidden) == {"w"}
    assert "key" in snapshot.forbidden["w"]


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
    assert kept({"w": "x"}, w=kind) == {"w": "x"}


@pytest.mark.parametrize(
    ("value", "kind", "is_kept"),
    [
        ({"edited_rows": {}, "added_rows": [], "deleted_rows": []}, "string_value", False),
        ({"selection": {"rows": [], "columns": []}}, "string_value", False),
        (Editor(edited_rows={0: {"a": 1}}, added_rows=[], deleted_rows=[]), "string_value", False),
        (Editor(selection={"rows": []}), "string_value", False),
        ({"edited_rows": {}, "note": 1}, "string_value", True),
        ({"edited_rows": {}, "added_rows": [], "deleted_rows": []}, None, True),
        ({"selection": {"rows": []}}, None, True),
        ("selection", "string_value", True),
    ],
)
def test_editors_and_selections_are_known_by_their_values(
    value: object, kind: str | None, is_kept: bool
) -> None:
    """They report a string like a text input; the same value under a plain key is the app's own."""
    widgets = {"w": kind} if kind else {}
    assert ("w" in kept({"w": value}, **widgets)) is is_kept


def test_a_dict_of_an_option_widget_is_kept() -> None:
    """An empty dict from a select box is an option, not an editor that nobody has touched."""
    assert kept({"w": {}}, w="string_value") == {"w": {}}


def test_a_healed_key_is_not_kept_again() -> None:
    """A value that Streamlit refused once is reported, not saved a second time."""
    snapshot = take_snapshot({"w": "x"}, keys=Keys(), widgets={}, healed=["w", "gone"])
    assert snapshot.values == {}
    assert set(snapshot.forbidden) == {"w"}


def test_an_excluded_widget_is_not_reported() -> None:
    """Who excluded a key does not want to read why it is not kept."""
    snapshot = take_snapshot({"w": True}, keys=Keys(exclude=("w",)), widgets={"w": "trigger_value"})
    assert snapshot.forbidden == {}
