"""The pytest plugin: fixtures for the tests of apps that use `url_session`.

pytest loads it in every run where the package is installed (entry point `fluxlit`). So only the fixtures
import Streamlit and Playwright, when a test asks for them. ``-p no:fluxlit`` switches the plugin off.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

if TYPE_CHECKING:
    from fluxlit_component.testing import AppTestTab, ContinuityPage, LeakRecorder, StreamlitServer

_PAGE_MILLISECONDS: Final = 15_000

# A failing assert of a contract shows its values, as in a test module.
pytest.register_assert_rewrite("fluxlit_component.testing")


@pytest.fixture
def url_session_apptest(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., AppTestTab]]:
    """Open an app in AppTest with the session on.

        tab = url_session_apptest("app.py")

    The app is a function or a path, relative to the test's file or to the root of the tests. The options are
    those of `fluxlit_component.testing.AppTestServer.open`. All tabs of a test share a server and its file,
    which is the store unless the app names an object, or `store=` another one.
    """
    from fluxlit_component.testing.apptest import AppTestServer

    with AppTestServer(tmp_path_factory.mktemp("fluxlit") / "sessions.db") as server:

        def open_tab(app: str | Path | Callable[..., Any], **options: Any) -> AppTestTab:
            return server.open(app if callable(app) else _find(request, app), **options)

        yield open_tab


@pytest.fixture(scope="session")
def _streamlit_server() -> Callable[..., StreamlitServer]:
    from fluxlit_component.testing.server import StreamlitServer

    return StreamlitServer


@pytest.fixture(scope="module")
def streamlit_app(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    _streamlit_server: Callable[..., StreamlitServer],
) -> Iterator[Callable[..., StreamlitServer]]:
    """Start a real server for an app.

        server = streamlit_app("app.py")

    Options are those of `fluxlit_component.testing.StreamlitServer`. With the same ones a module has the same
    server, started again if it was stopped. Its sessions are in its own file, unless `env` says otherwise.
    """
    from fluxlit_component.testing.server import own_store

    servers: dict[str, StreamlitServer] = {}

    def start(app: str | Path, *, env: Mapping[str, str] | None = None, **options: Any) -> StreamlitServer:
        script = _find(request, app)
        key = repr((script, sorted((env or {}).items()), sorted(options.items())))
        if key not in servers:
            base = own_store(tmp_path_factory.mktemp(script.stem) / "sessions.db")
            servers[key] = _streamlit_server(script, env={**base, **(env or {})}, **options)
        if not servers[key].is_running:
            servers[key].start()
        return servers[key]

    yield start
    for server in servers.values():
        server.close()


@pytest.fixture
def continuity_page(request: pytest.FixtureRequest) -> ContinuityPage:
    """A fresh browser tab that counts script runs. Needs pytest-playwright."""
    from fluxlit_component.testing.page import ContinuityPage

    page = _page(request)
    page.set_default_timeout(_PAGE_MILLISECONDS)
    return ContinuityPage(page)


@pytest.fixture
def leak_recorder(request: pytest.FixtureRequest) -> LeakRecorder:
    """Records all that leaves the tab of `continuity_page`. Needs pytest-playwright and Chromium."""
    from fluxlit_component.testing.leaks import LeakRecorder

    return LeakRecorder(_page(request))


def _page(request: pytest.FixtureRequest) -> Any:
    try:
        return request.getfixturevalue("page")
    except pytest.FixtureLookupError:
        said = "This fixture drives a browser: pip install pytest-playwright && playwright install chromium"
        pytest.fail(said, pytrace=False)


def _find(request: pytest.FixtureRequest, app: str | Path) -> Path:
    """The app's file: beside the test, else below the root, else where pytest was started."""
    if not isinstance(app, (str, Path)):
        raise TypeError(f"a server needs a path, AppTest a path or a function, not {type(app).__name__}")
    folders = (request.path.parent, request.config.rootpath, request.config.invocation_params.dir)
    for folder in folders:
        if (folder / app).is_file():
            return (folder / app).resolve()
    places = ", ".join(dict.fromkeys(map(str, folders)))
    raise FileNotFoundError(f"no app {str(app)!r} in {places}")
