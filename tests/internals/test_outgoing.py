"""What only the messages of a run tell: forms that empty themselves, and a script that fails.

Uploaders are here because those in such a form do not count.
"""

from __future__ import annotations

from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from tests.internals.scripts import SECONDS, moved, rerun, start

BUTTON = "FormSubmitter:cleared-Send"
"""Streamlit's own name, which takes no part."""


def forms(seen: dict) -> None:
    """A script with a form that is emptied when it is sent, and one that is not."""
    import streamlit as st

    from fluxlit_component.internals import current_run
    from fluxlit_component.internals.widgets import user_key

    run = current_run()
    run.read_along(lambda: False, str)
    st.text_input("Outside", key="outside")
    with st.form("cleared", clear_on_submit=True):
        st.text_input("Name", key="name")
        st.checkbox("No key")
        with st.container():
            st.slider("Deep", key="deep")
        st.form_submit_button("Send")
    with st.form("kept"):
        st.text_input("Note", key="note")
        st.form_submit_button("Send")
    seen["cleared"] = {user_key(element) for element in run.cleared_elements()} - {None}
    seen["forms"] = {run.cleared_elements().get(element) for element in run.state.sent.clicks()}


def test_widgets_in_forms_that_empty_themselves_are_known(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """From the messages that draw them, in each run."""
    at = start(forms, seen)
    assert seen["cleared"] == {"name", "deep", BUTTON}, moved("the messages of forms and of what is in them")
    assert seen["forms"] == set()
    seen.clear()
    at.button(key=BUTTON).click().run()
    assert seen["cleared"] == {"name", "deep", BUTTON}
    assert seen["forms"] == {"cleared"}, moved("the trigger_value of a button")
    rerun(at)
    assert seen["forms"] == set()
    assert fallbacks == [], moved(str(fallbacks))


def failing(seen: dict) -> None:
    """A script that shows an error which it has caught, and fails with another one, perhaps in a fragment."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    def told() -> bool:
        seen["told"] = seen.get("told", 0) + 1
        st.text("beside it")
        return True

    current_run().read_along(told, str)
    try:
        st.text(1 // 0)
    except ZeroDivisionError as error:
        st.exception(error)
    fail = lambda: st.text(seen["not there"])  # noqa: E731
    st.fragment(fail)() if seen["in_fragment"] else fail()


@pytest.mark.parametrize("in_fragment", [False, True])
def test_a_script_that_fails_is_known_before_its_error_is_drawn(
    fallbacks: list[str], seen: dict[str, Any], *, in_fragment: bool
) -> None:
    """Not an error that the app has caught, nor one in a fragment: that is drawn while the script runs."""
    seen["in_fragment"] = in_fragment
    at = AppTest.from_function(failing, default_timeout=SECONDS, args=(seen,)).run()
    assert [error.message for error in at.exception] == ["integer division or modulo by zero", "'not there'"]
    assert seen.get("told", 0) == (not in_fragment), moved("the function that catches what leaves a script")
    kinds_drawn = [element.type for element in at.main][-2:]
    assert in_fragment or kinds_drawn == ["text", "exception"], moved("where the error is drawn")
    assert fallbacks == [], moved(str(fallbacks))


def uploads(seen: dict) -> None:
    """A script whose uploaders show a file, one that the server has no more, or none."""
    import streamlit as st
    from streamlit.proto.Common_pb2 import FileURLs
    from streamlit.runtime.uploaded_file_manager import DeletedFile, UploadedFile, UploadedFileRec

    from fluxlit_component.internals import current_run
    from fluxlit_component.internals.widgets import user_key

    run = current_run()
    run.read_along(lambda: False, str)
    st.file_uploader("One", key="one")
    st.file_uploader("Many", accept_multiple_files=True, key="many")
    st.camera_input("Camera", key="camera")
    st.text_input("Text", key="text")
    with st.form("cleared", clear_on_submit=True):
        st.file_uploader("In a form", key="form")
        st.form_submit_button("Send")
    seen["empty"] = {user_key(element): files for element, files in run.uploaders().items()}
    there = seen["there"] = UploadedFile(UploadedFileRec("there", "a", "b", b"x"), FileURLs())
    values = {"one": there, "many": [DeletedFile("gone"), there], "form": there}
    widgets = run.state._state._new_widget_state
    for element in widgets.widget_metadata:
        if (key := user_key(element)) in values:
            widgets.set_from_value(element, values[key])
    seen["shown"] = {user_key(element): files for element, files in run.uploaders().items()}


def test_uploaders_are_known_by_their_files(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """Those on the page, but not in a form that empties itself; and which files the server still has."""
    start(uploads, seen)
    assert seen["empty"] == {"one": {}, "many": {}, "camera": {}}, moved("the value type of uploads")
    there = seen["there"]
    expected = {"one": {"there": there}, "many": {"gone": None, "there": there}, "camera": {}}
    assert seen["shown"] == expected, moved("UploadedFile, or DeletedFile")
    assert all(files.get("there", there) is there for files in seen["shown"].values()), moved("it is a copy")
    assert fallbacks == [], moved(str(fallbacks))


def declaring(seen: dict) -> None:
    """A script that declares its pages after the messages began to be read."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    run = current_run()
    names = seen.setdefault("names", [])
    run.read_along(lambda: False, names.append)
    st.navigation([st.Page(lambda: st.text("here"), title="Here", url_path="here")]).run()
    seen["page"] = run.page


def test_the_page_that_the_navigation_chose_is_known(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """By the name that the page has for all of the run, and for the next run."""
    at = start(declaring, seen)
    rerun(at)
    assert seen["names"] == [seen["page"]] * 2, moved("the message of the navigation")
    assert fallbacks == [], moved(str(fallbacks))
