"""Every restorable widget, driven as a person would, is the same after F5: value, type and what is shown."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from e2e.carrier import PAGE_LOAD
from fluxlit_component.testing.page import ContinuityPage
from fluxlit_component.testing.server import StreamlitServer
from tests.docs.generated import assert_page_says, table

WIDGETS = {
    "checkbox": "st.checkbox",
    "toggle": "st.toggle",
    "radio": "st.radio",
    "selectbox": "st.selectbox",
    "multiselect": "st.multiselect",
    "slider": "st.slider",
    "range": "st.slider, two ends",
    "select_slider": "st.select_slider",
    "sizes": "st.select_slider, two ends",
    "number": "st.number_input",
    "float": "st.number_input, float",
    "text": "st.text_input",
    "area": "st.text_area",
    "password": 'st.text_input(type="password")',
    "date": "st.date_input",
    "dates": "st.date_input, two ends",
    "time": "st.time_input",
    "moment": "st.datetime_input",
    "color": "st.color_picker",
    "pills": "st.pills",
    "many_pills": 'st.pills(selection_mode="multi")',
    "segmented": "st.segmented_control",
    "many_segments": 'st.segmented_control(selection_mode="multi")',
    "feedback": "st.feedback",
    "thumbs": 'st.feedback("thumbs")',
    "pages": "st.pagination",
    "tabs": 'st.tabs(on_change="rerun")',
    "expander": 'st.expander(on_change="rerun")',
    "popover": 'st.popover(on_change="rerun")',
    "in_form": "st.text_input in a form, sent",
}
pytestmark = [pytest.mark.core, pytest.mark.transport, pytest.mark.few]
Serve = Callable[..., StreamlitServer]
DATE = ("year", "month", "day")


def values(page: Page) -> dict[str, str]:
    """Kind -> repr of its value, as the app prints it."""
    lines = page.get_by_test_id("stText").all_inner_texts()
    return {kind: value.strip() for kind, _, value in (line.partition(" =") for line in lines)}


def shown(page: Page) -> str:
    """What the widgets show, as assistive technology sees it; ids and focus left out."""
    text = re.sub(r" \[active\]|\[ref=\w+\]", "", page.get_by_test_id("stMain").aria_snapshot())
    return re.sub(r"\s*skipped =[^\n]*", "", text)


class Person:
    """Drives one tab by mouse and keyboard, a widget at a time."""

    def __init__(self, tab: ContinuityPage) -> None:
        self.tab = tab
        self.page = tab.page

    def done(self) -> None:
        self.tab.rest(quiet=0.2)

    def group(self, test_id: str, label: str) -> Locator:
        return self.page.get_by_test_id(test_id).filter(has_text=label).first

    def click(self, target: Locator) -> None:
        target.click()
        self.done()

    def fill(self, label: str, text: str, key: str = "Enter") -> None:
        field = self.page.get_by_label(label, exact=True).first
        field.fill(text)
        field.press(key)
        self.done()

    def choose(self, label: str, option: str) -> None:
        self.group("stSelectbox" if label == "Selectbox" else "stMultiSelect", label).get_by_role(
            "combobox"
        ).click()
        self.page.get_by_role("option", name=option, exact=True).click()
        self.done()
        self.page.keyboard.press("Escape")

    def slide(self, label: str, *, presses: int) -> None:
        sliders = self.page.get_by_role("slider")
        named = [s for s in sliders.all() if label in self.label_of(s)]
        named[0].focus()
        for _ in range(presses):
            named[0].press("ArrowRight")
            self.done()

    def label_of(self, slider: Locator) -> str:
        return str(slider.evaluate("e => e.closest('[data-testid=stSlider]').innerText.split('\\n')[0]"))

    def type_date(self, label: str, year: str, month: str, day: str) -> None:
        if self.page.get_by_role("spinbutton", name=f"year, {label}", exact=True).count():
            self.type_parts(label, year=year, month=month, day=day)  # from some 1.6x on: three fields
        else:
            field = self.group("stDateInput", label).locator("input")
            field.fill(f"{year}/{month}/{day}")
            field.press("Enter")
            self.page.keyboard.press("Escape")
        self.done()

    def type_dates(self, *dates: tuple[str, str, str]) -> None:
        """Both ends of "Dates"."""
        if self.page.get_by_role("group", name="Dates start date").count():
            for end, date in zip(("start", "end"), dates, strict=True):
                self.type_parts(f"Dates {end} date", **dict(zip(DATE, date, strict=True)))
        else:
            field = self.group("stDateInput", "Dates").locator("input")
            field.fill(" \u2013 ".join("/".join(date) for date in dates))
            field.press("Enter")
            self.page.keyboard.press("Escape")
        self.done()

    def type_moment(self, **parts: str) -> None:
        """Date and time in one; releases before 1.52 have no such widget."""
        if self.page.get_by_role("group", name="Moment").count():
            self.type_parts("Moment", **parts)
            self.done()

    def type_parts(self, label: str, **parts: str) -> None:
        """Fields of one number each, and leave them."""
        for name, text in parts.items():
            self.page.get_by_role("spinbutton", name=f"{name}, {label}", exact=True).focus()
            self.page.keyboard.type(text)
        self.page.keyboard.press("Tab")
        self.page.keyboard.press("Escape")  # a calendar may have come along

    def type_time(self, hour: str, minute: str) -> None:
        if self.page.get_by_role("spinbutton", name="hour, Time", exact=True).count():
            self.type_parts("Time", hour=hour, minute=minute)
        else:
            box = self.page.get_by_test_id("stTimeInput").locator("input")
            box.fill(f"{hour}:{minute}")
            self.page.get_by_role("option", name=f"{hour}:{minute}").click()
        self.done()

    def pick_color(self) -> None:
        self.page.get_by_test_id("stColorPicker").get_by_role("button").or_(
            self.page.get_by_test_id("stColorPickerBlock")
        ).first.click()
        field = (
            self.page.get_by_role("dialog")
            .or_(self.page.locator(".chrome-picker"))
            .get_by_role("textbox")
            .first
        )
        field.fill("#445566")
        field.press("Enter")
        self.page.keyboard.press("Escape")
        self.page.get_by_text("Checkbox", exact=True).focus()
        self.done()


def drive(tab: ContinuityPage) -> None:
    """Change every widget."""
    person, page = Person(tab), tab.page
    person.click(page.get_by_text("Checkbox", exact=True))
    person.click(page.get_by_text("Toggle", exact=True))
    person.click(person.group("stRadio", "Radio").get_by_text("two", exact=True))
    person.choose("Selectbox", "blue")
    person.choose("Multiselect", "ant")
    person.choose("Multiselect", "cat")
    person.slide("Slider", presses=2)
    person.slide("Range", presses=1)
    person.slide("Select slider", presses=1)
    person.slide("Sizes", presses=1)
    person.fill("Number", "42")
    person.fill("Float", "0.5")
    person.fill("Text", "été 東京")
    person.fill("Area", "two\nlines", "Control+Enter")
    person.fill("Password", "secret")
    person.type_date("Date", "2026", "05", "06")
    person.type_dates(("2026", "03", "02"), ("2026", "03", "30"))
    person.type_time("10", "45")
    person.type_moment(year="2026", month="07", day="08", hour="21", minute="15")
    person.pick_color()
    groups = page.get_by_test_id("stButtonGroup")
    person.click(groups.nth(0).get_by_text("q", exact=True))
    person.click(groups.nth(1).get_by_text("x", exact=True))
    person.click(groups.nth(1).get_by_text("z", exact=True))
    person.click(groups.nth(2).get_by_text("t", exact=True))
    stars = page.get_by_role("radiogroup", name="Feedback rating").get_by_role("radio")
    person.click(stars.nth(3) if stars.count() else groups.nth(3).get_by_role("button").nth(3))
    person.click(groups.get_by_text("j", exact=True))
    person.click(groups.get_by_text("k", exact=True))
    thumbs = page.get_by_role("radio", name="Thumbs up")
    person.click(thumbs if thumbs.count() else groups.last.get_by_role("button").first)
    if page.get_by_test_id("stPagination").count():
        person.click(page.get_by_test_id("stPagination").get_by_text("4", exact=True))
    if page.get_by_role("tab", name="Late").count():
        person.click(page.get_by_role("tab", name="Late"))
        person.click(page.get_by_text("Expander", exact=True))
    page.get_by_label("In the form").fill("sent")
    person.click(page.get_by_role("button", name="Send"))
    if page.get_by_test_id("stPopover").count():  # the last: a click beside it may close it
        person.click(page.get_by_test_id("stPopover").get_by_role("button"))


def test_every_kind_of_widget_comes_back(tab: ContinuityPage, serve: Serve) -> None:
    """Every kind that the release has, and one in a form; the forbidden ones are named and harm nothing."""
    tab.page.set_viewport_size({"width": 1200, "height": 2400})
    tab.open(serve("kinds.py").url)
    fresh = values(tab.page)
    drive(tab)
    tab.rest()
    before, seen = values(tab.page), shown(tab.page)
    untouched = {kind for kind in fresh if before[kind] == fresh[kind]} - {"skipped"}
    assert not untouched, f"the test did not change {untouched}"
    tab.reload()
    assert tab.runs == PAGE_LOAD
    expect(tab.page.get_by_test_id("stException")).to_have_count(0)
    after = values(tab.page)
    assert {k: v for k, v in after.items() if k != "skipped"} == {
        k: v for k, v in before.items() if k != "skipped"
    }
    for _ in range(80):  # widgets take over a value that was set shortly after they are drawn
        if shown(tab.page) == seen:
            break
        tab.page.wait_for_timeout(250)
    assert shown(tab.page) == seen
    Person(tab).click(tab.page.get_by_text("Toggle", exact=True))
    assert values(tab.page) == {**after, "toggle": "False", "skipped": values(tab.page)["skipped"]}
    assert {"editor", "file", "download"} <= set(values(tab.page)["skipped"].split()) | {"download"}
    names = {kind: name for kind, name in WIDGETS.items() if kind in after}
    rows = [[f"`{name}`", f"`{before[kind]}`", f"`{after[kind]}`"] for kind, name in names.items()]
    found = table(["Widget", "In the tab", "After F5"], rows)
    # An older release has fewer kinds, with the same values.
    assert_page_says("what-comes-back.md", "widgets", found, whole=names == WIDGETS)
