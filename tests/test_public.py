"""What the package promises by name. A change here is a change for users: see CHANGELOG.md."""

from __future__ import annotations

import copy
import importlib
import inspect
import pickle
import subprocess
import sys
import typing
from pathlib import Path

import pytest

import fluxlit_component
from fluxlit_component import (
    BundleMissing,
    ConfigurationError,
    FluxlitError,
    Hooks,
    NoPage,
    TooManyTasks,
    UnstorableValue,
    UrlSession,
    url_session,
)

ROOT = Path(__file__).parent.parent


def test_public_names() -> None:
    """These and no others, sorted, each of them there."""
    assert fluxlit_component.__all__ == [
        "BundleMissing",
        "Caps",
        "CodecError",
        "ConfigurationError",
        "CorruptValue",
        "Event",
        "FluxlitError",
        "Hooks",
        "InMemorySessionStore",
        "Job",
        "Link",
        "NoPage",
        "SQLiteSessionStore",
        "SessionStore",
        "StoreUnavailable",
        "Stream",
        "TooManyTasks",
        "UnfitRecord",
        "UnstorableValue",
        "UrlSession",
        "VersionedStore",
        "append",
        "counter",
        "ensure_url_session",
        "hydrate_url_session",
        "hydrate_url_session_typed",
        "new_session_id",
        "persist_url_session",
        "progress",
        "register",
        "union",
        "url_session",
    ]
    assert all(hasattr(fluxlit_component, name) for name in fluxlit_component.__all__)


