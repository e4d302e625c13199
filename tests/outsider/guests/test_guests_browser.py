from fluxlit_component.testing import ContinuityPage
from playwright.sync_api import expect


def invite(tab, name):
    tab.page.get_by_label("Name").fill(name)
    tab.page.get_by_label("Name").press("Tab")
    tab.rest()
    tab.page.get_by_role("button", name="Invite").click()
    tab.rest()


def test_guests_survive_f5_and_a_restart(streamlit_app, continuity_page):
    server = streamlit_app("app.py")
    tab = continuity_page
    tab.open(server.url)
    invite(tab, "Ada")
    tab.expect_continuity()
    tab.expect_continuity(after=server.restart)
    expect(tab.page.get_by_text("Ada", exact=True)).to_be_visible()


def test_another_visitor_and_a_copied_tab(streamlit_app, continuity_page, browser):
    server = streamlit_app("app.py")
    continuity_page.open(server.url)
    invite(continuity_page, "Ada")
    other = ContinuityPage(browser.new_page())
    other.open(server.url)
    expect(other.page.get_by_text("Ada", exact=True)).not_to_be_visible()
    copy = continuity_page.duplicate()
    expect(copy.page.get_by_text("Ada", exact=True)).to_be_visible()


def test_the_id_leaves_the_tab_nowhere(streamlit_app, continuity_page, leak_recorder):
    server = streamlit_app("app.py")
    continuity_page.open(server.url)
    invite(continuity_page, "Ada")
    continuity_page.reload()
    sid = continuity_page.session_id()
    assert sid
    assert leak_recorder.carrying(sid) == []
    assert sid not in server.log
