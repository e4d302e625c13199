"""Settings of one process: the only place that reads the environment.

An argument of a call beats the environment, the environment beats the `[fluxlit]` table of Streamlit's
secrets, and that beats the defaults below. For operators; an app's author rarely needs any of it.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, fields
from functools import partial
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from fluxlit_component.errors import ConfigurationError
from fluxlit_component.identifier import DEFAULT_PARAM

QUERY_KEY: Final = r"(?!fluxlit_link$)[^&=#?+%:\s]+"
A_QUERY_KEY: Final = "a plain query key without spaces or & = # ? + % :, and not fluxlit_link"
DEFAULT_FILE: Final = Path(".streamlit", "fluxlit_sessions.db")
"""The default store, in the folder of the app."""
AddressBar: TypeAlias = Literal["clean", "visible"]
Transport: TypeAlias = Literal["v1", "v2"]
_ON: Final = ("1", "true", "yes", "on")
_SWITCHES: Final = {word: word in _ON for word in (*_ON, "0", "false", "no", "off")}


def _matching(pattern: str) -> Callable[[Any], str | None]:
    """A text that is like this; an empty one is none. A wrong one raises."""
    return lambda given: re.fullmatch(pattern, given, re.DOTALL)[0] or None  # type: ignore[index]


def _number(given: Any, *, least: float = -math.inf, kind: type[float] = float) -> float:
    number = kind(str(given))
    if not math.isfinite(number) or number < least:
        raise ValueError
    return number


_TEXT: Final = (_matching(".*"), "a text")
_SECONDS: Final = (_number, "a number of seconds; zero or negative: none")
_COUNT: Final = (partial(_number, least=1, kind=int), "a number, 1 or more")


def _setting(default: Any, read: Callable[[Any], Any], taken: str, *, repr: bool = True) -> Any:  # noqa: A002
    """A setting: what makes its value of a variable or a secret, and what to say if that raises."""
    return field(default=default, repr=repr, metadata={"reader": (read, taken)})


@dataclass(frozen=True)
class Settings:
    """One set of settings; each field names the environment variable it comes from.

    In secrets the same names are used in lower case and without the `FLUXLIT_` prefix, for
    example ``[fluxlit] session_store = "redis://..."``.
    """

    url_session_query_param: str = _setting(
        DEFAULT_PARAM, lambda given: _matching(QUERY_KEY)(given.strip() or DEFAULT_PARAM), A_QUERY_KEY
    )
    """`FLUXLIT_URL_SESSION_QUERY_PARAM`: query key of the session id."""
    session_store: str | None = _setting(None, *_TEXT)
    """`FLUXLIT_SESSION_STORE`: store URL; None: SQLite beside the app."""
    session_sqlite_path: str | None = _setting(None, _matching("(?!:memory:$).*"), "the path of a file")
    """`FLUXLIT_SESSION_SQLITE_PATH`: file of the default store."""
    session_ttl: float = _setting(86_400.0, *_SECONDS)
    """`FLUXLIT_SESSION_TTL`: idle lifetime in seconds; zero or negative: none."""
    session_max_age: float = _setting(30 * 86_400.0, *_SECONDS)
    """`FLUXLIT_SESSION_MAX_AGE`: absolute lifetime in seconds; zero or negative: none."""
    address_bar: AddressBar = _setting("clean", _matching("clean|visible"), "clean or visible")  # noqa: RUF009 - it is a field
    """`FLUXLIT_ADDRESS_BAR`: `clean` or `visible`."""
    gate_seconds: float = _setting(3.0, partial(_number, least=0.0), "a number of seconds, 0 or more")
    """`FLUXLIT_GATE_SECONDS`: how long a first run waits for the browser before it goes on without an id."""
    live_upload_bytes: int = _setting(
        256 * 1024 * 1024, partial(_number, least=0, kind=int), "a number of bytes, 0 or more"
    )
    """`FLUXLIT_LIVE_UPLOAD_BYTES`: bytes of all uploads in this process that are too large for the store; the
    oldest are let go."""
    transport: Transport | None = _setting(None, _matching("v1|v2|"), "v1 or v2")  # noqa: RUF009
    """`FLUXLIT_TRANSPORT`: Streamlit's components `v1` or `v2`; None: v2 where there is one (from 1.51)."""
    identity: str = _setting("user", _matching("user|off|header:[A-Za-z0-9-]+"), "user, off or header:<name>")
    """`FLUXLIT_IDENTITY`: who is signed in: `user` (Streamlit's), `header:<name>` of a proxy, or `off`."""
    tasks_per_session: int = _setting(4, *_COUNT)
    """`FLUXLIT_TASKS_PER_SESSION`: how many streams and jobs of one session may run at once."""
    tasks_per_process: int = _setting(64, *_COUNT)
    """`FLUXLIT_TASKS_PER_PROCESS`: how many of all sessions may run at once in this process."""
    task_bytes: int = _setting(1024 * 1024, *_COUNT)
    """`FLUXLIT_TASK_BYTES`: how much a stream may give, and how much of a job's result is stored."""
    task_seconds: float = _setting(3600.0, partial(_number, least=0.001), "a number of seconds, more than 0")
    """`FLUXLIT_TASK_SECONDS`: how long a stream or job may run."""
    seal: bool = _setting(default=False, read=lambda it: _SWITCHES[str(it).strip().lower()], taken="1 or 0")
    """`FLUXLIT_SEAL`: seal what is stored (AES-256-GCM); needs the extra `crypto`."""
    seal_keys: str | None = _setting(None, *_TEXT, repr=False)
    """`FLUXLIT_SEAL_KEYS`: numbered master keys, `2:newest,1:older`; the highest seals, each opens."""


