"""What an app's own tests can use: continuity in AppTest and in a browser, and contracts for stores.

Most of it comes as fixtures of the pytest plugin: `url_session_apptest`, `streamlit_app`,
`continuity_page`, `leak_recorder`. Only the contracts need pytest, so they are imported at first use.
"""

from importlib import import_module
from typing import TYPE_CHECKING

from fluxlit_component.apptest.testmode import set_testing
from fluxlit_component.testing.apptest import AppTestServer, AppTestTab
from fluxlit_component.testing.leaks import LeakRecorder
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer

if TYPE_CHECKING:
    from fluxlit_component.testing.contract import SessionStoreContract
    from fluxlit_component.testing.versioned_contract import VersionedStoreContract

__all__ = [
    "AppTestServer",
    "AppTestTab",
    "ContinuityPage",
    "LeakRecorder",
    "SessionStoreContract",
    "StreamlitServer",
    "VersionedStoreContract",
    "set_testing",
]
_CONTRACTS = {"SessionStoreContract": "contract", "VersionedStoreContract": "versioned_contract"}


def __getattr__(name: str) -> object:
    if name not in _CONTRACTS:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_CONTRACTS[name]}"), name)
