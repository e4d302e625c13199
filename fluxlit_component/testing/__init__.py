"""What an app's own tests can use: continuity in AppTest and in a browser, and contracts for stores.

Most of it comes as fixtures of the pytest plugin: `url_session_apptest`, `streamlit_app`,
`continuity_page`, `leak_recorder`. Needs pytest.
"""

from fluxlit_component.apptest.testmode import set_testing
from fluxlit_component.testing.apptest import AppTestServer, AppTestTab
from fluxlit_component.testing.contract import SessionStoreContract
from fluxlit_component.testing.leaks import LeakRecorder
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer
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
