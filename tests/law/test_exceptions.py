"""What the law does not promise, each exception by a test that states what happens instead."""

from __future__ import annotations

from functools import partial

import pytest
import streamlit as st

from fluxlit_component import url_session
from fluxlit_component.tab.tabs import forget_tabs
from tests.law.apps.pages import assigned_from_another_page
from tests.law.browser import Browser
from tests.law.collection import RELEASE
from tests.law.every import every_app
from tests.law.visit import Visit
from tests.law.visitor import RELOAD, Deed, Touch, by_label
from tests.law.walk import play


def test_the_key_of_an_untouched_widget_is_not_there_before_it_is_drawn() -> None:
    """Read above the widget in the first run after F5, it is not set; Rerun would have the default."""
    with Visit("summary_on_top") as visit:
        visit.set("order", "down").reload()
        assert visit.texts == ["top not set, order down"]
        assert visit.rerun().texts == ["top 3, order down"]


def test_a_click_is_not_repeated() -> None:
    """As after Rerun: what it did is kept, it is not done again."""
    with Visit("without_block") as visit:
        visit.click("Click me").reload()
        assert visit.texts == ["1 clicks"]


def test_a_message_is_not_sent_again() -> None:
    """What the app made of it is kept."""
    with Visit("several_chats") as visit:
        visit.set("line", "hello").reload().reload()
        assert visit.state["chats"] == {"First": ["hello"]}


def test_a_form_that_clears_itself_comes_back_empty() -> None:
    """All kinds of fields show what the page has shown: their defaults."""
    with Visit("guest_book") as visit:
        visit.submit("Write", guest="Ada", words="fine", stars=5, again=True).reload()
        assert [visit.value(key) for key in ("guest", "words", "stars", "again")] == ["", "", 3, False]
        assert visit.texts == ["Ada: fine (5, True)"]


def test_a_widget_without_a_key_shows_its_default() -> None:
    """Streamlit gives nobody a way to set it."""
    with Visit("without_keys") as visit:
        visit.set("Name", "Ada").click("Keep").reload()
        assert visit.texts == ["kept Ada, now"]


def test_edits_of_a_table_are_gone_and_what_was_taken_over_is_not() -> None:
    """Streamlit forbids to set a table's edits; the frame in the state is a value like any other."""
    edit = {"edited_rows": {"0": {"n": 7}}, "added_rows": [], "deleted_rows": []}
    with Visit("table_editor") as visit:
        visit.set("editor", edit).click("Take over").set("editor", edit | {"edited_rows": {"1": {"n": 9}}})
        assert visit.side.browser.metric[0].value == "19"
        assert visit.reload().side.browser.metric[0].value == "12"


def test_what_cannot_be_written_down_is_made_anew_by_the_guard() -> None:
    """After a restart the client is another one, and the conversation goes on; by F5 alone it is the same."""
    with Visit("chat_with_client") as visit:
        before = visit.set("Ask", "one").state["bot"]
        visit.reload()
        assert visit.state["bot"] is before
        forget_tabs()  # as a server that was started again
        visit.reload()
        assert visit.state["history"] == [("one", "you said one")]
        assert visit.state["bot"] is not before
        assert visit.errors == []


def test_one_object_under_two_keys_is_two_after_a_restart() -> None:
    """By F5 alone it stays one; a record holds each key for itself."""
    with Visit("open_chat") as visit:
        visit.set("line", "one").reload()
        assert visit.state["open"] is visit.state["chats"][0]
        forget_tabs()  # as a server that was started again
        visit.reload()
        assert visit.state["open"] == visit.state["chats"][0] == {"title": "First", "lines": ["one"]}
        assert visit.state["open"] is not visit.state["chats"][0]


def test_a_state_that_breaks_the_app_is_not_for_ever() -> None:
    """After two failed page loads a button stands beside the error; all else is as with Rerun."""
    with Visit("failing_app") as visit:
        visit.set("what", "divide").reload()
        assert (visit.errors, len(visit.side.browser.button)) == (["division by zero"], 0)
        visit.reload()
        assert (visit.errors, len(visit.side.browser.button)) == (["division by zero"], 1)
    app = next(app for app in every_app() if app.name == "failing_app")
    break_it, mend_it = (partial(choose, value=value) for value in ("divide", "fine"))
    assert play(app, [break_it, reload, reload, reload, mend_it, reload]) == 6


def choose(browser: Browser, *, value: str) -> Touch:
    """Choose what the app does."""
    return Touch(by_label(browser)["what"], value)


def reload(_: Browser) -> Deed:
    """Press F5."""
    return RELOAD


@pytest.mark.parametrize("reload", [False, True], ids=["R", "F5"])
def test_what_is_assigned_after_f5_to_a_field_that_has_not_been_drawn_since(reload: bool) -> None:
    """It stays, until the field is drawn and is known as one again. After R it lasts for one run."""
    with Visit(assigned_from_another_page) as visit:
        visit.open("look")
        if reload:
            visit.reload()
        assert visit.click("Reset").texts == ["reset"]
        assert visit.set("note", True).rerun().texts == ["reset" if reload else "None"]
        assert visit.open("").value("name") == ("reset" if reload else "")


def _fragment_in_a_fragment() -> None:
    @st.fragment
    def inner() -> None:
        st.text_input("Word", key="word")

    @st.fragment
    def outer() -> None:
        if st.toggle("Inner", key="inner"):
            inner()

    with url_session():
        outer()


def test_a_field_of_an_inner_fragment_that_a_run_of_the_outer_one_has_taken_away() -> None:
    """Its value is there for one whole run longer than after Rerun."""
    with Visit(_fragment_in_a_fragment) as visit:
        visit.set("inner", True).set("word", "Ada").set("inner", False).reload()
        assert visit.state == {"inner": False, "word": "Ada"}
        assert visit.rerun().state == {"inner": False}
        assert visit.set("inner", True).value("word") == ""


def _stopped_above_a_field_of_the_frame() -> None:
    def first() -> None:
        if st.toggle("Stop", key="stop"):
            if st.button("Go"):
                st.switch_page(second)
            st.stop()

    second = st.Page(lambda: st.write("second"), url_path="second")
    with url_session():
        st.navigation([st.Page(first, default=True), second]).run()
        st.text_input("Who", key="who")


@pytest.mark.parametrize("reload", [False, True], ids=["R", "F5"])
def test_a_field_that_was_below_a_stop_when_a_button_switched_the_page(reload: bool) -> None:
    """It was not on the page, so the browser does not send it, and Streamlit has forgotten it."""
    kept = "Ada" if reload and RELEASE >= (1, 60) else ""  # older releases forget it at the `st.stop()`
    with Visit(_stopped_above_a_field_of_the_frame) as visit:
        visit.set("who", "Ada").set("stop", True).click("Go")
        assert visit.state == {"who": ""}
        assert (visit.reload() if reload else visit.rerun()).state == {"who": kept}
