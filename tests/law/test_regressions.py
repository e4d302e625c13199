"""Faults that people met, each as a visit that is written out. Named after what they prevent."""

from __future__ import annotations

import dataclasses
import datetime as dt
import sys
from collections.abc import Callable
from contextlib import nullcontext
from typing import Any

import pandas as pd
import pydantic
import pytest
import streamlit as st

from fluxlit_component import InMemorySessionStore, register, url_session
from fluxlit_component.internals.session_state import _adopts_old_values
from tests.law.apps import worlds
from tests.law.apps.lists import database
from tests.law.apps.pages import assigned_before_a_rerun_on_another_page, assigned_from_another_page
from tests.law.collection import RELEASE
from tests.law.runner import Cut
from tests.law.twins import Plain
from tests.law.values import CLICKED
from tests.law.visit import Visit
from tests.law.visitor import Submit, Touch, by_label, form_of, request
from tests.three_methods import DictStore


@pytest.fixture(autouse=True)
def _world(monkeypatch: pytest.MonkeyPatch) -> None:
    """A world of the test's own."""
    monkeypatch.setattr(worlds, "WORLD", dict(worlds.WORLD))
    database.clear()


@pytest.mark.parametrize("reload", [False, True], ids=["", "with F5"])
def test_an_edit_form_never_shows_or_saves_the_record_before(reload: bool) -> None:
    """One saved untouched, then two: the field shows "Two", and nothing was changed."""
    with Visit("edit_page") as visit:
        visit.click("Edit 1").click("Save").click("Edit 2")
        if reload:
            visit.reload()
        assert visit.value("title") == "Two"
        visit.click("Save")
        assert visit.texts == ["stored {1: 'One', 2: 'Two'}"]


@pytest.mark.parametrize("typed", ["", "Two"])
@pytest.mark.parametrize("app", ["prefilled_before_a_rerun", "prefilled_before_a_switch"])
def test_what_a_field_was_given_before_it_was_drawn_goes_with_the_field(app: str, typed: str) -> None:
    """One is edited, F5, done: the next field is empty, and not that of One."""
    with Visit(app) as visit:
        visit.click("Edit").reload()
        assert visit.value("title") == "One"
        if typed:
            visit.set("title", typed)
        assert visit.click("Done").rerun().texts == ["None"]
        assert visit.reload().click("New").value("title") == ""


def test_what_the_app_keeps_by_a_line_above_the_session_stays_while_the_field_is_hidden() -> None:
    """In the run of F5 that line has nothing to keep yet; in all later ones it has."""
    with Visit("kept_above_the_session") as visit:
        visit.set("city", "Oslo").set("days", ["Tue"]).set("hide", True)
        for _ in range(2):
            assert visit.reload().texts == ["city is Oslo", "days ['Tue']"]
            assert visit.rerun().texts == ["city is Oslo", "days ['Tue']"]
        assert visit.set("hide", False).value("city") == "Oslo"


@pytest.mark.parametrize("make", [DictStore, InMemorySessionStore], ids=["three methods", "versioned"])
def test_a_second_f5_brings_the_newest_choice(make: Callable[[], Any]) -> None:
    """A list that came back stays under the key of its field, and is older than what the field has."""
    store = make()

    def pick() -> None:
        options = {"persist_state": "session"} if RELEASE >= (1, 59) else {}
        with url_session(store=store):
            st.session_state.setdefault("visits", 0)
            st.multiselect("Days", ["Mon", "Tue"], key="days", **options)

    with Visit(pick) as visit:
        for day in ("Mon", "Tue", "Mon"):
            assert visit.set("days", [day]).reload().value("days") == [day]
            assert visit.rerun().value("days") == [day]


class Chats(pydantic.BaseModel):
    """The state of an app with a model."""

    chats: list[list[str]] = []
    open: list[str] = []


