"""The law tried on one app: random walks, and the shortest one that breaks it."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given, seed, settings

from tests.law.budget import EXAMPLES, profile, walks
from tests.law.collection import App
from tests.law.offers import Step, choice_of
from tests.law.twins import Ours, Side
from tests.law.walk import Broken, play


def try_on(
    app: App, *, other: Callable[[App], Side] = Ours, examples: int = EXAMPLES, shrink: bool = True
) -> None:
    """Walk through the app and its twin.

    Raises:
        Broken: the shortest walk that was found after which they differ; any, without `shrink`.
    """
    if broken := _search(app, other, profile(examples, shrink=shrink)):
        raise broken


def search_by_chance(app: App, number: int, *, examples: int) -> Broken | None:
    """Walks that no run before has made; what they have found, if anything."""
    return _search(app, Ours, profile(examples, by_chance=True), number)


def _search(
    app: App, other: Callable[[App], Side], how: settings, number: int | None = None
) -> Broken | None:
    @how
    @given(walks())
    def law(steps: list[Step]) -> None:
        play(app, [choice_of(step) for step in steps], other=other)

    try:
        (law if number is None else seed(number)(law))()
    except Broken as broken:
        return Broken(broken.app, broken.deeds, broken.found)  # without the trace through hypothesis
    return None
