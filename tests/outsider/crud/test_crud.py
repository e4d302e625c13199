from playwright.sync_api import expect


def names(tab):
    return [button.label for button in tab.at.button if button.label.startswith("Edit")]


def test_what_was_saved_is_in_the_list(url_session_apptest):
    tab = url_session_apptest("app.py")
    tab.at.button(key="edit_2").click()
    tab.run()
    tab.at.text_input(key="name_2").set_value("Grace Hopper")
    assert tab.reload().at.title[0].value == "Edit Grace"
    tab.at.text_input(key="name_2").set_value("Grace Hopper")
    tab.at.button[0].click()
    tab.run()
    assert names(tab) == ["Edit Ada", "Edit Grace Hopper"]
    assert names(tab.restart_server().reload()) == ["Edit Ada", "Edit Grace Hopper"]
    assert names(tab.new_visitor()) == ["Edit Ada", "Edit Grace"]


def test_a_deep_link_and_an_attachment_in_the_browser(streamlit_app, continuity_page):
    server = streamlit_app("app.py")
    tab = continuity_page
    tab.open(f"{server.url}/edit?contact=2")
    tab.page.get_by_label("Name").fill("Grace Hopper")
    tab.page.locator("input[type=file]").set_input_files(
        {"name": "cv.txt", "mimeType": "text/plain", "buffer": b"compiler"}
    )
    tab.page.get_by_role("button", name="Save").click()
    tab.rest()
    tab.page.get_by_role("button", name="Edit Grace Hopper").click()
    tab.rest()
    tab.forget_runs()
    tab.expect_continuity()
    assert tab.page.url.endswith("/edit?contact=2")
    assert tab.runs == 2  # one short run and one full
    tab.expect_continuity(after=server.restart)
    expect(tab.page.get_by_text("Attached: cv.txt")).to_be_visible()


def test_what_was_typed_is_there_after_f5_in_the_browser(streamlit_app, continuity_page):
    tab = continuity_page
    tab.open(f"{streamlit_app('app.py').url}/edit?contact=1")
    tab.page.get_by_label("Name").fill("Ada Lovelace")
    tab.reload()
    expect(tab.page.get_by_label("Name")).to_have_value("Ada Lovelace")
    tab.page.get_by_role("button", name="Save").click()
    expect(tab.page.get_by_role("button", name="Edit Ada Lovelace")).to_be_visible()
