"""The switch for AppTest runs of this process, for who wants continuity in them."""

from __future__ import annotations

from contextlib import AbstractContextManager, ExitStack

from fluxlit_component.apptest import testmode


def set_testing(testing: bool) -> AbstractContextManager[object]:  # noqa: FBT001 - as in stamina, whose name it has
    """Say whether AppTest runs of this process leave continuity alone.

    They do by default. The environment beats it: any of `FLUXLIT_TESTS`,
    `FLUXLIT_FORCE_URL_SESSION_IN_TESTS`, `FLUXLIT_SESSION_STORE` and `FLUXLIT_SESSION_SQLITE_PATH`.

        set_testing(False)  # from now on
        with set_testing(False):  # within the block
            AppTest.from_file("app.py").run()
    """
    before, testmode.is_on = testmode.is_on, testing
    restore = ExitStack()
    restore.callback(setattr, testmode, "is_on", before)
    return restore
