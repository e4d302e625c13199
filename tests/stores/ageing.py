"""Sessions made older: tests of the SQL store need not sleep, and what is to last does on a busy machine."""

from __future__ import annotations

import threading
from typing import Final

import sqlalchemy as sa

_ENDS: Final = ("idle_expires", "expires", "forget", "ends")


def age(url: str, seconds: float) -> None:
    """Let time pass for every session: all that ends is so much nearer to its end."""
    nearer = ", ".join(f"{name} = {name} - {seconds}" for name in _ENDS)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        connection.exec_driver_sql(f"UPDATE fluxlit_session SET {nearer}")
    engine.dispose()


def swept() -> None:
    """Wait for the sweeps that are under way."""
    for thread in threading.enumerate():
        if thread.name == "fluxlit-sweep":
            thread.join(30)
