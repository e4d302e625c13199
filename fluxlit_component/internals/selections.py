"""Selections of `st.dataframe(on_select=)`: plain data in the record, Streamlit's class in session state."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from fluxlit_component.internals.guard import guard

SELECTION: Final = "dataframe selection"
"""Kind of such a table if its value may be set (from 1.56 on). Streamlit's own kind is `string_value`."""
DATE: Final = "date input"
"""Kind of `st.date_input`. Without an app's default its default is what stands in session state."""
_PARTS: Final = ("rows", "columns", "cells")


def kind_of(metadata: Any) -> str:
    """Streamlit's value type of a widget, or `SELECTION`, or `DATE`."""
    serde = getattr(getattr(metadata, "deserializer", None), "__self__", None)
    if type(serde).__name__ == "DateInputSerde":
        return DATE
    # The table's serde has this attribute since Streamlit accepts a selection from session state.
    return SELECTION if hasattr(serde, "selection_default") else getattr(metadata, "value_type", "")


def plain_selection(value: Any) -> Any:
    """A selection as plain data. Any other value, which an app may have assigned, is returned unchanged."""
    held = value.get("selection") if isinstance(value, Mapping) else None
    if not isinstance(held, Mapping):
        return value
    parts = {part: held.get(part) for part in _PARTS}
    return {"selection": {part: [*found] if isinstance(found, list) else [] for part, found in parts.items()}}


def streamlits_selection(value: Any) -> Any:
    """A stored selection as the object that the table would return. Any other value is returned unchanged."""
    parts = value.get("selection") if isinstance(value, Mapping) and len(value) == 1 else None
    if not isinstance(parts, Mapping) or parts.keys() != {*_PARTS}:
        return value
    with guard:
        from streamlit.elements.arrow import DataframeSelectionSerde

        return DataframeSelectionSerde().deserialize(json.dumps(value))
    return value
