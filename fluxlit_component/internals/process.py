"""The process: what Streamlit and Python keep once for all of it, and the server of `streamlit run`."""

from __future__ import annotations

import gc
import logging
import os.path
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import cache
from typing import Any, Final

import streamlit as st
from streamlit import config

from fluxlit_component.internals.guard import guard
from fluxlit_component.settings import variable

_OPTION: Final = "server.useStarlette"
_SECRETLESS_SECONDS: Final = 10.0
_log = logging.getLogger("fluxlit_component")
_secretless: tuple[object, float] | None = None
"""Streamlit's secrets object whose files were missing, and the time until which they count as missing."""
_told: set[str] = set()
_is_to_freeze = False


def freeze_when_loaded() -> None:
    """Have `freeze` work when the next run ends. Only the owner of the process should call this."""
    global _is_to_freeze  # noqa: PLW0603 - said once per process
    _is_to_freeze = True


def freeze() -> None:
    """Exclude all loaded objects from garbage collection, once, if `freeze_when_loaded` was called.

    Streamlit runs a garbage collection after each run (`runner.postScriptGC`). It visits each object of each
    loaded module. After the first run the modules of the app are loaded, and they stay.
    """
    global _is_to_freeze  # noqa: PLW0603 - once
    if _is_to_freeze:
        _is_to_freeze = False
        gc.collect()
        gc.freeze()


@cache
def accept_restored_defaults() -> None:
    """Suppress Streamlit's warning that a widget has both a default and a value from session state.

    Before 1.56 Streamlit shows it once, on the page of the first visitor. For a restored value it is wrong:
    the app has made no mistake. Later releases do not warn about values that are carried on by `carry_on`.
    """
    with guard:
        if tuple(map(int, st.__version__.split(".")[:2])) < (1, 56):
            from streamlit.elements.lib import policies

            policies._shown_default_value_warning = True


def app_secrets() -> Mapping[str, Any]:
    """The `[fluxlit]` table of Streamlit's secrets; empty if there is none. Never shows an error.

    `load_settings` refuses what is no table. A file that cannot be read is logged once.
    If an app has no secrets, Streamlit looks for the files at each call. This would cost time in every run.
    So after the files were missing, they are looked for again only after ten seconds.
    """
    with guard:
        global _secretless  # noqa: PLW0603 - one answer per process is the point
        secrets, now = st.secrets, time.monotonic()
        if _secretless is not None and _secretless[0] is secrets and now < _secretless[1]:
            return {}
        unread = unread_secrets()
        if unread is not None:
            _secretless = (secrets, now + _SECRETLESS_SECONDS)
            for path in {*unread} - _told:
                _told.add(path)
                _log.warning("the secrets in %s cannot be read: the app runs without these settings", path)
            return {}
        found = secrets.get("fluxlit", {})
        return dict(found) if isinstance(found, Mapping) else found
    return {}


def unread_secrets() -> list[str] | None:
    """None if Streamlit has loaded the secrets; else the files that are there and that it cannot read."""
    with guard:
        with suppress(OSError, ValueError):  # no permission, or no text
            if st.secrets.load_if_toml_exists():
                return None
        return [path for path in config.get_option("secrets.files") if os.path.isfile(path)]  # noqa: PTH113
    return []


def forget_pages_of_process() -> None:
    """Let the next AppTest find out how its app defines its pages, as in a new process.

    Streamlit keeps a fact about the first app for the whole process: up to some release that `st.navigation`
    was called, later whether there is a folder `pages`. A test suite runs many apps in one process.
    """
    with guard:
        from streamlit.runtime import pages_manager  # for tests alone, and it may move

        module: Any = pages_manager
        if hasattr(module.PagesManager, "DefaultStrategy"):
            module.PagesManager.DefaultStrategy = module.PagesStrategyV1
        else:
            module.PagesManager.uses_pages_directory = None


def serves_asgi(arguments: Sequence[str]) -> bool:
    """Whether `streamlit run` with these arguments serves by Starlette: always from 1.57 on."""
    with guard:
        import uvicorn  # noqa: F401 - not there before 1.53 or so
        from streamlit.web.server.starlette import starlette_server  # noqa: F401

        if _OPTION not in config._config_options_template:
            return True  # there is no other server any more, and `get_option` would read files too early
        asked = any(argument.startswith(f"--{_OPTION}") for argument in arguments)
        return asked or str(option_here(_OPTION)).lower() in {"true", "1"}
    return False


def option_here(name: str) -> Any:
    """The value of an option for `streamlit run` in this folder and environment; None: no such option."""
    with guard:
        known = config._config_options_template.get(name)
        if known is None:
            return None
        # Streamlit reads environment variables as options of the command line, so `get_option` misses them.
        given = variable(known.env_var)
        return config.get_option(name) if given is None else given
    return None


def wrap_server(middleware: Callable[[Any], Any]) -> bool:
    """Have uvicorn in this process serve its app inside of `middleware`. Returns whether that is possible.

    `streamlit run` serves either its own app or the `st.App` of a script. uvicorn loads both of them.
    """
    with guard:
        import uvicorn

        load = uvicorn.Config.load

        def load_surrounded(self: Any) -> None:
            load(self)
            self.loaded_app = middleware(self.loaded_app)

        uvicorn.Config.load = load_surrounded  # type: ignore[method-assign]
        return True
    return False


def streamlit_run(arguments: Sequence[str]) -> None:
    """Run `streamlit run` with these arguments until it ends."""
    from streamlit.web import cli

    cli.main(["run", *arguments], prog_name="streamlit")
