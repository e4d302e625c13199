"""The harness can fail: each seeded fault is found by random walks, within what a test run may take."""

from __future__ import annotations

import pytest

from tests.law.budget import EXAMPLES
from tests.law.collection import App
from tests.law.every import every_app
from tests.law.faults import FAULTY, LosesWidget
from tests.law.ideal import Ideal
from tests.law.trial import try_on
from tests.law.walk import Broken


@pytest.mark.parametrize("fault", FAULTY, ids=lambda fault: fault.__name__)
def test_a_seeded_fault_is_found(fault: type[Ideal]) -> None:
    """Some app of the collection shows it in fewer walks than a test run makes."""
    assert any(_breaks(app, fault) for app in every_app()), "no walk has found the fault"


def test_what_is_found_is_told_in_few_steps() -> None:
    """A failing walk shrinks to what is needed, in words that can be followed by hand."""
    app = next(app for app in every_app() if app.name == "without_block")
    with pytest.raises(Broken) as caught:
        try_on(app, other=LosesWidget)
    assert str(caught.value.deeds[-1]) == "F5"
    assert len(caught.value.deeds) <= 3
    assert caught.value.line.startswith("without_block: open / ")


def _breaks(app: App, fault: type[Ideal]) -> bool:
    try:
        try_on(app, other=fault, examples=EXAMPLES // 2, shrink=False)
    except Broken:
        return True
    return False
