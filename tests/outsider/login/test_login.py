from playwright.sync_api import expect


def sign_in_at(tab, name, password):
    tab.at.text_input[0].set_value(name)
    tab.at.text_input[1].set_value(password)
    tab.at.button[0].click()
    tab.run()


def test_who_signed_in_stays_signed_in(url_session_apptest):
    tab = url_session_apptest("app.py")
    sign_in_at(tab, "Ada", "wrong")
    assert tab.at.error
    before = tab.sid
    sign_in_at(tab, "Ada", "engine")
    tab.at.text_area(key="notes").set_value("secret")
    tab.run()
    assert tab.sid != before
    assert tab.reload().at.text_area(key="notes").value == "secret"
    assert tab.restart_server().reload().at.text_area(key="notes").value == "secret"
    assert not tab.new_visitor().at.text_area


def sign_in(tab, name, password):
    tab.page.get_by_label("Name").fill(name)
    tab.page.get_by_label("Password", exact=True).fill(password)
    tab.page.get_by_role("button", name="Sign in").click()
    expect(tab.page.get_by_label("Notes")).to_be_visible()
    tab.rest()


def test_the_next_person_sees_nothing_in_the_browser(streamlit_app, continuity_page):
    tab = continuity_page
    tab.open(streamlit_app("app.py").url)
    sign_in(tab, "Ada", "engine")
    tab.page.get_by_label("Notes").fill("secret")
    tab.page.get_by_label("Notes").press("Tab")
    tab.rest()
    tab.page.get_by_role("link", name="account").click()
    tab.rest()
    tab.forget_runs()
    tab.expect_continuity()
    assert tab.runs == 2  # one short run and one full
    ada = tab.session_id()
    tab.page.get_by_role("button", name="Sign out").click()
    tab.rest()
    sign_in(tab, "Bob", "builder")
    expect(tab.page.get_by_label("Notes")).to_have_value("")
    assert tab.session_id() != ada