def test_with_a_model_one_list_under_two_keys_is_one_after_f5() -> None:
    """What is written into one is in the other."""

    def chats() -> None:
        ss = st.session_state
        with url_session(model=Chats):
            if st.button("New"):
                ss.open = []
                ss.chats.append(ss.open)
            if st.button("Line"):
                ss.open.append("line")
            st.write(f"{ss.chats} {ss.open}")

    with Visit(chats) as visit:
        visit.click("New").click("Line").reload()
        assert visit.click("Line").texts == ["[['line', 'line']] ['line', 'line']"]


def test_a_form_that_has_not_been_sent_since_it_empties_itself_is_full_after_f5() -> None:
    """Only what is sent is emptied."""

    def form() -> None:
        with url_session():
            clears = st.toggle("Clear after sending", key="clears")
            with st.form("f", clear_on_submit=clears):
                st.text_input("Name", key="name")
                st.form_submit_button("Send")
            st.write(f"name {st.session_state.name}")

    with Visit(form) as visit:
        visit.submit("Send", name="Ada").set("clears", True)
        assert visit.reload().texts == ["name Ada"]
        assert visit.submit("Send", name="Bob").texts == ["name Bob"]
        assert visit.reload().texts == ["name"]


@pytest.mark.parametrize("block", [True, False], ids=["", "without a block"])
def test_what_the_app_deletes_in_the_first_run_after_f5_stays_deleted(block: bool) -> None:
    """Neither the next run nor the next F5 brings it back."""
    if not block and not _adopts_old_values():
        pytest.skip("docs/streamlit-releases.md")

    def day() -> None:
        session = url_session()
        ss = st.session_state
        with session if block else nullcontext():
            if ss.setdefault("day", worlds.WORLD["day"]) != worlds.WORLD["day"]:
                ss.day = worlds.WORLD["day"]
                del ss["city"]
            st.text_input("City", key="city")
            st.button("Nothing")
            st.write(f"city is {ss.city}")

    worlds.WORLD["day"] = 1
    with Visit(day) as visit:
        visit.set("city", "Oslo")
        worlds.WORLD["day"] = 2
        assert visit.reload().texts == ["city is"]
        assert visit.click("Nothing").texts == ["city is"]
        assert visit.reload().texts == ["city is"]


@pytest.mark.parametrize("reloads", [1, 2, 3])
def test_a_key_that_is_assigned_while_its_field_is_hidden_is_never_gone(reloads: int) -> None:
    """The app has set it before, and that is its value again when the later one goes."""

    def hidden() -> None:
        ss = st.session_state
        with url_session():
            if "ready" not in ss:
                ss.ready, ss.level = True, 1
            if st.checkbox("Edit", key="edit"):
                st.number_input("Level", 0, 5, key="level")
            if st.button("Two"):
                ss.level = 2
            st.write(f"level {ss.level}")

    with Visit(hidden) as visit, Visit(hidden, side=Plain) as plain:
        for each in (visit, plain):
            each.set("edit", value=True).set("edit", value=False).click("Two")
        for _ in range(reloads):
            assert visit.reload().texts == plain.rerun().texts


def test_what_is_typed_in_a_dialog_below_the_block_is_there_when_it_is_opened_after_f5() -> None:
    """The script of each run opens the dialog."""

    def always() -> None:
        with url_session():
            st.write("in the block")

        @st.dialog("City")
        def ask() -> None:
            st.text_input("City", key="city")

        ask()

    with Visit(always) as visit:
        for city in ("Oslo", "Rome"):
            assert visit.set("city", city).reload().value("city") == city


def switch_without_a_block() -> None:
    """As `fragment_switch`: nobody tells when a run has ended."""
    url_session()

    @st.fragment
    def options() -> None:
        st.toggle("Loud", value=True, key="loud")
        st.selectbox("Size", ["S", "M", "L"], index=1, key="size")

    options()


