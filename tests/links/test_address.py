"""Addresses of pages, as a visitor would open them."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from fluxlit_component.errors import ConfigurationError
from fluxlit_component.links.address import page_address

PAGES = {"/app/home.py": "", "/app/pages/report.py": "report", "/app/pages/größe.py": "größe"}


@pytest.mark.parametrize(
    ("url", "page", "address"),
    [
        ("https://a.example/report", None, "https://a.example/report"),
        ("https://a.example/", "report", "https://a.example/report"),
        ("https://a.example", "/report", "https://a.example/report"),
        ("https://a.example/report", "report", "https://a.example/report"),
        ("https://a.example/report", "", "https://a.example/"),
        ("https://a.example/base/report", "", "https://a.example/base/"),
        ("https://a.example/base/", "report", "https://a.example/base/report"),
        ("https://a.example/base", "report", "https://a.example/base/report"),
        ("https://a.example/", "pages/report.py", "https://a.example/report"),
        ("https://a.example/report", "home.py", "https://a.example/"),
        ("https://a.example/", SimpleNamespace(url_path="report"), "https://a.example/report"),
        ("https://a.example/", "größe", "https://a.example/gr%C3%B6%C3%9Fe"),
        ("https://a.example/report?a=1#b", "report", "https://a.example/report"),
        ("", "report", "/report"),
        ("", None, "/"),
        ("javascript://x/%0aalert(1)", None, "/"),
        ("javascript:alert(1)", "report", "/report"),
        ("//other.example/", None, "/"),
        ("http://[", None, "http://[/"),
        ("http://\u2100.example/", None, "/"),
        ('http://a"onclick=b/', None, "/"),
        ("http://a@b.example/", None, "/"),
        ("https://a.example/x'\"><script>/y", None, "https://a.example/x%27%22%3E%3Cscript%3E/y"),
        ("https://a.example/gr%C3%B6sse/a=b", None, "https://a.example/gr%C3%B6sse/a=b"),
    ],
)
def test_a_page_has_an_address(url: str, page: object, address: str) -> None:
    """By path, script or page object; below the app's own folder; without query and fragment."""
    assert page_address(url, PAGES, page) == address


@pytest.mark.parametrize("page", ["nowhere", "pages/other.py", 7, b"report"])
def test_a_page_that_is_not_there_is_an_error(page: object) -> None:
    """One that says which there are, or what is taken."""
    with pytest.raises(ConfigurationError, match=r"there are '', 'größe', 'report'|st\.Page"):
        page_address("https://a.example/", PAGES, page)


def test_without_knowing_the_pages_any_path_goes() -> None:
    """Rather an address than an error, when Streamlit does not tell."""
    assert page_address("https://a.example/", {}, "report") == "https://a.example/report"
