"""What holds on every database server, whatever the engine that an app hands in is set to."""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from fluxlit_component.codec import encode
from fluxlit_component.state.record import Change, Commit
from fluxlit_component.stores.sql import SQLSessionStore
from fluxlit_component.testing.contract import race

LEVELS: Final = ("SERIALIZABLE", "REPEATABLE READ", "AUTOCOMMIT")


def writers_lose_nothing(url: str, level: str) -> None:
    """Four tabs commit to one session, each a key at a time: all of it is there."""
    engine = sa.create_engine(url, isolation_level=level)
    store = SQLSessionStore(engine, timeout_seconds=20)

    def tab(number: int) -> None:
        for turn in range(10):
            store.commit("a", Commit({f"{number}.{turn}": Change(encode(turn))}, create=True))

    race(4, tab)
    record = store.load("a")
    assert record is not None
    assert (record.version, len(record.fields)) == (40, 40)
    engine.dispose()