@pytest.mark.parametrize("app", ["fragment_switch", switch_without_a_block])
def test_what_a_plain_fragment_set_back_to_its_default_is_not_as_it_was_at_the_last_f5(app: Any) -> None:
    """The old value of a field would stand beside the new one of another."""
    with Visit(app) as visit:
        visit.set("loud", False).set("size", "L").reload()
        assert (visit.value("loud"), visit.value("size")) == (False, "L")
        visit.set("size", "S").set("loud", True).reload()
        assert (visit.value("loud"), visit.value("size")) == (True, "S")


@pytest.mark.parametrize("app", ["start_over", "clear_as_callback"])
def test_start_over_leaves_nothing_behind(app: str) -> None:
    """The name is gone at once and after F5, also if it came through a look at a later step."""
    with Visit(app) as visit:
        visit.set("name", "Ada").click("Next")
        if visit.shows("Look again"):
            visit.click("Look again")
        visit.click("Start over")
        assert visit.value("name") == ""
        assert visit.reload().value("name") == ""


def test_start_over_reaches_the_fields_of_other_pages() -> None:
    """The field is on another page than the one on which everything is deleted."""
    with Visit("start_over_from_sidebar") as visit:
        visit.set("name", "Ada").open("review").click("Start over")
        assert visit.reload().texts == ["no name no size"]
        assert visit.open("").value("name") == ""


@pytest.mark.parametrize("chosen", [{"agreed": True}, {"level": 3}], ids=["a tick", "a number"])
def test_a_widget_that_came_back_is_gone_with_its_page(chosen: dict[str, object]) -> None:
    """F5, then at once another page: it finds no more of the first page than after R."""
    with Visit("known_elsewhere") as visit:
        for name, value in chosen.items():
            visit.set(name, value)
        assert visit.reload().open("look").texts == ["None None"]


def test_what_a_run_that_was_cut_off_assigned_to_a_field_of_another_page_lasts_for_one_run() -> None:
    """The callback has run, and nothing was drawn before the next click. F5 then begins the one run."""
    with Visit(assigned_from_another_page) as visit:
        visit.open("look").together("Reset", CLICKED, "note", True, after=0)
        assert visit.reload().texts == ["reset"]
        assert visit.rerun().texts == ["None"]
        assert visit.open("").value("name") == ""


@pytest.mark.parametrize("reload", [False, True], ids=["", "with F5"])
@pytest.mark.parametrize("button", ["Log out", "Clear", "Log out here"])
def test_keep_hidden_does_not_undo_what_the_app_deletes(button: str, reload: bool) -> None:
    """Who has logged out stays so."""
    with Visit("logged_out_with_hidden_widgets") as visit:
        visit.click("Log in")
        if reload:
            visit.reload()
        assert visit.click(button).rerun().texts == ["user None"]
        assert visit.reload().texts == ["user None"]


def test_a_value_that_the_app_keeps_by_assigning_it_outlives_two_page_loads() -> None:
    """The field had taken over a plain value, and is on another page by now."""
    with Visit("kept_by_assigning_it_to_itself") as visit:
        visit.click("Find").click("Edit").open("report")
        assert visit.reload().texts == ["town Oslo"]
        assert visit.reload().texts == ["town Oslo"]
        assert visit.open("").value("town") == "Oslo"


def test_what_was_assigned_before_a_rerun_to_a_field_of_another_page_lasts_for_one_run() -> None:
    """As without F5: the first run still finds it, and no later one."""
    with Visit(assigned_before_a_rerun_on_another_page) as visit:
        visit.open("shop").click("Take M").reload()
        assert (visit.texts, "size" in visit.state) == (["size M"], False)
        assert visit.open("").value("size") == "S"


def test_a_widget_that_came_back_stays_if_the_app_assigns_it() -> None:
    """F5, then at once another page and back: the app keeps its widgets by assigning the state to itself."""
    with Visit("update_with_itself") as visit:
        visit.set("city", "Oslo").set("aloud", True).reload().open("second").open("")
        assert (visit.value("city"), visit.value("aloud")) == ("Oslo", True)


