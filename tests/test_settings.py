"""Settings: what each variable does, what beats what, and what a wrong one says."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import FrozenInstanceError, replace

import pytest

from fluxlit_component.errors import ConfigurationError
from fluxlit_component.settings import Settings, is_debug, is_disabled, load_settings

TRUTHY = ["1", "true", "yes", "on", "TRUE", " True ", "\tON\n"]
FALSY = ["", " ", "0", "false", "no", "off", "2", "y", "enabled"]


def test_the_defaults_need_no_environment() -> None:
    """An app without any setting: clean address bar, a day idle, thirty days at most, three seconds."""
    settings = load_settings()
    assert settings == Settings(
        url_session_query_param="fluxlit_sid",
        session_store=None,
        session_sqlite_path=None,
        session_ttl=86_400.0,
        session_max_age=2_592_000.0,
        address_bar="clean",
        gate_seconds=3.0,
        live_upload_bytes=256 * 2**20,
        transport=None,
    )


@pytest.mark.parametrize(
    ("variable", "text", "field", "value"),
    [
        ("FLUXLIT_URL_SESSION_QUERY_PARAM", "sid", "url_session_query_param", "sid"),
        ("FLUXLIT_SESSION_STORE", "memory://", "session_store", "memory://"),
        ("FLUXLIT_SESSION_SQLITE_PATH", "/data/s.db", "session_sqlite_path", "/data/s.db"),
        ("FLUXLIT_SESSION_TTL", "90", "session_ttl", 90.0),
        ("FLUXLIT_SESSION_TTL", "0", "session_ttl", 0.0),
        ("FLUXLIT_SESSION_TTL", "-1", "session_ttl", -1.0),
        ("FLUXLIT_SESSION_MAX_AGE", "3600.5", "session_max_age", 3600.5),
        ("FLUXLIT_ADDRESS_BAR", "visible", "address_bar", "visible"),
        ("FLUXLIT_TRANSPORT", "v1", "transport", "v1"),
        ("FLUXLIT_TRANSPORT", "v2", "transport", "v2"),
        ("FLUXLIT_TRANSPORT", "", "transport", None),
        ("FLUXLIT_GATE_SECONDS", "0", "gate_seconds", 0.0),
        ("FLUXLIT_GATE_SECONDS", "12", "gate_seconds", 12.0),
        ("FLUXLIT_LIVE_UPLOAD_BYTES", "0", "live_upload_bytes", 0),
        ("FLUXLIT_LIVE_UPLOAD_BYTES", "1000000", "live_upload_bytes", 1_000_000),
        ("FLUXLIT_IDENTITY", "off", "identity", "off"),
        ("FLUXLIT_IDENTITY", "header:X-User", "identity", "header:X-User"),
        ("FLUXLIT_SEAL", "1", "seal", True),
        ("FLUXLIT_SEAL", "False", "seal", False),
        ("FLUXLIT_SEAL_KEYS", "1:0123456789abcdef", "seal_keys", "1:0123456789abcdef"),
    ],
)
def test_each_variable_sets_its_field(
    monkeypatch: pytest.MonkeyPatch, variable: str, text: str, field: str, value: object
) -> None:
    """A variable is parsed to the type of its field, and touches no other one."""
    before = load_settings()
    monkeypatch.setenv(variable, text)
    settings = load_settings()
    assert settings == replace(before, **{field: value})


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("FLUXLIT_SESSION_TTL", "a day"),
        ("FLUXLIT_SESSION_TTL", ""),
        ("FLUXLIT_SESSION_TTL", "nan"),
        ("FLUXLIT_SESSION_TTL", "inf"),
        ("FLUXLIT_SESSION_MAX_AGE", "1h"),
        ("FLUXLIT_SESSION_MAX_AGE", "nan"),
        ("FLUXLIT_TRANSPORT", "v3"),
        ("FLUXLIT_TRANSPORT", "auto"),
        ("FLUXLIT_ADDRESS_BAR", "hidden"),
        ("FLUXLIT_ADDRESS_BAR", "Clean"),
        ("FLUXLIT_GATE_SECONDS", "-1"),
        ("FLUXLIT_GATE_SECONDS", "soon"),
        ("FLUXLIT_GATE_SECONDS", "nan"),
        ("FLUXLIT_GATE_SECONDS", "inf"),
        ("FLUXLIT_LIVE_UPLOAD_BYTES", "-1"),
        ("FLUXLIT_LIVE_UPLOAD_BYTES", "1.5"),
        ("FLUXLIT_IDENTITY", "User"),
        ("FLUXLIT_IDENTITY", "header:"),
        ("FLUXLIT_IDENTITY", ""),
        ("FLUXLIT_ADDRESS_BAR", ""),
        ("FLUXLIT_SEAL", "maybe"),
        ("FLUXLIT_SEAL", ""),
        ("FLUXLIT_URL_SESSION_QUERY_PARAM", "a b"),
        ("FLUXLIT_URL_SESSION_QUERY_PARAM", "fluxlit_link"),
        ("FLUXLIT_SESSION_SQLITE_PATH", ":memory:"),
    ],
)
def test_a_wrong_variable_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, text: str) -> None:
    """The operator reads which variable to mend."""
    monkeypatch.setenv(variable, text)
    with pytest.raises(ConfigurationError, match=variable):
        load_settings()


def test_a_wrong_value_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands in the environment may be a secret that went astray."""
    monkeypatch.setenv("FLUXLIT_SESSION_TTL", "redis://user:password@host")
    with pytest.raises(ConfigurationError) as caught:
        load_settings()
    assert "password" not in str(caught.value)
    assert caught.value.__context__ is None


