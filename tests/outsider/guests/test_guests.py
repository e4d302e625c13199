from pathlib import Path

from streamlit.testing.v1 import AppTest

APP = str(Path(__file__).with_name("app.py"))


def test_a_guest_is_listed():
    at = AppTest.from_file(APP, default_timeout=30).run()
    at.text_input(key="name").set_value("Ada")
    at.button[0].click().run()
    assert [text.value for text in at.markdown] == ["Ada"]


def invite(tab, name):
    tab.at.text_input(key="name").set_value(name)
    tab.at.button[0].click()
    tab.run()


def guests(tab):
    return [text.value for text in tab.at.markdown]


def test_guests_survive_f5(url_session_apptest):
    tab = url_session_apptest("app.py")
    invite(tab, "Ada")
    tab.reload()
    assert guests(tab) == ["Ada"]
    assert tab.at.text_input(key="name").value == "Ada"


def test_visitors_see_nothing_of_each_other(url_session_apptest):
    tab = url_session_apptest("app.py")
    invite(tab, "Ada")
    other = tab.new_visitor()
    assert guests(other) == []


def test_guests_survive_a_restarted_server(url_session_apptest):
    tab = url_session_apptest("app.py")
    invite(tab, "Ada")
    tab.restart_server()
    invite(tab, "Grace")  # without F5: the page is still open
    assert guests(tab) == ["Ada", "Grace"]
    assert guests(tab.reload()) == ["Ada", "Grace"]


def small_app(limit):
    import streamlit as st
    from fluxlit_component import url_session

    with url_session():
        st.number_input("Seats", key="seats", max_value=limit)


def test_an_app_in_a_function(url_session_apptest):
    tab = url_session_apptest(small_app, kwargs={"limit": 40})
    tab.at.number_input(key="seats").set_value(30).run()
    assert tab.reload().at.number_input(key="seats").value == 30
