"""The pages of an app, which are known once `st.navigation` or the folder has named them."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from streamlit.runtime.pages_manager import PagesManager
from streamlit.testing.v1 import AppTest

from fluxlit_component.internals import Run, process
from tests.internals.scripts import moved, start


@pytest.mark.usefixtures("no_navigation_yet")
def test_an_unresolved_page_is_recognised(fallbacks: list[str], tmp_path: Path) -> None:
    """A sub-page was asked for, and `st.navigation` has not said yet which ones there are."""
    manager = PagesManager(str(tmp_path / "app.py"), setup_watcher=False)
    run = Run(SimpleNamespace(pages_manager=manager))
    assert not run.unresolved_page
    manager.set_script_intent("", "report")
    assert run.unresolved_page, moved("PagesManager.intended_page_name")
    # What `st.navigation` does; the method went into another one by 1.67.
    manager.set_pages({}) if hasattr(manager, "set_pages") else setattr(manager, "_pages", {})
    assert not run.unresolved_page, moved("PagesManager._pages")
    assert fallbacks == [], moved(str(fallbacks))


@pytest.mark.usefixtures("no_navigation_yet")
def test_a_pages_folder_resolves_the_page(fallbacks: list[str], tmp_path: Path) -> None:
    """Where the pages are files of a folder, all of them are known from the start."""
    (tmp_path / "pages").mkdir()
    manager = PagesManager(str(tmp_path / "app.py"), setup_watcher=False)
    manager.set_script_intent("", "report")
    assert not Run(SimpleNamespace(pages_manager=manager)).unresolved_page, moved("PagesManager")
    assert fallbacks == [], moved(str(fallbacks))


def navigation(seen: dict) -> None:
    """A script that reports what Streamlit knows of its pages before and after it has said them."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    def home() -> None:
        seen["page"] = current_run().page

    manager = current_run()._context.pages_manager
    manager.set_script_intent("", "report")
    seen["before"] = current_run().unresolved_page
    page = st.navigation(
        [st.Page(home, url_path="home", default=True), st.Page(lambda: None, url_path="report")]
    )
    seen["after"] = current_run().unresolved_page
    page.run()


def test_navigation_resolves_the_page(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """Before `st.navigation` the page is open, after it is not."""
    start(navigation, seen)
    assert (seen["before"], seen["after"]) == ("report", ""), moved("PagesManager")
    assert fallbacks == [], moved(str(fallbacks))


def asking(seen: dict) -> None:
    """A script that asks for a page by its path, of which Streamlit has a hash."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    run, pages = current_run(), [st.Page(lambda: None, url_path=path) for path in ("home", "report")]
    manager = run._context.pages_manager
    st.navigation(pages)
    for page in (pages[1]._script_hash, "of no page"):
        manager.set_script_intent(page, "")
        run.ask_for_page()
        seen.setdefault("asked", []).append((manager._intended_page_script_hash, manager._intended_page_name))


def test_a_page_is_asked_for_by_its_path(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """A hash that Streamlit does not know stays as it is."""
    start(asking, seen)
    assert seen["asked"] == [("", "report"), ("of no page", "")], moved("PagesManager")
    assert fallbacks == [], moved(str(fallbacks))


@pytest.mark.usefixtures("no_navigation_yet")
def test_the_next_app_finds_its_pages_folder(
    fallbacks: list[str], seen: dict[str, Any], tmp_path: Path
) -> None:
    """Whatever the app before it in this process has said of its own pages."""
    start(navigation, seen)
    process.forget_pages_of_process()
    (tmp_path / "pages").mkdir()
    (tmp_path / "pages" / "second.py").write_text("import streamlit as st\nst.write('The second')\n")
    (tmp_path / "main.py").write_text("import streamlit as st\nst.write('The first')\n")
    at = AppTest.from_file(str(tmp_path / "main.py"), default_timeout=30).run()
    at.switch_page("pages/second.py").run()
    assert [text.value for text in at.markdown] == ["The second"], moved("PagesManager")
    assert fallbacks == [], moved(str(fallbacks))


def places(seen: dict) -> None:
    """A script that reports where the visitor is, and which pages there are."""
    import streamlit as st

    from fluxlit_component.internals import current_run

    def home() -> None:
        seen["paths"] = current_run().page_paths
        seen["url"] = current_run().url

    st.navigation(
        [
            st.Page(home, url_path="home", default=True),
            st.Page(lambda: None, url_path="report"),
            st.Page(lambda: None, url_path="settings"),
        ]
    ).run()


def test_the_addresses_of_pages_are_known(fallbacks: list[str], seen: dict[str, Any]) -> None:
    """The default page has an empty path; AppTest is nowhere, but asking raises nothing."""
    start(places, seen)
    assert sorted(seen["paths"].values()) == ["", "report", "settings"], moved("PagesManager.get_pages")
    assert isinstance(seen["url"], str)
    assert fallbacks == [], moved(str(fallbacks))


@pytest.mark.usefixtures("no_navigation_yet")
def test_the_addresses_of_a_pages_folder_are_known(fallbacks: list[str], tmp_path: Path) -> None:
    """They are the names of the files; that of the main script is empty."""
    lines = ["import streamlit as st", "from fluxlit_component.internals import current_run"]
    lines += ["st.write(' '.join(sorted(map(repr, current_run().page_paths.values()))))"]
    (tmp_path / "pages").mkdir()
    for name in ("main.py", "pages/1_Report.py", "pages/2_Data.py"):
        (tmp_path / name).write_text("\n".join(lines))
    at = AppTest.from_file(str(tmp_path / "main.py"), default_timeout=30).run()
    for page in ("main.py", "pages/2_Data.py"):
        shown = [text.value for text in at.switch_page(page).run().markdown]
        assert shown == ["'' 'Data' 'Report'"], moved("PagesManager.get_pages")
    assert fallbacks == [], moved(str(fallbacks))
