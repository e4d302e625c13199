"""Settings of one process: the only place that reads the environment.

An argument of a call beats the environment, the environment beats the `[fluxlit]` table of
Streamlit's secrets, and that beats the defaults below. For operators; an app's author rarely
needs any of it.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Mapping
from typing import Any, Final, Literal, TypeAlias

from pydantic import Field, FiniteFloat, SecretStr, ValidationError, field_validator
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict

from fluxlit_component.errors import ConfigurationError
from fluxlit_component.identifier import DEFAULT_PARAM

AddressBar: TypeAlias = Literal["clean", "visible"]
Transport: TypeAlias = Literal["v1", "v2"]
_TRUTHY: Final = frozenset({"1", "true", "yes", "on"})
_PLATFORMS: Final = {
    "KUBERNETES_SERVICE_HOST": "Kubernetes",
    "K_SERVICE": "Cloud Run",
    "ECS_CONTAINER_METADATA_URI_V4": "Amazon ECS",
    "CONTAINER_APP_NAME": "Azure Container Apps",
    "FLY_APP_NAME": "Fly.io",
    "DYNO": "Heroku",
    "RENDER": "Render",
    "RAILWAY_ENVIRONMENT_ID": "Railway",
}
"""Variable that a platform sets -> its name."""


class Settings(BaseSettings):
    """One frozen set of settings; each field names the environment variable it comes from.

    In secrets the same names are used in lower case and without the `FLUXLIT_` prefix, for
    example ``[fluxlit] session_store = "redis://..."``.
    """

    model_config = SettingsConfigDict(
        frozen=True, extra="ignore", env_prefix="FLUXLIT_", populate_by_name=True
    )

    url_session_query_param: str = DEFAULT_PARAM
    """`FLUXLIT_URL_SESSION_QUERY_PARAM`: query key of the session id."""
    session_store: str | None = None
    """`FLUXLIT_SESSION_STORE`: store URL; None: SQLite beside the app."""
    session_sqlite_path: str | None = None
    """`FLUXLIT_SESSION_SQLITE_PATH`: file of the default store."""
    session_ttl: FiniteFloat = 86_400.0
    """`FLUXLIT_SESSION_TTL`: idle lifetime in seconds; zero or negative: none."""
    session_max_age: FiniteFloat = 30 * 86_400.0
    """`FLUXLIT_SESSION_MAX_AGE`: absolute lifetime in seconds; zero or negative: none."""
    address_bar: AddressBar = "clean"
    """`FLUXLIT_ADDRESS_BAR`: `clean` or `visible`."""
    gate_seconds: FiniteFloat = Field(default=3.0, ge=0)
    """`FLUXLIT_GATE_SECONDS`: how long a first run waits for the browser before it goes on without an id."""
    live_upload_bytes: int = Field(default=256 * 1024 * 1024, ge=0)
    """`FLUXLIT_LIVE_UPLOAD_BYTES`: bytes of all uploads in this process that are too large for the store; the
    oldest are let go."""
    transport: Transport | None = None
    """`FLUXLIT_TRANSPORT`: Streamlit's components `v1` or `v2`; None: v2 where there is one (from 1.51)."""
    identity: str = Field(default="user", pattern=r"^(user|off|header:[A-Za-z0-9-]+)$")
    """`FLUXLIT_IDENTITY`: who is signed in: `user` (Streamlit's), `header:<name>` of a proxy, or `off`."""
    seal: bool = False
    """`FLUXLIT_SEAL`: seal what is stored (AES-256-GCM); needs the extra `crypto`."""
    seal_keys: SecretStr | None = None
    """`FLUXLIT_SEAL_KEYS`: numbered master keys, `2:newest,1:older`; the highest seals, each opens."""

    @field_validator("transport", mode="before")
    @classmethod
    def _empty_is_none(cls, value: object) -> object:
        return None if value == "" else value

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],  # noqa: ARG003 - signature of pydantic-settings
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Environment first, then what was passed in: the secrets of the app."""
        return env_settings, init_settings


_lock = threading.Lock()
_cached: tuple[tuple[Mapping[str, Any], tuple[object, ...]], Settings] | None = None
_VARIABLES: Final = tuple(f"FLUXLIT_{name.upper()}" for name in Settings.model_fields)
"""Looked up one by one at each call: the whole environment is a hundred times larger."""


def load_settings(secrets: Mapping[str, Any] | None = None) -> Settings:
    """Return the settings; parsed once, and again only if a variable or the secrets changed.

    Raises:
        ConfigurationError: a variable holds something it cannot hold; the message names it.
    """
    global _cached  # noqa: PLW0603 - one cache per process is the point
    key = (dict(secrets or {}), tuple(map(os.environ.get, _VARIABLES)))
    with _lock:
        if _cached is not None and _cached[0] == key:
            return _cached[1]
        try:
            settings = Settings(**key[0])
        except ValidationError as error:
            first = error.errors(include_input=False)[0]
            name = "FLUXLIT_" + str(first["loc"][0]).upper() if first["loc"] else "a FLUXLIT_ variable"
            message = f"{name} (environment or [fluxlit] secrets) cannot be used: {first['msg']}"
            raise ConfigurationError(message) from None
        param = settings.url_session_query_param.strip() or DEFAULT_PARAM
        settings = settings.model_copy(update={"url_session_query_param": param})
        _cached = (key, settings)
        return settings


def _switch(name: str) -> bool:
    return os.environ.get(name, "").strip().lower() in _TRUTHY


def is_disabled() -> bool:
    """Whether continuity is switched off.

    `FLUXLIT_DISABLE_URL_SESSION=1` switches it off; so does `FLUXLIT_TESTS=1`, unless
    `FLUXLIT_FORCE_URL_SESSION_IN_TESTS=1` says otherwise. Switches are read at each call, so that a
    test can turn them.
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


def is_debug() -> bool:
    """Whether `FLUXLIT_DEBUG` asks for tracebacks in the log."""
    return _switch("FLUXLIT_DEBUG")


def asks_for_starlette() -> bool:
    """Whether the environment has Streamlit 1.53 to 1.56 serve by Starlette."""
    return _switch("STREAMLIT_SERVER_USE_STARLETTE")


def script_to_serve() -> str:
    """Path of the script that `fluxlit_component.asgi:app` serves: `FLUXLIT_APP`."""
    return os.environ.get("FLUXLIT_APP") or "streamlit_app.py"


def platform_name() -> str | None:
    """The platform that this process runs on, if it is one that starts and replaces replicas by itself."""
    return next((name for variable, name in _PLATFORMS.items() if os.environ.get(variable)), None)
