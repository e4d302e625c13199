"""What a visitor does with a button or a field, and what the app does about it awaited."""

from __future__ import annotations

from fluxlit_component.testing.page import ContinuityPage


def press(tab: ContinuityPage, *names: str) -> None:
    """Press buttons, one run each."""
    for name in names:
        tab.page.get_by_role("button", name=name, exact=True).click()
        tab.rest()


def type_in(tab: ContinuityPage, label: str, text: str) -> None:
    """Type and leave the field."""
    tab.page.get_by_label(label).fill(text)
    tab.page.get_by_label(label).press("Tab")
    tab.rest()
