"""Runs of AppTest in a test suite: when the session is off, and which store a run gets.

An app's own tests are about the app. So `url_session` does nothing in AppTest until a test asks for it, be it
under pytest, under unittest or in a notebook. Runs for real visitors are not affected.
"""

from __future__ import annotations

from typing import Final, cast

from fluxlit_component.apptest import testmode
from fluxlit_component.internals import Run
from fluxlit_component.settings import says_nothing_of_tests
from fluxlit_component.stores.assembly import StoreLike

_BEHIND_SERVERS: Final = frozenset({"fluxlit_component.stores.redis", "fluxlit_component.stores.sql"})
"""Modules of stores whose engines are extras. They are compared by name, so that nothing is imported."""


def is_left_alone(run: Run, store: StoreLike | None) -> bool:
    """Whether the session is off in this run because it is a run of AppTest.

    It is on if somebody asked for it: by `set_testing`, by a switch or a store in the environment, or by the
    argument `"memory://"` or a store object, unless that store is on a server.
    """
    if not testmode.is_on or testmode.stand_in is not None or not run.is_app_test:
        return False
    if isinstance(store, str):
        asked = store.startswith("memory:")
    else:
        asked = store is not None and type(store).__module__ not in _BEHIND_SERVERS
    return not asked and says_nothing_of_tests()


def store_in_tests(run: Run, store: StoreLike | None) -> StoreLike | None:
    """The store for this run: `store`, unless a test has replaced it."""
    if testmode.stand_in is None or not run.is_app_test:
        return store
    return cast("StoreLike | None", testmode.stand_in(store))