@pytest.mark.parametrize(
    ("name", "engine", "extra"),
    [("RedisSessionStore", "redis", "redis"), ("SQLSessionStore", "sqlalchemy", "sql")],
)
def test_stores_whose_engine_is_an_extra(name: str, engine: str, extra: str) -> None:
    """There by name too, found by `dir`, and their engine is imported when they are asked for, not before."""
    module = f"fluxlit_component.stores.{extra}"
    assert name in dir(fluxlit_component)
    assert getattr(fluxlit_component, name) is getattr(importlib.import_module(module), name)
    code = (
        "import sys, fluxlit_component\n"
        "from fluxlit_component import *\n"
        f"assert not {{'{engine}', '{module}'}} & sys.modules.keys()\n"
        f"sys.modules['{module}'] = None\n"
        f"fluxlit_component.{name}\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    last = done.stderr.splitlines()[-1]
    assert last.startswith("fluxlit_component.errors.ConfigurationError")
    assert f"pip install fluxlit-component[{extra}]" in last


def test_names_that_are_not_there() -> None:
    """As of any module."""
    with pytest.raises(AttributeError, match="no attribute 'nothing'"):
        _ = fluxlit_component.nothing


def test_arguments_of_url_session() -> None:
    """One positional argument, the others by keyword, with these defaults."""
    parameters = inspect.signature(url_session).parameters
    store, *others, hooks = parameters.values()
    assert (store.name, store.kind, store.default) == ("store", store.POSITIONAL_OR_KEYWORD, None)
    assert all(parameter.kind is parameter.KEYWORD_ONLY for parameter in others)
    assert {parameter.name: parameter.default for parameter in others} == {
        "model": None,
        "schema_version": 1,
        "migrations": None,
        "include": None,
        "exclude": (),
        "keep_hidden": False,
        "param": None,
        "address_bar": None,
        "ttl_seconds": None,
        "max_age_seconds": None,
        "wait": True,
        "on_duplicate": "fork",
        "scope": "tab",
        "consent": True,
        "identity": True,
        "restore_scroll": True,
        "drafts": True,
        "seal": None,
        "merge": None,
        "caps": None,
        "live_seconds": 120.0,
    }
    assert (hooks.name, hooks.kind) == ("hooks", hooks.VAR_KEYWORD)
    assert [*Hooks.__annotations__] == [
        "on_new",
        "on_restore",
        "on_persist",
        "on_conflict",
        "on_skip",
        "on_expire",
        "on_lost",
        "on_identity",
        "on_error",
    ]


@pytest.mark.parametrize(
    ("unknown", "hint"),
    [
        ("on_losst", ". Did you mean 'on_lost'?"),
        ("exclud", ". Did you mean 'exclude'?"),
        ("on_duplicates", ". Did you mean 'on_duplicate'?"),
        ("storee", ". Did you mean 'store'?"),
        ("ttl", ". Did you mean 'ttl_seconds'?"),
        ("x", ""),
    ],
)
def test_an_argument_that_there_is_not(unknown: str, hint: str) -> None:
    """Is refused as by any function, also where no run is; the nearest one is named."""
    with pytest.raises(TypeError) as raised:
        url_session(**{unknown: None})  # type: ignore[arg-type]
    assert str(raised.value) == f"url_session() got an unexpected keyword argument '{unknown}'{hint}"


def test_a_hook_that_cannot_be_called() -> None:
    """Is refused when it is given, not when it would be called; None is none."""
    with pytest.raises(ConfigurationError, match="on_lost takes a function of one Event, not str"):
        url_session(on_lost="told")  # type: ignore[arg-type]
    assert url_session(on_lost=None).status == "disabled"


def test_what_a_session_offers() -> None:
    """Properties and methods of `UrlSession`."""
    public = {name: value for name, value in vars(UrlSession).items() if not name.startswith("_")}
    properties = {name for name, value in public.items() if isinstance(value, property)}
    assert properties == {
        "id",
        "status",
        "is_new",
        "identity_changed",
        "restored",
        "lost",
        "skipped",
        "state",
        "expires_in",
    }
    assert public.keys() - properties == {
        "persist",
        "rotate",
        "clear",
        "leave_guard",
        "destroy",
        "follow",
        "fragment",
        "job",
        "keep_edits",
        "keep_upload",
        "link",
        "links",
        "href",
        "revoke_links",
        "panel",
        "status_badge",
        "stream",
    }


def test_the_import_does_not_run_streamlit() -> None:
    """Importing the package opens no store, warns of nothing and prints nothing."""
    done = subprocess.run(
        [
            sys.executable,
            "-W",
            "error::DeprecationWarning:fluxlit_component",
            "-c",
            "import fluxlit_component",
        ],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_import_loads_nothing_before_it_is_used() -> None:
    """Whoever lists the package, or has it as a pytest plugin, does not pay for Streamlit; any name does."""
    script = (
        "import sys, fluxlit_component\n"
        "from fluxlit_component.apptest import testmode\n"
        "assert not {'streamlit', 'pydantic'} & set(sys.modules)\n"
        "try: fluxlit_component.nowhere\n"
        "except AttributeError as error: assert 'nowhere' in str(error)\n"
        "assert set(fluxlit_component.__all__) <= set(dir(fluxlit_component))\n"
        "from fluxlit_component import *\n"
        "assert url_session is fluxlit_component.url_session is fluxlit_component.session.url_session\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False, cwd=ROOT
    )
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.slow
def test_the_api_type_checks() -> None:
    """An app written with the API passes mypy in strict mode; `typing_public.py` is that app."""
    pytest.importorskip("mypy", reason="needs mypy")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--no-error-summary", "tests/typing_public.py"],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    "error",
    [
        ConfigurationError("no such page"),
        BundleMissing("boot"),
        UnstorableValue("_thread.lock", "keep its name"),
        NoPage(),
        TooManyTasks(4, "session"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_leave_another_process_as_they_are(error: FluxlitError) -> None:
    """A pool of processes pickles what a function raises: one that could not be read broke the whole pool."""
    for again in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_the_hints_of_url_session_can_be_read() -> None:
    """By tools that ask for them while the program runs."""
    assert typing.get_type_hints(url_session).keys() == {*inspect.signature(url_session).parameters, "return"}
