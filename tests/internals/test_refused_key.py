"""Which key is to blame when Streamlit refuses a value that was put back."""

from __future__ import annotations

from typing import Any

from tests.internals.scripts import moved, start


def refusals(seen: dict) -> None:
    """A script that assigns what Streamlit refuses, and reports whom it would blame."""
    import pandas as pd
    import streamlit as st

    from fluxlit_component.internals import refused_key

    frame = pd.DataFrame({"a": [1]})
    attempts = {
        "button": (True, lambda key: st.button("b", key=key)),
        "download": (True, lambda key: st.download_button("b", "x", key=key)),
        "upload": (None, lambda key: st.file_uploader("b", key=key)),
        "editor": ({}, lambda key: st.data_editor(frame, key=key)),
        "date": ("2024-01-01", lambda key: st.date_input("d", key=key)),
        "time": ("12:00", lambda key: st.time_input("t", key=key)),
        "number": ("three", lambda key: st.number_input("n", key=key)),
        "slider": ("three", lambda key: st.slider("n", key=key)),
        "multi": (5, lambda key: st.multiselect("m", ["x"], key=key)),
    }
    seen["blamed"], seen["not blamed"] = {}, {}
    for key, (value, draw) in attempts.items():
        st.session_state[key] = value
        try:
            draw(key)
        except Exception as error:  # noqa: BLE001 - which one it is differs by release
            seen["blamed"][key] = refused_key(error, attempts)
            seen["not blamed"][key] = refused_key(error, attempts.keys() - {key})
        else:
            seen["blamed"][key] = "accepted"
    try:
        int("button")
    except ValueError as error:
        seen["unrelated"] = refused_key(error, attempts)


def test_a_refused_key_is_found(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """Named by Streamlit (a button) or not (a date): the key that was put back is blamed, no other."""
    start(refusals, seen)
    refused = {key: blamed for key, blamed in seen["blamed"].items() if blamed != "accepted"}
    assert refused.keys() >= {"button", "download", "upload", "editor", "date", "time"}
    assert refused == {key: key for key in refused}, moved("the `key` of an element's code")
    assert set(seen["not blamed"].values()) == {None}
    assert seen["unrelated"] is None
    assert fallbacks == [], moved(str(fallbacks))
