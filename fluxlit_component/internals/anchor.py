"""The anchor of a tab's data: an object that lives as long as the Streamlit session."""

from __future__ import annotations

from typing import Any, Final, cast

from fluxlit_component.internals.guard import guard, guarded, nothing
from fluxlit_component.internals.session_state import State

_KEY: Final = "$$STREAMLIT_INTERNAL_KEY_FLUXLIT"
"""A key that Streamlit treats as its own: no app sees the key, and Streamlit's clean-ups do not delete it."""


class _Anchor:
    """An object that takes weak references. Each Streamlit session of AppTest has one."""

    def __init__(self, state: Any) -> None:
        self.state = state


def anchor_of(context: Any, *, is_app_test: bool) -> object:
    """An object that lives exactly as long as the Streamlit session and takes weak references.

    This was `SessionState` until it got slots (somewhere after 1.51). Since then the fragment storage is
    used, because a Streamlit session has exactly one of it, too.
    """
    state = getattr(context.session_state, "_state", None)
    if state is not None and _takes_weak_references(state):
        return cast("object", state)
    if is_app_test:
        # Up to some release 1.6x AppTest gives each run its own fragment storage.
        return guarded(lambda: _kept_anchor(state), context.fragment_storage)
    return cast("object", context.fragment_storage)


@guard(nothing)
def anchor_in_app_test(app_test: Any) -> object:
    """The `Run.anchor` of an AppTest's Streamlit session, without a run; None if it had no run yet."""
    safe = getattr(app_test, "_session_state", app_test.session_state)
    state = safe._state
    return state if _takes_weak_references(state) else state[_KEY]


@guard(nothing)
def state_of(anchor: object, session_id: str) -> State | None:
    """The session state of the Streamlit session of `anchor`, also outside of a run; None: it is gone."""
    if isinstance(anchor, _Anchor):
        return State(anchor.state)
    if hasattr(anchor, "_old_state"):
        return State(anchor)
    from streamlit import runtime

    info: Any = runtime.get_instance()._session_mgr.get_session_info(session_id)
    return State(info.session.session_state) if info is not None else None


@guard(lambda: True)
def is_connected(session_id: str) -> bool:
    """Whether a browser is connected to this Streamlit session now. AppTest counts as a browser."""
    from streamlit import runtime

    return not runtime.exists() or runtime.get_instance().is_active_session(session_id)


def _takes_weak_references(instance: object) -> bool:
    # Not `__weakref__`: on Python 3.10 a dataclass with slots has this name but no room for the reference.
    return bool(type(instance).__weakrefoffset__)


def _kept_anchor(state: Any) -> object:
    if _KEY not in state:
        state[_KEY] = _Anchor(state)
    return state[_KEY]
