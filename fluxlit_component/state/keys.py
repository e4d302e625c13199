"""Which keys of `st.session_state` are kept, and which must not be. Of widgets only chosen values are kept.

Pure rules over names, widget kinds and values. Facts about Streamlit's widgets come from `internals`.
A widget that nobody has changed shows the app's default of the moment when the page is loaded. The last
untouched value of a widget is remembered, because the default may change while the page is open.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from typing import Final

from fluxlit_component.codec import encode
from fluxlit_component.errors import UnstorableValue
from fluxlit_component.internals import SELECTION

OWN_PREFIX: Final = "fluxlit_bridge"  # of the mounted bridge's keys: they hold the id and are never stored

PART: Final = ":upload:"
"""Separates a key of the app from the number of a part, if `keep_upload` keeps its files in several parts."""
_INTERNAL_PREFIXES: Final = ("__", "$$", "FormSubmitter:", OWN_PREFIX)

# Streamlit raises StreamlitValueAssignmentNotAllowedError when one of these is drawn under a key
# that was assigned (docs/what-comes-back.md). A restored button would also click itself.
_CLICK: Final = "a click is an event, not a state; keep what it did under a key of your own"
_MESSAGE: Final = "what was sent or chosen is an event, not a state; keep it under a key of your own"
EVENT_REMEDIES: Final = frozenset({_CLICK, _MESSAGE})  # they report no loss: an event has no state

_COMPONENT: Final = (
    "a custom component keeps its state in the browser; copy what you need to a key of your own"
)
_FORBIDDEN_KINDS: Final[Mapping[str, str]] = {
    **dict.fromkeys(("json_value", "arrow_value", "bytes_value"), _COMPONENT),
    "trigger_value": _CLICK,
    "string_trigger_value": _MESSAGE,
    "json_trigger_value": _CLICK,
    "chat_input_value": _MESSAGE,
    "file_uploader_state_value": "Streamlit forbids to set uploads; "
    "session.keep_upload(...) keeps the bytes under a key of your own",
}
_EDITOR_KEYS: Final = frozenset({"edited_rows", "added_rows", "deleted_rows"})
_EDITOR_REMEDY: Final = (
    "Streamlit forbids to set a data editor; "
    "draw it by session.keep_edits(...), which keeps the table under a key of your own"
)
_SELECTION_REMEDY: Final = (
    "Streamlit forbids to set a selection; copy it to a key of your own in an on_select callback"
)
_CELLS_REMEDY: Final = (
    "selected cells do not come back; copy them to a key of your own in an on_select callback"
)


def matches(key: str, patterns: Iterable[str]) -> bool:
    """Whether one of these globs matches, with regard to case."""
    return any(fnmatchcase(key, pattern) for pattern in patterns)


@dataclass(frozen=True, repr=False)
class Keys:
    """The keys that the app's author wants kept: glob patterns, matched case-sensitively."""

    include: tuple[str, ...] | None = None
    exclude: tuple[str, ...] = ()

    def admit(self, key: object) -> bool:
        """Whether a key takes part. All other keys are ignored."""
        if not isinstance(key, str) or key.startswith(_INTERNAL_PREFIXES):
            return False
        key = owner_of(key)
        return not matches(key, self.exclude) and (self.include is None or matches(key, self.include))

    def sift(self, keys: Iterable[str]) -> frozenset[str]:
        """Those of `keys` that take part."""
        return frozenset() if self.include == () else _sift(self, frozenset(keys))


def owner_of(key: str) -> str:
    """The app's key that a part belongs to. A key that is no part is returned unchanged."""
    return key.partition(PART)[0]


@lru_cache(maxsize=256)  # the same few names are asked for several times in every run
def _sift(keys: Keys, names: frozenset[str]) -> frozenset[str]:
    return frozenset(filter(keys.admit, names))


def sort_hidden(
    keys: frozenset[str], *, present: frozenset[str], alive: frozenset[str], last: frozenset[str]
) -> tuple[frozenset[str], frozenset[str]]:
    """Which `keys` of hidden widgets are to be put back, and which of them the app has deleted in a callback.

    `keys` have a value in the record, `present` are all keys of the state now, and the browser has sent a
    value for the widgets of `alive`. `last` were drawn by the last run of this page, or hidden before it.
    """
    # Streamlit deletes values of hidden widgets only. Assigned values and widgets on the page stay.
    deleted = (keys - present) & last
    return keys - alive - deleted, deleted


def forbidden_reason(value: object, kind: str) -> str | None:
    """Why Streamlit refuses this value from session state, and a remedy; else None. `kind`: see `kind_of`."""
    if kind == SELECTION and isinstance(value, dict):
        return _CELLS_REMEDY if value.get("selection", {}).get("cells") else None
    if kind == "string_value" and isinstance(value, dict):
        # Data editors and selections of charts have the kind of a text input; only the value differs.
        if value.keys() == _EDITOR_KEYS:
            return _EDITOR_REMEDY
        if "selection" in value:
            return _SELECTION_REMEDY
    return _FORBIDDEN_KINDS.get(kind)


def encoded(value: object) -> bytes | None:
    """The value's bytes, or None if it cannot be kept."""
    try:
        return encode(value)
    except UnstorableValue:
        return None


def is_default(value: object, default: Callable[[], object]) -> bool:
    """Whether a widget shows its default; False if the comparison fails."""
    try:
        expected = default()
        if type(value) is type(expected) and isinstance(value, (str, int, float, type(None))):
            return bool(value == expected)
        data = encoded(value)
        return data == encoded(expected) if data is not None else bool(value == expected)
    except Exception:  # noqa: BLE001 - a widget's own code, or a comparison that a value does not allow
        return False
