"""The one place that touches what Streamlit does not document.

Most functions are guarded: when a release moved the thing it looks for, it returns the documented fallback
and the package goes on with less comfort, never with an error. `tests/internals` fails with a telling message
when that happens. `write`, `carry_on` and `drop` pass on what Streamlit raises. Measured on 1.40 to 1.67.
"""

from fluxlit_component.internals.anchor import anchor_in_app_test, hung_on, is_connected, is_known, state_of
from fluxlit_component.internals.process import accept_restored_defaults, app_secrets, freeze
from fluxlit_component.internals.run import Run, begin_again, current_run, is_rerun, refused_key
from fluxlit_component.internals.sent import Sent
from fluxlit_component.internals.session_state import EMPTY, Reading, State
from fluxlit_component.internals.widgets import DATE, SELECTION, Widget, plain_selection

try:
    from streamlit.runtime.uploaded_file_manager import UploadedFile
except ImportError:  # a release has moved it: then a file that was kept is not one of Streamlit's
    from io import BytesIO as UploadedFile  # type: ignore[assignment]

__all__ = ["DATE", "EMPTY", "SELECTION", "Reading", "Run", "Sent", "State", "UploadedFile", "Widget"]
__all__ += ["accept_restored_defaults", "anchor_in_app_test", "app_secrets", "begin_again", "current_run"]
__all__ += ["freeze", "hung_on", "is_connected", "is_known", "is_rerun", "plain_selection", "refused_key"]
__all__ += ["state_of"]
