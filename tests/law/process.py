"""What makes thousands of AppTest runs quick: nothing here changes what a run does.

Streamlit collects all garbage after each run, which costs more than a small run itself; AppTest builds a mock
of the whole runtime each time, and looks every millisecond whether the script's thread has ended.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final
from unittest import mock

from streamlit import config, error_util
from streamlit.elements.lib import policies
from streamlit.runtime import Runtime
from streamlit.runtime.caching import cache_data_api
from streamlit.runtime.scriptrunner_utils import script_run_context
from streamlit.testing.v1 import app_test, local_script_runner

_SWITCHED_OFF: Final = ("runner.postScriptGC", "browser.gatherUsageStats", "logger.enableRich")
_WHO: Final = "tests/law"
_MUTE: Final = mock.MagicMock()
"""Takes the tracebacks of apps that fail, in both twins alike: they stand on the page."""


@contextmanager
def nimble_process() -> Iterator[None]:
    """For the length of a run.

    Streamlit says once per process that a widget has a default and a value: only one twin would get it.
    """
    before = {name: config.get_option(name) for name in _SWITCHED_OFF}
    for name in _SWITCHED_OFF:
        config._set_option(name, False, _WHO)
    try:
        with (
            mock.patch.object(app_test, "MagicMock", _mock),
            mock.patch.object(local_script_runner, "require_widgets_deltas", _wait),
            mock.patch.object(error_util, "_LOGGER", _MUTE),
            mock.patch.object(policies, "_shown_default_value_warning", True, create=True),
        ):
            yield
    finally:
        for name, value in before.items():
            config._set_option(name, value, _WHO)


@contextmanager
def no_complaints() -> Iterator[None]:
    """While AppTest and the caches are used outside of a run, of which Streamlit tells each time."""
    with (
        mock.patch.object(script_run_context, "_LOGGER", _MUTE),
        mock.patch.object(cache_data_api, "_LOGGER", _MUTE),
    ):
        yield


_mocks: list[mock.MagicMock] = []


def _mock(*, spec: type[Runtime]) -> Any:
    if not _mocks:
        _mocks.append(mock.MagicMock(spec=spec))
    return _mocks[0]


def _wait(runner: Any, timeout: float) -> None:
    runner._script_thread.join(timeout)
    if runner._script_thread.is_alive():
        runner.request_stop()
        raise TimeoutError(f"a run took more than {timeout} seconds")


_registries: list[Any] = []


def one_registry(app_test: Any) -> None:
    """Give newer releases' AppTest a registry of components that was filled before.

    Each AppTest looks through all that is installed to fill one.
    """
    if not hasattr(app_test, "_bidi_component_manager"):
        return
    if app_test._bidi_component_manager is not None and not _registries:
        _registries.append(app_test._bidi_component_manager)
    app_test._bidi_component_manager = _registries[0] if _registries else None
