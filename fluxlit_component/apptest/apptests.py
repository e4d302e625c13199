"""Runs of AppTest in a test suite: when they leave continuity alone, and which store they get.

An app's own tests are about the app. So `url_session` does nothing in AppTest, under pytest, unittest or in a
notebook, until a test asks for continuity; no real visitor is ever concerned.
"""

from __future__ import annotations

from typing import Final, cast

from fluxlit_component.apptest import testmode
from fluxlit_component.internals import Run
from fluxlit_component.settings import says_nothing_of_tests
from fluxlit_component.stores.assembly import StoreLike

_BEHIND_SERVERS: Final = frozenset({"fluxlit_component.stores.redis", "fluxlit_component.stores.sql"})
"""Modules of stores whose engines are extras: not to be imported here to know them."""


def is_left_alone(run: Run, store: StoreLike | None) -> bool:
    """Whether continuity is off in this run because it is one of AppTest.

    Not if anybody has asked for continuity: `set_testing`; the environment, by any of its switches or by
    naming a store; or who hands in a store object, unless that is one whose server must be reached.
    """
    if not testmode.is_on or testmode.stand_in is not None or not run.is_app_test:
        return False
    if isinstance(store, str):
        asked = store.startswith("memory:")
    else:
        asked = store is not None and type(store).__module__ not in _BEHIND_SERVERS
    return not asked and says_nothing_of_tests()


def store_in_tests(run: Run, store: StoreLike | None) -> StoreLike | None:
    """The store that this run is to use: `store`, unless a test has put another one in its place."""
    if testmode.stand_in is None or not run.is_app_test:
        return store
    return cast("StoreLike | None", testmode.stand_in(store))