_SETTINGS: Final = {setting.name: setting.metadata["reader"] for setting in fields(Settings)}
_VARIABLES: Final = tuple(f"FLUXLIT_{name.upper()}" for name in _SETTINGS)
"""Looked up one by one at each call: the whole environment is a hundred times larger."""
forced: Final[dict[str, str]] = {}  # switches of the testing kit, which go before the environment
_cached: tuple[tuple[Mapping[str, Any], tuple[str | None, ...]], Settings] | None = None


def load_settings(secrets: Mapping[str, Any] | None = None) -> Settings:
    """Return the settings; read once, and again only if a variable or the secrets changed.

    `ConfigurationError`: a variable holds something it cannot hold; the message names it.
    """
    if not isinstance(secrets, Mapping | None):
        raise ConfigurationError("[fluxlit] in the secrets takes a table of settings")
    global _cached  # noqa: PLW0603 - one cache per process is the point
    key = (dict(secrets or {}), tuple(map(os.environ.get, _VARIABLES)))
    known = _cached
    if known is None or known[0] != key:
        given = {name: key[0][name] for name in _SETTINGS if name in key[0]}
        given |= {n: v for n, v in zip(_SETTINGS, key[1], strict=True) if v is not None}
        known = _cached = key, Settings(**{name: _read(name, value) for name, value in given.items()})
    return known[1]


def _read(name: str, given: object) -> Any:
    read, taken = _SETTINGS[name]
    with suppress(Exception):
        return read(given)
    # What was given may be a secret that went astray, so neither the message nor a traceback quotes it.
    raise ConfigurationError(
        f"FLUXLIT_{name.upper()} (environment or [fluxlit] secrets) cannot be used: it takes {taken}"
    )


def _switch(name: str) -> bool:
    return _SWITCHES.get(forced.get(name, os.environ.get(name, "")).strip().lower(), False)


def is_disabled() -> bool:
    """Whether continuity is switched off.

    By `FLUXLIT_DISABLE_URL_SESSION=1`, or `FLUXLIT_TESTS=1` without `FLUXLIT_FORCE_URL_SESSION_IN_TESTS=1`.
    Switches are read at each call, so that a test can turn them.
    """
    if _switch("FLUXLIT_DISABLE_URL_SESSION"):
        return True
    return _switch("FLUXLIT_TESTS") and not _switch("FLUXLIT_FORCE_URL_SESSION_IN_TESTS")


def says_nothing_of_tests() -> bool:
    """Whether the environment leaves it to test tools what AppTest runs do: no switch and no store is set."""
    if _switch("FLUXLIT_FORCE_URL_SESSION_IN_TESTS"):
        return False
    names = ("FLUXLIT_TESTS", "FLUXLIT_SESSION_STORE", "FLUXLIT_SESSION_SQLITE_PATH")
    return not any(map(os.environ.get, names))


def unknown_names(secrets: object) -> list[str]:
    """Variables and keys of the `[fluxlit]` table that look like settings, and that nothing here reads."""
    others = ("DISABLE_URL_SESSION", "FORCE_URL_SESSION_IN_TESTS", "TESTS", "DEBUG", "APP")
    known = {*_VARIABLES, *(f"FLUXLIT_{name}" for name in others)}
    variables = {name for name in os.environ if name.startswith("FLUXLIT_")}
    keys = {*secrets} - {*_SETTINGS} if isinstance(secrets, Mapping) else ()
    return [*sorted(variables - known), *sorted(f"[fluxlit] {key}" for key in keys)]


def is_debug() -> bool:
    """Whether `FLUXLIT_DEBUG` asks for tracebacks in the log."""
    return _switch("FLUXLIT_DEBUG")


def variable(name: str) -> str | None:
    """A variable that is no setting of sessions: an option of Streamlit, or the script to serve."""
    return os.environ.get(name)
