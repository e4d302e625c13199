"""Leaves the garbage of the gated run to the run that follows it.

After each script run Streamlit collects all garbage of the process (`runner.postScriptGC`), and it does so
before the messages of a run that was over at once have left: 60 to 130 ms in which no thread moves, for a
run that drew one element. The browser's answer starts the next run within a moment, and that one is
followed by a collection as well.

Nothing is switched off. What exists is put aside (`gc.freeze`, which moves a list and costs nothing) and is
back as soon as a full collection has run (`gc.unfreeze`), whoever started it.
"""

from __future__ import annotations

import gc
from collections.abc import Mapping
from typing import Any, Final

import streamlit as st

MOST: Final = 16
"""How many collections are left to later ones in a row: visitors who never answer leave garbage too."""


class _Postponement:
    """What is put aside at the moment, and how many collections are owed.

    Without a lock: the collector may call from any line of any thread. The worst that a race does is a
    collection that takes its usual time.
    """

    def __init__(self) -> None:
        self.aside = False
        self.owed = 0

    def __call__(self, phase: str, info: Mapping[str, Any]) -> None:
        """Called by the collector."""
        if phase != "stop" or info["generation"] != 2:  # noqa: PLR2004 - the oldest: a full collection
            return
        if self.aside:
            self.aside = False
            gc.unfreeze()
        else:
            self.owed = 0


_postponement = _Postponement()


def postpone_collection() -> None:
    """Have the next full collection look only at what is made from here on.

    Does nothing where Streamlit does not collect, where the app has frozen objects of its own, and when
    too many collections are owed.
    """
    if not st.get_option("runner.postScriptGC") or _postponement.owed >= MOST or gc.get_freeze_count():
        return
    if _postponement not in gc.callbacks:
        gc.callbacks.append(_postponement)
    _postponement.owed += 1
    _postponement.aside = True
    gc.freeze()
