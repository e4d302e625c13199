"""The anchor of a tab's data: an object that lives as long as the Streamlit session."""

from __future__ import annotations

from typing import Any, Final, cast
from weakref import WeakKeyDictionary

from streamlit import runtime

from fluxlit_component.internals.guard import guard
from fluxlit_component.internals.session_state import State

_KEY: Final = "$$STREAMLIT_INTERNAL_KEY_FLUXLIT"
"""A key that Streamlit treats as its own: no app sees the key, and Streamlit's clean-ups do not delete it."""
_ATTRIBUTE: Final = "_fluxlit"
_beside: Final[WeakKeyDictionary[object, dict[str, Any]]] = WeakKeyDictionary()


class _Anchor:
    """An object that takes weak references. Each Streamlit session of AppTest has one."""

    def __init__(self, state: Any) -> None:
        self.state = state
        self.browser: Any = None  # the tab of the testing kit, with the `ids` that it remembers


def anchor_in(state: Any) -> object:
    """The anchor that stands in a session state of AppTest."""
    if _KEY not in state:
        state._new_session_state[_KEY] = _Anchor(state)  # the state itself warns where no script runs
    return state[_KEY]


def anchor_in_app_test(app_test: Any) -> Any:
    """The `Run.anchor` of an AppTest's Streamlit session, without a run."""
    with guard:
        return anchor_in(getattr(app_test, "_session_state", app_test.session_state)._state)
    return _Anchor(None)


def hung_on(anchor: object) -> dict[str, Any]:
    """What hangs on an anchor and ends with it, even if it refers to it: anchors take attributes today."""
    with guard:
        return cast("dict[str, Any]", vars(anchor).setdefault(_ATTRIBUTE, {}))
    return _beside.setdefault(anchor, {})


def state_of(anchor: object, session_id: str) -> State | None:
    """The session state of the Streamlit session of `anchor`, also outside of a run; None: it is gone."""
    with guard:
        if isinstance(anchor, _Anchor):
            return State(anchor.state)
        info: Any = runtime.get_instance()._session_mgr.get_session_info(session_id)
        return State(info.session.session_state) if info is not None else None
    return None


def is_connected(session_id: str) -> bool:
    """Whether a browser is connected to this Streamlit session now. AppTest counts as a browser."""
    with guard:
        return not runtime.exists() or runtime.get_instance().is_active_session(session_id)
    return True


def is_known(session_id: str) -> bool:
    """Whether Streamlit still has this session. It keeps one that nobody is connected to for two minutes."""
    return is_connected(session_id) or state_of(None, session_id) is not None
