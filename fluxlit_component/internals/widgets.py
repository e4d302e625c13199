"""Widgets: kinds, defaults, keys. Selections of tables: plain data in the record, an object in the state."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from streamlit.runtime.scriptrunner import get_script_run_ctx

from fluxlit_component.internals.guard import guard

SELECTION: Final = "dataframe selection"
"""Kind of such a table if its value may be set (from 1.56 on). Streamlit's own kind is `string_value`."""
DATE: Final = "date input"
"""Kind of `st.date_input`. Without an app's default its default is what stands in session state."""
_KEYED_ELEMENT: Final = re.compile(r"\$\$ID-[^-]+-(?!None\Z)(.+)", re.DOTALL)
_PARTS: Final = ("rows", "columns", "cells")


@dataclass(repr=False)
class Widget:
    """A keyed widget that has a value of its own."""

    kind: str  # Streamlit's value type, or `SELECTION`, or `DATE`
    element: str  # Streamlit's id of the widget
    metadata: Any

    @property
    def default(self) -> object:
        """The value of the widget if nobody has set one. Errors of the widget's own code are not caught."""
        try:
            found: object = self.metadata.deserializer(None)
            return plain_selection(found) if self.kind == SELECTION else found
        except TypeError:  # up to some release 1.4x the deserializer also takes the id
            return self.metadata.deserializer(None, self.element)

    def shows_default(self, value: object) -> bool:
        """Whether the browser shows the same as for the default, of which the class may be defined anew."""
        for shown in (self.metadata.serializer, str):  # older releases look for the option itself
            with suppress(Exception):
                if shown(value) == shown(self.default):
                    return True
        return False

    @property
    def is_kept_by_streamlit(self) -> bool:
        """Whether Streamlit itself keeps the value of a hidden widget (`persist_state=`, `bind=`)."""
        return bool(getattr(self.metadata, "persist_state", None) or getattr(self.metadata, "bind", None))


def drawn_elements(context: Any = None) -> frozenset[str]:
    """The widgets that a run has drawn so far; by default the run of this thread."""
    with guard:
        context = context or get_script_run_ctx(suppress_warning=True)
        held = getattr(context, "shared", context).widget_ids_this_run
        # Older releases have a plain set, later ones a set with its own lock; 1.67 keeps it in `shared`.
        return frozenset(held.snapshot() if hasattr(held, "snapshot") else held)
    return frozenset()


@lru_cache(maxsize=4096)
def user_key(element: str) -> str | None:
    """The key that an app gave to the widget with this id, or None."""
    match = _KEYED_ELEMENT.fullmatch(element)
    return match.group(1) if match else None


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
