"""The address of a page of the app, as a visitor would open it. Pure: the caller passes Streamlit's facts."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote

from fluxlit_component.errors import ConfigurationError

_URL: Final = re.compile(r"(https?://[\w.:\[\]-]+)(/[^?#]*)?(?:[?#]|$)", re.ASCII)


def page_address(url: str, pages: Mapping[str, str], page: object) -> str:
    """Return the URL of `page`, without query and fragment; a `ConfigurationError` if there is no such page.

    `url`: the visitor's page, as the browser says. If it is no URL of a page, the returned URL is relative.
    `pages`: path of each page's script -> its URL path ("" for the default page); empty if not known.
    `page`: None for that of `url`, a URL path (``"report"``), a script's path, or what `st.Page` returned.
    """
    found = _URL.match(url)
    origin, path = found.groups("/") if found else ("", "/")
    here = quote(path, safe="/%:@!$&()*+,;=~")  # without quotes: an app may draw it in HTML
    if page is not None:
        path = here.rstrip("/")
        head, _, last = path.rpartition("/")
        here = f"{head if last and last in pages.values() else path}/{quote(_path_of(page, pages))}"
    return origin + here


def _path_of(page: object, pages: Mapping[str, str]) -> str:
    found = getattr(page, "url_path", page)
    if not isinstance(found, str):
        message = f"page takes a URL path, a script's path or a page of st.Page, not {type(page).__name__}"
        raise ConfigurationError(message)
    wanted = found.strip("/")
    if not pages or wanted in pages.values():
        return wanted
    for script, path in pages.items():
        if script == found or script.replace("\\", "/").endswith(f"/{wanted}"):
            return path
    there = ", ".join(sorted(repr(path) for path in pages.values()))
    raise ConfigurationError(f"there is no page {found!r}; there are {there}")