@pytest.mark.parametrize("chosen", ["Level.LOW", "Level.HIGH"])
@pytest.mark.parametrize("reloads", [1, 2, 3])
def test_a_member_that_the_app_set_once_outlives_its_field_and_page_loads(chosen: str, reloads: int) -> None:
    """Nothing can store it. The field shows it by itself and does not make it the field's own."""
    with Visit("members_under_a_flag") as visit:
        visit.set("edit", True).set("level", chosen)
        for _ in range(reloads):
            visit.reload()
        assert visit.texts == [f"level {chosen.removeprefix('Level.')}"]
        assert visit.set("edit", False).rerun().texts == ["level LOW"]
        assert visit.reload().rerun().texts == ["level LOW"]


@pytest.mark.parametrize("hides", [False, True])
def test_a_member_that_nobody_has_changed_is_still_the_apps_own(hides: bool) -> None:
    """Its field has taken it over right before F5, or has been there and is gone."""
    with Visit("members_under_a_flag") as visit:
        visit.set("edit", True)
        if hides:
            visit.set("edit", False)
        for _ in range(3):
            assert visit.reload().texts == ["level LOW"]
        assert visit.rerun().texts == ["level LOW"]


def test_a_member_chosen_below_the_block_is_kept() -> None:
    """Nothing can store it, and the block ends before its field is drawn."""
    with Visit("members_below_the_block") as visit:
        visit.set("level", "Level.HIGH")
        for _ in range(3):
            assert visit.reload().texts == ["level HIGH"]


@pytest.mark.parametrize("reloads", [0, 1, 2])
def test_a_value_that_the_app_set_once_is_there_when_its_field_is_not(reloads: int) -> None:
    """Set beside a flag and then typed over, F5: without the field it is what the app has set, no error."""
    with Visit("values_under_a_flag_on_pages") as visit:
        visit.open("settings").set("signature", "Ada")
        for _ in range(reloads):
            visit.reload()
        assert visit.value("signature") == "Ada"
        assert (visit.open("").texts, visit.errors) == (["signed by nobody"], [])
        assert visit.reload().texts == ["signed by nobody"]


def test_an_untouched_default_is_not_frozen() -> None:
    """Only the remark was typed: the owner and the day are those of now."""
    with Visit("untouched_default") as visit:
        visit.set("remark", "hm")
        worlds.WORLD.update(owner="Grace", today=dt.date(2024, 3, 1))
        visit.reload()
        assert visit.value("owner") == "Grace"
        assert visit.value("day") == dt.date(2024, 3, 1)
        assert visit.value("remark") == "hm"


def test_a_date_without_a_default_is_kept() -> None:
    """Streamlit makes the chosen day the widget's default; it is the visitor's all the same."""
    day, another = dt.date(2024, 2, 29), dt.date(2023, 1, 1)
    with Visit("days_from_today") as visit:
        assert visit.set("day", day).reload().value("day") == day
        assert visit.set("day", another).reload().value("day") == another


def test_a_chosen_value_outlives_a_new_default() -> None:
    """The owner was typed: it stays."""
    with Visit("untouched_default") as visit:
        visit.set("owner", "Mine")
        worlds.WORLD["owner"] = "Eve"
        assert visit.reload().value("owner") == "Mine"


def test_a_value_that_was_set_back_to_the_default_is_untouched_again() -> None:
    """Typed and typed away: the default of now."""
    with Visit("untouched_default") as visit:
        visit.set("owner", "Mine").set("owner", "Ada")
        worlds.WORLD["owner"] = "Grace"
        assert visit.reload().value("owner") == "Grace"


