"""The settings as an app in this folder would have them: switched off, visible ids, sealing."""

from __future__ import annotations

from collections.abc import Iterator

from fluxlit_component.cli.checks.finding import Finding
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.settings import Settings, is_disabled
from fluxlit_component.stores.sealed import Sealing, sealing_of


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Judge settings that can be read but may not be meant."""
    if is_disabled():
        text = (
            "continuity is switched off by FLUXLIT_DISABLE_URL_SESSION or FLUXLIT_TESTS: F5 loses the state"
        )
        yield Finding("warning", "settings", text, "unset FLUXLIT_DISABLE_URL_SESSION FLUXLIT_TESTS")
    if settings.address_bar == "visible":
        text = "ids stay in the address bar: they are copied along with links and may be logged by a proxy"
        yield Finding("hint", "settings", text, "export FLUXLIT_ADDRESS_BAR=clean")
    if settings.session_ttl <= 0 and settings.session_max_age <= 0:
        text = "sessions never end: the store grows for ever, and a stolen id is good for ever"
        yield Finding(
            "warning", "settings", text, "export FLUXLIT_SESSION_TTL=86400 FLUXLIT_SESSION_MAX_AGE=2592000"
        )


def check_sealing(settings: Settings) -> Iterator[Finding]:
    """Say whether values are sealed at rest, and whether they can be."""
    keys = settings.seal_keys.get_secret_value() if settings.seal_keys is not None else None
    try:
        sealing = sealing_of(on=settings.seal, keys=keys)
    except ConfigurationError as error:
        missing = "pip install" in str(error)
        remedy = 'pip install "fluxlit-component[crypto]"' if missing else "openssl rand -hex 32"
        yield Finding("problem", "sealing", str(error), remedy)
        return
    if not sealing.on and sealing.masters:
        text = (
            "there are FLUXLIT_SEAL_KEYS but sealing is off: new values are stored in the clear, unless the "
            "app says url_session(seal=True)"
        )
        yield Finding("warning", "sealing", text, "export FLUXLIT_SEAL=1")
        return
    yield Finding("ok", "sealing", _sealing_text(sealing))


def _sealing_text(sealing: Sealing) -> str:
    if not sealing.on:
        return "off, unless the app says url_session(seal=True)"
    if not sealing.masters:
        return "on, with each session's own key"
    numbers = ", ".join(map(str, sorted(sealing.masters, reverse=True)))
    return f"on, with master keys {numbers}: every replica needs them"
