"""`url_session_apptest` with apps of several pages."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from tests.testing.form import Open


def with_navigation() -> None:
    """An app that names its pages itself."""
    import streamlit as st

    st.navigation([st.Page(lambda: st.write("Home"), title="Home")]).run()


def test_f5_stays_on_the_page(url_session_apptest: Open, tmp_path: Path) -> None:
    """An app with a pages folder; each page is reloaded as itself, whatever ran in the process before.

    The widget of the page that the visitor has left is gone, as Streamlit leaves it.
    """
    url_session_apptest(with_navigation)
    app = "import streamlit as st\nfrom fluxlit_component import url_session\nwith url_session():\n    {}\n"
    (tmp_path / "pages").mkdir()
    (tmp_path / "main.py").write_text(app.format("st.text_input('Name', key='name')"))
    (tmp_path / "pages" / "second.py").write_text(app.format("st.checkbox('Agree', key='agree')"))
    tab = url_session_apptest(tmp_path / "main.py")
    tab.at.text_input(key="name").set_value("Ada").run()
    tab.at.switch_page("pages/second.py").run()
    tab.at.checkbox(key="agree").check().run()
    tab.reload()
    assert tab.at.checkbox(key="agree").value is True
    assert tab.stored == {"agree": True}


@pytest.mark.skipif(
    not hasattr(AppTest.from_string(""), "_finished_page_script_hash"),
    reason="AppTest of this release does not follow st.switch_page",
)
def test_after_f5_the_script_can_go_to_another_page(url_session_apptest: Open, tmp_path: Path) -> None:
    """The page that was asked for, by a reload or by `switch_page`, is asked for once."""
    (tmp_path / "main.py").write_text(
        "import streamlit as st\nfrom fluxlit_component import url_session\nwith url_session():\n"
        "    st.navigation([st.Page('list.py', default=True), st.Page('edit.py')]).run()\n"
    )
    (tmp_path / "list.py").write_text("import streamlit as st\nst.title('List')\n")
    (tmp_path / "edit.py").write_text(
        "import streamlit as st\nst.title('Edit')\nif st.button('Done'):\n    st.switch_page('list.py')\n"
    )
    tab = url_session_apptest(tmp_path / "main.py")
    tab.at.switch_page("edit.py")
    assert tab.run().reload().at.title[0].value == "Edit"
    tab.at.button[0].click()
    assert tab.run().at.title[0].value == "List"
    assert tab.run().at.title[0].value == "List"
    assert tab.reload().at.title[0].value == "List"