@pytest.mark.parametrize("transport", ["v1", "v2"] if RELEASE >= (1, 51) else ["v1"])
def test_the_state_can_be_assigned_to_itself(transport: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """No exception on either page, whichever component carries the session."""
    monkeypatch.setenv("FLUXLIT_TRANSPORT", transport)
    with Visit("update_with_itself") as visit:
        visit.set("city", "Oslo").open("second")
        assert (visit.errors, visit.texts) == ([], ["city is Oslo"])
        visit.open("")
        assert (visit.errors, visit.value("city")) == ([], "Oslo")
        visit.reload()
        assert (visit.errors, visit.value("city")) == ([], "Oslo")


def test_a_new_visitor_has_an_empty_state() -> None:
    """`len(st.session_state) == 0` is true in the first run, and what is put there then is kept."""
    with Visit("empty_means_first") as visit:
        assert (visit.errors, visit.texts) == ([], ["topic is general"])
        visit.set("Say something", "hello").reload()
        assert visit.texts == ["topic is general", "hello"]


def test_a_dialog_is_empty_whenever_it_opens() -> None:
    """Milk was entered before; the second opening does not show it, nor the one after F5."""
    with Visit("item_dialog") as visit:
        visit.click("New").set("item", "milk").click("Save").click("New")
        assert visit.value("item") == ""
        visit.set("item", "bread").click("Save")
        assert visit.texts == ["items: milk, bread"]
        visit.reload().click("New")
        assert (visit.value("item"), visit.texts) == ("", ["items: milk, bread"])


def test_an_edit_in_a_fragment_goes_on_after_f5() -> None:
    """The fragment's field is there, applied, and can be applied anew."""
    with Visit("fragment_edit") as visit:
        visit.set("draft", "one").click("Apply").reload()
        assert visit.texts == ["applied: one"]
        visit.set("draft", "two").click("Apply")
        assert visit.texts == ["applied: two"]
        assert visit.reload().value("draft") == "two"


def test_rows_and_the_pointer_into_them_stay_together() -> None:
    """A list over its cap is not kept in an older version beside a newer pointer."""
    with Visit("outgrown") as visit:
        for _ in range(8):
            visit.click("Add")
        for _ in range(2):
            visit.reload()
            assert visit.errors == []
        assert set(visit.state) & {"rows", "current"} != {"current"}


def test_a_value_that_was_refused_once_is_asked_for_anew() -> None:
    """80 does not fit any more; the 30 that is chosen then is kept."""
    with Visit("refused_once") as visit:
        visit.set("row", 80)
        worlds.WORLD["limit"] = 50
        visit.reload()
        assert visit.errors == []
        visit.set("row", 30).reload()
        assert visit.value("row") == 30


@pytest.mark.parametrize("reload", [False, True], ids=["", "with F5"])
def test_rows_that_were_removed_do_not_count(reload: bool) -> None:
    """Three ages, then two people: two ages are left."""
    with Visit("people_count") as visit:
        visit.set("people", 3).set("age_0", 10).set("age_1", 20).set("age_2", 30)
        visit.set("people", 2).click("Count again")
        if reload:
            visit.reload()
        assert visit.texts == ["2 ages, sum 30"]


def test_the_state_shows_no_key_of_the_session() -> None:
    """Neither while the script runs nor after it."""
    with Visit("everything_shown") as visit:
        assert set(visit.state) == {"visits", "motto", "public"}
        visit.reload()
        assert set(visit.state) == {"visits", "motto", "public"}
        assert all(set(look) <= {"visits", "motto", "public"} for _, look in visit.side.looks)


def test_f5_in_the_middle_of_a_run_finds_what_it_had_changed() -> None:
    """The script was stopped after its first elements: what was typed and counted by then is kept."""
    with Visit("stop_in_the_middle") as visit:
        visit.set_and_reload("your_name", "Ada", after=1)
        assert visit.texts == ["Ada and 0"]
        assert visit.state["greeted"] == 2


def kept_hidden_on_pages() -> None:
    """A default for all pages, a field for it on one of them."""

    def read() -> None:
        st.write(f"signed by {st.session_state.signature}")

    def settings() -> None:
        st.text_input("Signature", key="signature")

    with url_session(keep_hidden=True):
        st.session_state.setdefault("signature", "nobody")
        st.navigation([st.Page(read, default=True), st.Page(settings)]).run()


@pytest.mark.parametrize("reloads", [0, 1])
def test_a_hidden_value_is_kept_over_pages_where_the_app_sets_a_default_first(reloads: int) -> None:
    """On the other page it is what was typed, not the default that Streamlit has under it."""
    with Visit(kept_hidden_on_pages) as visit:
        visit.open("settings").set("signature", "Ada")
        for _ in range(reloads):
            visit.reload()
        assert visit.open("").rerun().texts == ["signed by Ada"]
        assert visit.reload().open("settings").value("signature") == "Ada"
        visit.set("signature", "Bob").set("signature", "")
        assert visit.open("").texts == ["signed by"]


def edited_rows() -> None:
    """A table in which rows can be added and deleted."""
    with url_session() as session:
        rows = session.keep_edits(pd.DataFrame({"n": range(5)}), key="rows", num_rows="dynamic")
        st.write(str(rows["n"].to_dict()))


@pytest.mark.skipif(RELEASE < (1, 51), reason="older releases add no row to a table that has lost one")
@pytest.mark.parametrize(
    ("first", "then"),
    [
        ([1], []),
        ([1], [1]),
        ([0], [0]),
        ([4], [1]),
        ([1, 2], [0]),
        ([2, 3, 4], [0]),
        ([0, 1, 3, 4], [0]),
        ([], [2]),
    ],
)
def test_rows_that_are_added_and_deleted_after_f5_have_the_labels_of_rerun(
    first: list[int], then: list[int]
) -> None:
    """Rows are deleted, then F5, then more are deleted and two added. A new row needs no label typed in."""
    added: list[dict[str, Any]] = [{"n": 8}, {"n": 9}]
    left = [row for row in range(5) if row not in first]
    with Visit(edited_rows, side=Plain) as visit:
        gone = [*first, *(left[row] for row in then)]
        plain = visit.set("rows", {"deleted_rows": gone, "added_rows": added}).texts
    with Visit(edited_rows) as visit:
        visit.set("__fluxlit_edits:rows:1", {"deleted_rows": first}).reload()
        visit.set("__fluxlit_edits:rows:1", {"deleted_rows": then, "added_rows": added})
        assert '"required": true' not in visit.side.browser.widgets[0].proto.columns
        assert visit.texts == plain
        assert visit.reload().texts == plain


def test_a_value_dropped_with_its_page_right_after_f5_leaves_the_key_a_widgets() -> None:
    """What the app assigns to it then lasts as long as without F5, and no longer."""

    def home() -> None:
        if st.button("Add"):
            st.session_state.size = "by app"
        st.write(f"size {st.session_state.size}")

    def two() -> None:
        st.text_input("Size", key="size")

    def pages() -> None:
        with url_session():
            st.session_state.setdefault("size", "first")
            st.navigation([st.Page(home, default=True), st.Page(two)]).run()

    with Visit(pages) as visit:
        visit.open("two").set("size", "L").reload().open("")
        assert visit.click("Add").rerun().texts == ["size by app"]
        assert visit.rerun().texts == ["size first"]


EDITS = {"edited_rows": {"1": {"n": 9}}, "added_rows": [], "deleted_rows": []}
EDITED, FIRST = "[0, 9, 2]", "[0, 1, 2]"


def edit(visit: Visit, edits: dict[str, Any]) -> Visit:
    """Edit the table on the page, whatever its key is."""
    (editor,) = [name for name in by_label(visit.side.browser) if name.startswith("__fluxlit_edits:rows:")]
    return visit.set(editor, edits)


def edited_and_begun_again() -> None:
    """A table whose app throws away what was edited, in three ways."""
    with url_session() as session:
        rows = session.keep_edits(pd.DataFrame({"n": range(3)}), key="rows")
        st.write(str([*rows["n"]]))
        st.button("Clear", on_click=st.session_state.clear)
        names = {"Delete it": ["rows"], "Delete all": [*st.session_state]}
        for deleted in [deleted for name, deleted in names.items() if st.button(name)]:
            for key in deleted:
                del st.session_state[key]
            st.rerun()


@pytest.mark.parametrize("is_on", [True, False], ids=["", "switched off"])
@pytest.mark.parametrize("button", ["Clear", "Delete it", "Delete all"])
def test_edits_that_were_thrown_away_stay_away(
    monkeypatch: pytest.MonkeyPatch, button: str, is_on: bool
) -> None:
    """The browser still has them, and sends them again with the next click if the editor has the same key."""
    monkeypatch.setenv("FLUXLIT_DISABLE_URL_SESSION", "" if is_on else "1")
    with Visit(edited_and_begun_again) as visit:
        for _ in range(2):
            assert edit(visit, EDITS).rerun().texts == [EDITED]
            assert visit.click(button).texts == [FIRST]
            assert visit.rerun().texts == [FIRST]
        assert visit.reload().texts == [FIRST]


def edited_and_copied() -> None:
    """A table with a copy of the state in which it stands."""
    st.session_state.update(st.session_state)
    with url_session() as session:
        if st.button("Put back"):
            st.session_state.update(st.session_state.copy)
        rows = session.keep_edits(pd.DataFrame({"n": range(3)}), key="rows")
        st.write(str([*rows["n"]]))
        if st.button("Copy"):
            st.session_state.copy = {key: value for key, value in st.session_state.items() if key != "copy"}


@pytest.mark.parametrize("reloads", [0, 1])
def test_a_copy_of_the_state_can_be_put_back(reloads: int) -> None:
    """Streamlit refuses the key of an editor, so the copy must not have it."""
    with Visit(edited_and_copied) as visit:
        edit(visit, EDITS).click("Copy")
        assert edit(visit, {"edited_rows": {"0": {"n": 7}}}).texts == ["[7, 1, 2]"]
        for _ in range(reloads):
            visit.reload()
        assert visit.click("Put back").texts == [EDITED]
        assert visit.rerun().texts == [EDITED]
        assert visit.reload().texts == [EDITED]


def edited_in_a_fragment() -> None:
    """A table in a fragment, and how often it was edited."""

    def count() -> None:
        st.session_state.edits = st.session_state.get("edits", 0) + 1

    with url_session() as session:

        @session.fragment
        def table() -> None:
            frame = pd.DataFrame({"n": range(3)})
            rows = session.keep_edits(frame, key="rows", num_rows="dynamic", on_change=count)
            st.write(f"{rows['n'].to_dict()} by {st.session_state.get('edits', 0)}")

        if not st.toggle("Away", key="away"):
            table()


@pytest.mark.parametrize("reloads", [0, 1])
def test_an_editor_in_a_fragment_calls_back_and_comes_back(reloads: int) -> None:
    """Each edit is there once, after another run and after the table was away, too."""
    with Visit(edited_in_a_fragment) as visit:
        edit(visit, EDITS)
        edit(visit, {**EDITS, "deleted_rows": [0]})
        assert visit.texts == visit.rerun().texts == ["{1: 9, 2: 2} by 2"]
        for _ in range(reloads):
            visit.reload()
        assert visit.set("away", value=True).set("away", value=False).texts == ["{1: 9, 2: 2} by 2"]
        edit(visit, {**EDITS, "deleted_rows": [0]})
        assert visit.texts == ["{2: 9} by 3"]
        assert visit.reload().texts == ["{2: 9} by 3"]


def test_a_form_that_is_sent_while_the_run_before_has_not_drawn_it_is_empty_after_f5() -> None:
    """Somebody clicks elsewhere, and sends the form at once."""

    def form() -> None:
        with url_session():
            st.toggle("Other", key="other")
            with st.form("f", clear_on_submit=True):
                st.text_input("Name", key="name")
                st.form_submit_button("Send")
            st.write(f"name {st.session_state.name}")

    with Visit(form) as visit:
        browser, widgets = visit.side.browser, by_label(visit.side.browser)
        send = Submit(widgets["Send"], (Touch(widgets["Name"], "Ada"),))
        browser.send(request(browser, Touch(widgets["Other"], True)), cut=Cut(0, request(browser, send)))
        browser.note_sent(form_of(browser, send.button))
        assert visit.texts == ["name Ada"]
        assert visit.reload().texts == ["name"]


def test_a_field_that_a_fragment_has_drawn_since_it_was_assigned_is_kept() -> None:
    """The script has assigned while the field was hidden; what was typed afterwards is newer."""

    def city() -> None:
        with url_session():

            @st.fragment
            def field() -> None:
                if st.toggle("Show", key="show"):
                    st.text_input("City", key="city")

            field()
            if st.button("Assign"):
                st.session_state.city = "Oslo"

    with Visit(city) as visit:
        visit.set("show", True).set("city", "Rome").set("show", False).click("Assign").set("show", True)
        assert visit.set("city", "Bonn").reload().value("city") == "Bonn"


@pytest.mark.parametrize("clear", ["session.clear", "clear"])
def test_what_the_app_assigns_after_it_has_cleared_all_stays(clear: str) -> None:
    """It is a plain value then, though a field had the key before."""

    def wizard() -> None:
        ss = st.session_state
        with url_session() as session:

            def reset() -> None:
                (session if clear == "session.clear" else ss).clear()
                ss.step, ss.city = 1, "Oslo"

            if ss.setdefault("step", 1) == 1:
                st.button("On", on_click=lambda: ss.update(step=2))
            else:
                st.text_input("City", key="city")
                st.button("Reset", on_click=reset)
            st.write(f"city {ss.get('city')}")

    with Visit(wizard) as visit:
        visit.click("On").set("city", "Rome").click("Reset")
        for _ in range(2):
            assert visit.rerun().texts == ["city Oslo"]
            assert visit.reload().texts == ["city Oslo"]


@pytest.mark.parametrize("block", [True, False], ids=["", "without a block"])
def test_a_sent_form_of_a_plain_fragment_is_empty_after_f5(block: bool) -> None:
    """Nobody is told of a click in such a fragment."""

    def form() -> None:
        session = url_session()
        with session if block else nullcontext():

            @st.fragment
            def field() -> None:
                with st.form("f", clear_on_submit=True):
                    st.text_input("Name", key="name")
                    if st.form_submit_button("Send"):
                        st.session_state.sent = st.session_state.name

            field()

    for again in (False, True):
        with Visit(form) as visit:
            visit.submit("Send", Name="Ada")
            if again:
                visit.rerun()
            assert visit.reload().value("name") == ""
            assert visit.state["sent"] == "Ada"


def test_a_form_whose_run_began_again_above_it_is_empty_after_f5() -> None:
    """The run that its button began has not drawn it."""

    def form() -> None:
        ss = st.session_state
        with url_session():
            if ss.pop("flag", False):
                st.rerun()
            with st.form("f", clear_on_submit=True):
                st.text_input("Name", key="name")
                st.form_submit_button("Send", on_click=lambda: ss.update(flag=True))

    with Visit(form) as visit:
        assert visit.submit("Send", Name="Ada").reload().value("name") == ""


FIELDS = ["name"]


def test_a_hidden_value_whose_class_has_changed_breaks_no_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """With `keep_hidden=` it was to be put back: it is left out."""
    monkeypatch.setattr(sys.modules[__name__], "FIELDS", ["name"])

    def cities() -> None:
        make = dataclasses.make_dataclass("City", [(field, str, "x") for field in FIELDS])
        city = register(make, name="city-of-a-test")
        with url_session(keep_hidden=True):
            if not st.toggle("Hide", key="hide"):
                st.selectbox("City", [city("Rome"), city("Oslo")], key="city", format_func=name_of)

    def name_of(choice: Any) -> str:
        return getattr(choice, "name", choice)  # AppTest of older releases formats the text it has chosen

    with Visit(cities) as visit:
        visit.set("city", "Oslo").set("hide", True)
        FIELDS.append("land")
        assert visit.rerun().errors == []
        assert visit.reload().errors == []
