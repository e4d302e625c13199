"""The switch for AppTest runs of this process, for who has no pytest or wants it the other way."""

from __future__ import annotations

from types import TracebackType

from fluxlit_component.apptest import testmode


class _Restore:
    """Puts the switch back when used in a `with` statement."""

    def __init__(self, before: bool) -> None:  # noqa: FBT001 - the value of a switch
        self._before = before

    def __enter__(self) -> None:
        """Leave the switch as it was just set."""

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        testmode.is_on = self._before


def set_testing(testing: bool) -> _Restore:  # noqa: FBT001 - as in stamina, whose name it has
    """Say whether AppTest runs of this process leave continuity alone.

    The pytest plugin says True. The environment beats it: any of `FLUXLIT_TESTS`,
    `FLUXLIT_FORCE_URL_SESSION_IN_TESTS`, `FLUXLIT_SESSION_STORE` and `FLUXLIT_SESSION_SQLITE_PATH`.

        set_testing(False)  # from now on
        with set_testing(False):  # within the block
            AppTest.from_file("app.py").run()
    """
    before, testmode.is_on = testmode.is_on, testing
    return _Restore(before)
