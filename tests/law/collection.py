"""The apps that the law is tried on: each a small app as people write them, with a name."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from types import ModuleType
from typing import Any, Final

import streamlit as st

RELEASE: Final = tuple(int(part) for part in st.__version__.split(".")[:2])


@dataclass(frozen=True)
class App:
    """An app of the collection, and what the law does not say about it."""

    name: str
    body: Callable[[], None] | None = None
    """The script, written as a function of its module."""
    script: Path | None = None
    """The script, as a file of its own."""
    since: tuple[int, int] = (1, 40)
    """The first release of Streamlit that can run it."""
    reads_untouched_before_drawn: bool = False
    """It reads the key of a widget that nobody has touched before the widget is drawn: after F5 there is
    nothing yet. Such an app is tried without F5; `test_exceptions.py` states what it gets."""
    defaults_move: bool = False
    """A widget's default changes under an unchanged key: after F5 an untouched one shows the new default,
    where Streamlit goes on with the old one. Tried without F5 too."""
    unkept: tuple[str, ...] = ()
    """Keys of values that cannot be written down: after F5 they are not there, and the app's guard makes them
    anew. The log may tell of them."""
    needs_live_values: bool = False
    """What it has gathered cannot be written down: it comes back by reference. The log may tell of it."""

    @property
    def module(self) -> ModuleType | None:
        """Where the body finds its `url_session`."""
        return sys.modules[self.body.__module__] if self.body is not None else None

    @property
    def runs_here(self) -> bool:
        """Whether the Streamlit at hand has all that it uses."""
        return self.since <= RELEASE

    @property
    def may_reload(self) -> bool:
        """Whether F5 is part of its walks."""
        return not (self.reads_untouched_before_drawn or self.defaults_move)


class Collection:
    """The apps of one module."""

    def __init__(self) -> None:
        self.apps: list[App] = []

    def app(self, **traits: Any) -> Callable[[Callable[[], None]], Callable[[], None]]:
        """Take a function in as an app."""

        def take(body: Callable[[], None]) -> Callable[[], None]:
            self.apps.append(replace(App(body.__name__, body), **traits))
            return body

        return take

    def script(self, path: Path, **traits: Any) -> None:
        """Take a file in as an app."""
        self.apps.append(replace(App(path.stem, script=path), **traits))
