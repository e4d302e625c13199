from pathlib import Path

from streamlit.testing.v1 import AppTest

APP = str(Path(__file__).with_name("app.py"))


def test_a_guest_is_listed():
    at = AppTest.from_file(APP, default_timeout=30).run()
    at.text_input(key="name").set_value("Ada")
    at.button[0].click().run()
    assert [text.value for text in at.markdown] == ["Ada"]


def test_it_leaves_nothing_behind():
    AppTest.from_file(APP, default_timeout=30).run()
    assert not Path(APP).with_name(".streamlit").exists()