def test_a_wrong_secret_is_named_too() -> None:
    """The message says that the secrets may be the place."""
    with pytest.raises(ConfigurationError, match=r"FLUXLIT_GATE_SECONDS .*secrets"):
        load_settings({"gate_seconds": "soon"})


@pytest.mark.parametrize(
    "secrets",
    [
        {"session_store": 5},
        {"session_ttl": [1]},
        {"seal": 2},
        {"address_bar": True},
        {"seal_keys": ["1:key"]},
    ],
)
def test_a_secret_of_another_type_is_named(secrets: dict[str, object]) -> None:
    """TOML has types of its own: what cannot be meant is said, and not quoted."""
    (name,) = secrets
    with pytest.raises(ConfigurationError, match=f"FLUXLIT_{name.upper()} .*it takes"):
        load_settings(secrets)


def test_secrets_that_are_no_table_are_refused() -> None:
    """`fluxlit = "..."` in the place of `[fluxlit]` set nothing, without a word."""
    with pytest.raises(ConfigurationError, match=r"\[fluxlit\] in the secrets takes a table"):
        load_settings("redis://u:hunter2@h")  # type: ignore[arg-type]


def test_secrets_have_types() -> None:
    """A number and a switch need not be written as text."""
    settings = load_settings({"seal": True, "gate_seconds": 1, "session_ttl": "90"})
    assert (settings.seal, settings.gate_seconds, settings.session_ttl) == (True, 1.0, 90.0)


def test_the_master_keys_are_not_shown() -> None:
    """Whoever logs the settings logs no key."""
    assert "0123456789abcdef" not in repr(load_settings({"seal_keys": "1:0123456789abcdef"}))


def test_secrets_beat_the_defaults() -> None:
    """The `[fluxlit]` table uses the same names in lower case without the prefix."""
    settings = load_settings({"session_store": "memory://", "session_ttl": 60, "something_else": 1})
    assert (settings.session_store, settings.session_ttl) == ("memory://", 60.0)


def test_the_environment_beats_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    """Field by field: what the environment does not say comes from the secrets."""
    monkeypatch.setenv("FLUXLIT_SESSION_STORE", "memory://")
    settings = load_settings({"session_store": "sqlite:///x.db", "session_ttl": 60})
    assert (settings.session_store, settings.session_ttl) == ("memory://", 60.0)


@pytest.mark.parametrize(("text", "param"), [("", "fluxlit_sid"), ("  ", "fluxlit_sid"), (" sid ", "sid")])
def test_the_parameter_is_stripped_and_never_empty(
    monkeypatch: pytest.MonkeyPatch, text: str, param: str
) -> None:
    """As the original did it: blanks around the name do not count, and no name means the default."""
    monkeypatch.setenv("FLUXLIT_URL_SESSION_QUERY_PARAM", text)
    assert load_settings().url_session_query_param == param


@pytest.mark.parametrize("variable", ["FLUXLIT_SESSION_STORE", "FLUXLIT_SESSION_SQLITE_PATH"])
def test_an_empty_location_means_none_given(monkeypatch: pytest.MonkeyPatch, variable: str) -> None:
    """A variable that a deployment leaves empty is as good as one that it leaves out."""
    monkeypatch.setenv(variable, "")
    settings = load_settings()
    assert not settings.session_store
    assert not settings.session_sqlite_path


def test_settings_are_parsed_once() -> None:
    """The same object comes back while nothing has changed."""
    assert load_settings({"session_ttl": 5}) is load_settings({"session_ttl": 5})


def test_a_changed_variable_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that sets a variable need not know of the cache."""
    before = load_settings()
    monkeypatch.setenv("FLUXLIT_ADDRESS_BAR", "visible")
    assert (before.address_bar, load_settings().address_bar) == ("clean", "visible")


def test_changed_secrets_are_seen() -> None:
    """Streamlit reads its secrets again when the file changes."""
    assert load_settings({"session_ttl": 5}) != load_settings({"session_ttl": 6})


def test_settings_cannot_be_changed() -> None:
    """One frozen object for the whole process."""
    with pytest.raises(FrozenInstanceError):
        load_settings().address_bar = "visible"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("disable", "tests", "force", "disabled"),
    [
        (None, None, None, False),
        ("1", None, None, True),
        ("1", None, "1", True),
        ("1", "1", "1", True),
        (None, "1", None, True),
        (None, "1", "0", True),
        (None, "1", "1", False),
        (None, None, "1", False),
        ("0", "0", "0", False),
        ("", "1", "", True),
    ],
)
def test_what_switches_continuity_off(
    monkeypatch: pytest.MonkeyPatch, disable: str | None, tests: str | None, force: str | None, disabled: bool
) -> None:
    """DISABLE always does; TESTS does unless FORCE says otherwise; FORCE alone does nothing."""
    switches = {
        "FLUXLIT_DISABLE_URL_SESSION": disable,
        "FLUXLIT_TESTS": tests,
        "FLUXLIT_FORCE_URL_SESSION_IN_TESTS": force,
    }
    for name, text in switches.items():
        if text is not None:
            monkeypatch.setenv(name, text)
    assert is_disabled() is disabled


@pytest.mark.parametrize(
    ("variable", "read"),
    [
        ("FLUXLIT_DISABLE_URL_SESSION", is_disabled),
        ("FLUXLIT_TESTS", is_disabled),
        ("FLUXLIT_DEBUG", is_debug),
    ],
)
def test_what_counts_as_on(monkeypatch: pytest.MonkeyPatch, variable: str, read: Callable[[], bool]) -> None:
    """1, true, yes and on, in any case, blanks around them ignored; everything else is off."""
    assert not read()
    for text in TRUTHY:
        monkeypatch.setenv(variable, text)
        assert read(), text
    for text in FALSY:
        monkeypatch.setenv(variable, text)
        assert not read(), text
