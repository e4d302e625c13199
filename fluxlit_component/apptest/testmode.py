"""The switch that test tools turn: what AppTest runs of this process do with continuity.

Read by `apptests`. It says nothing about a server that a test starts: that is another process, and runs as
in production.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack

is_on: bool = True
"""Whether AppTest runs leave continuity alone, unless the environment says otherwise."""
stand_in: Callable[[object], object] | None = None
"""While a test has continuity on: what the app asks for as its store -> the store that it gets."""


def set_testing(testing: bool) -> ExitStack:  # noqa: FBT001 - as in stamina, whose name it has
    """Say whether AppTest runs of this process leave continuity alone.

    They do by default. The environment beats it: any of `FLUXLIT_TESTS`,
    `FLUXLIT_FORCE_URL_SESSION_IN_TESTS`, `FLUXLIT_SESSION_STORE` and `FLUXLIT_SESSION_SQLITE_PATH`.

        set_testing(False)  # from now on
        with set_testing(False):  # within the block
            AppTest.from_file("app.py").run()
    """
    global is_on  # noqa: PLW0603 - the switch of the process
    restore = ExitStack()
    restore.callback(globals().update, is_on=is_on)
    is_on = testing
    return restore
