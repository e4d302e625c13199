"""Runs of AppTest in a test suite: when the session is off, and which store a run gets.

An app's own tests are about the app. So `url_session` does nothing in AppTest until a test asks for it, be it
under pytest, under unittest or in a notebook. Runs for real visitors are not affected, nor is a server that a
test starts: that is another process, and runs as in production.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final, cast

from fluxlit_component.arguments import of_type
from fluxlit_component.settings import says_nothing_of_tests

if TYPE_CHECKING:
    from fluxlit_component.stores.assembly import StoreLike

is_testing: bool = True  # whether the session is off in AppTest runs, unless the environment says otherwise
stand_in: Callable[[object], object] | None = None
"""Set while a test has the session on: takes the store that the app names, returns the one it gets."""
_BEHIND_SERVERS: Final = frozenset({"fluxlit_component.stores.redis", "fluxlit_component.stores.sql"})
"""Modules of stores whose engines are extras. They are compared by name, so that nothing is imported."""


def is_left_alone(store: StoreLike | None) -> bool:
    """Whether the session is off in a run of AppTest.

    It is on if somebody asked for it: by `set_testing`, by a switch or a store in the environment, or by the
    argument `"memory://"` or a store object, unless that store is on a server.
    """
    if not is_testing or stand_in is not None:
        return False
    if isinstance(store, str):
        asked = store.startswith("memory:")
    else:
        asked = store is not None and type(store).__module__ not in _BEHIND_SERVERS
    return not asked and says_nothing_of_tests()


def store_in_tests(store: StoreLike | None) -> StoreLike | None:
    """The store for a run of AppTest: `store`, unless a test has replaced it."""
    return store if stand_in is None else cast("StoreLike | None", stand_in(store))


def set_testing(testing: bool) -> ExitStack:  # noqa: FBT001 - as in stamina, whose name it has
    """Say whether the session is off in AppTest runs of this process, as it is by default.

    It holds from now on; used as a `with` block, within the block. These variables beat it: `FLUXLIT_TESTS`,
    `FLUXLIT_FORCE_URL_SESSION_IN_TESTS`, `FLUXLIT_SESSION_STORE` and `FLUXLIT_SESSION_SQLITE_PATH`.
    """
    of_type(bool, "True or False", testing=testing)
    global is_testing  # noqa: PLW0603 - the switch of the process
    restore = ExitStack()
    restore.callback(globals().update, is_testing=is_testing)
    is_testing = testing
    return restore
