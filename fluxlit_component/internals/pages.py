"""The pages of an app: which pages exist, their URL paths, and whether the pages are known yet."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from fluxlit_component.internals.guard import guard, nothing


def url_of(context: Any) -> str:
    """Origin and path of the page being run."""
    import streamlit as st

    visit: Any = st.context  # `url` came with 1.45
    if url := getattr(visit, "url", None):
        return str(url)
    origin = visit.headers.get("Origin") or ""
    prefix = str(st.get_option("server.baseUrlPath") or "").strip("/")
    page = context.pages_manager.get_pages()[context.page_script_hash]
    path = paths_of(context).get(page["script_path"], "")
    return f"{origin}/{prefix}/{path}" if prefix else f"{origin}/{path}"


def paths_of(context: Any) -> Mapping[str, str]:
    """Path of each page's script (for a function: its URL path) -> the page's URL path."""
    pages = context.pages_manager.get_pages()
    # Pages that are functions have no script, so without their URL path they would share one key.
    return {
        str(page["script_path"] or page.get("url_pathname") or ""): str(page.get("url_pathname") or "")
        for page in pages.values()
    }


def unresolved(manager: Any) -> str:
    """URL path of the requested sub-page, as long as the pages of the app are not known yet; else ""."""
    return "" if _knows_its_pages(manager) else str(manager.intended_page_name or "")


@guard(nothing)
def forget_pages_of_process() -> None:
    """Let the next AppTest find out how its app defines its pages, as in a new process.

    Streamlit keeps a fact about the first app for the whole process: up to some release that `st.navigation`
    was called, later whether there is a folder `pages`. A test suite runs many apps in one process.
    """
    from streamlit.runtime import pages_manager  # for tests alone, and it may move

    module: Any = pages_manager
    if hasattr(module.PagesManager, "DefaultStrategy"):
        module.PagesManager.DefaultStrategy = module.PagesStrategyV1
    else:
        module.PagesManager.uses_pages_directory = None


def _knows_its_pages(manager: Any) -> bool:
    """Whether the pages of the app are known, from a folder `pages` or from `st.navigation`."""
    # Streamlit 1.40 has a strategy for each of the two, and begins with the strategy for folders.
    holder = getattr(manager, "pages_strategy", manager)
    if hasattr(holder, "_pages"):
        return holder._pages is not None or bool(getattr(manager, "uses_pages_directory", False))
    return (Path(manager.main_script_path).parent / "pages").exists()
