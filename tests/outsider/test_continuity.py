from folder_store import FolderStore


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


def test_what_is_stored(url_session_apptest):
    tab = url_session_apptest("app.py")
    invite(tab, "Ada")
    assert tab.stored == {"name": "Ada", "guests": ["Ada"]}
    assert tab.store.get(tab.sid) == tab.stored


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


def test_with_a_store_of_ours(url_session_apptest, tmp_path):
    tab = url_session_apptest("app.py", store=FolderStore(tmp_path))
    invite(tab, "Ada")
    assert guests(tab.restart_server().reload()) == ["Ada"]
