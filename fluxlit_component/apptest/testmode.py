"""The switch of test tools: whether `url_session` does anything in AppTest runs of this process.

`apptests` reads it. A server that a test starts is another process, and runs as in production.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

is_on: bool = True
"""Whether the session is off in AppTest runs, unless the environment says otherwise."""
stand_in: Callable[[object], object] | None = None
"""Set while a test has the session on: takes the store that the app names, returns the one it gets."""


def set_testing(testing: bool) -> ExitStack:  # noqa: FBT001 - as in stamina, whose name it has
    """Say whether the session is off in AppTest runs of this process, as it is by default.

    It holds from now on, or as a `with` block within the block. These variables beat it: `FLUXLIT_TESTS`,
    `FLUXLIT_FORCE_URL_SESSION_IN_TESTS`, `FLUXLIT_SESSION_STORE` and `FLUXLIT_SESSION_SQLITE_PATH`.

    Examples:
        ```python
        from fluxlit_component.testing import set_testing
        from streamlit.testing.v1 import AppTest

        with set_testing(False):
            AppTest.from_string("from fluxlit_component import url_session; url_session()").run()
        ```
    """
    global is_on  # noqa: PLW0603 - the switch of the process
    restore = ExitStack()
    restore.callback(globals().update, is_on=is_on)
    is_on = testing
    return restore
