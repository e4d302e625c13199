from playwright.sync_api import expect


def said(tab):
    return [text.value for message in tab.at.chat_message for text in message.markdown]


def test_the_history_is_there_after_f5_and_a_restart(url_session_apptest):
    tab = url_session_apptest("app.py")
    tab.at.chat_input(key="ask").set_value("Good morning")
    tab.run()
    assert said(tab.reload()) == ["Good morning", "You have said: Good morning"]
    assert said(tab.restart_server().reload()) == ["Good morning", "You have said: Good morning"]
    assert said(tab.new_visitor()) == []


def ask(tab, text):
    tab.page.get_by_placeholder("Ask").fill(text)
    tab.page.get_by_placeholder("Ask").press("Enter")


def test_an_answer_goes_on_after_f5_in_the_browser(streamlit_app, continuity_page):
    server = streamlit_app("app.py")
    tab = continuity_page
    tab.open(server.url)
    ask(tab, "one two three four five six")
    expect(tab.page.get_by_text("You have said: one")).to_be_visible()
    tab.reload()
    expect(tab.page.get_by_text("You have said: one two three four five six")).to_have_count(1)
    assert server.log.count("the model was asked") == 1
    assert tab.runs == 2  # one short run and one full


def test_a_new_chat_stays_new_in_the_browser(streamlit_app, continuity_page):
    tab = continuity_page
    tab.open(streamlit_app("app.py").url)
    ask(tab, "Good morning")
    expect(tab.page.get_by_text("You have said: Good")).to_be_visible()
    tab.page.get_by_role("button", name="New chat").click()
    tab.rest()
    tab.expect_continuity()
    expect(tab.page.get_by_test_id("stChatMessage")).to_have_count(0)
