"""What is installed and set: packages, the way to the browser, settings, sealing."""

from __future__ import annotations

import platform
import sqlite3
from collections.abc import Collection, Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Final

from packaging.requirements import Requirement
from packaging.version import Version

from fluxlit_component.bridge.bundle import bundle, bundle_folder
from fluxlit_component.bridge.transport import has_v2
from fluxlit_component.cli.checks.finding import Finding, hint, ok, problem, warning
from fluxlit_component.errors import BundleMissing, ConfigurationError
from fluxlit_component.settings import Settings, is_disabled
from fluxlit_component.stores.sealed import sealing_of

_NAME: Final = "fluxlit-component"
_ON_STARLETTE: Final = Version("1.57")
"""The first Streamlit that is always served by Starlette."""


def check_packages(extras: Collection[str]) -> Iterator[Finding]:
    """Compare what is installed with what the package's own metadata say is needed.

    Args:
        extras: the extras that this set-up needs, such as ``"redis"``.
    """
    yield ok("Python", f"{platform.python_version()} on {platform.system()}, SQLite {sqlite3.sqlite_version}")
    try:
        needed = requires(_NAME) or []
    except PackageNotFoundError:
        text = "fluxlit_component is imported from a folder but not installed: its needs cannot be checked"
        yield warning("package", text, "pip install -e .")
        return
    yield ok("package", f"{_NAME} {version(_NAME)}")
    for requirement in map(Requirement, needed):
        for extra in ("", *extras):
            if requirement.marker is None or requirement.marker.evaluate({"extra": extra}):
                yield check_requirement(requirement, extra)
                break


def check_requirement(requirement: Requirement, extra: str = "") -> Finding:
    """Compare one package with what is needed of it."""
    name, wanted = requirement.name, requirement.specifier
    subject = f"extra {extra}" if extra else name
    try:
        installed = version(name)
    except PackageNotFoundError:
        wish = f"{_NAME}[{extra}]" if extra else f"{name}{wanted}"
        return problem(subject, f"{name} is not installed", f'pip install "{wish}"')
    if not wanted.contains(installed, prereleases=True):
        text = f"{name} {installed} is installed, {wanted} is needed"
        return problem(subject, text, f'pip install --upgrade "{name}{wanted}"')
    return ok(subject, f"{name} {installed}")


def check_transport(asked: str | None) -> Iterator[Finding]:
    """Say which kind of component an app would use here, and whether it can.

    Args:
        asked: the setting `FLUXLIT_TRANSPORT`.
    """
    streamlit = version("streamlit")
    if asked == "v2" and not has_v2():
        yield problem("transport", f"Streamlit {streamlit} has no components v2", "unset FLUXLIT_TRANSPORT")
        return
    is_v2 = has_v2() if asked is None else asked == "v2"
    kind = "v2 (in the page itself)" if is_v2 else "v1 (in a frame)"
    reason = f"Streamlit is {streamlit}" if asked is None else f"FLUXLIT_TRANSPORT={asked}"
    yield ok("transport", f"components {kind}, since {reason}")
    if Version(streamlit) >= _ON_STARLETTE:
        text = "the first run of a page load can know its session: serve by `fluxlit-session run app.py`"
        yield ok("carrier", text)
    else:
        text = f"a page load costs one short run more, since Streamlit {streamlit} is not served by Starlette"
        yield hint("carrier", text, 'pip install "streamlit>=1.57"')
    half = f"the browser half for components {kind}"
    try:
        if is_v2:
            size = len(bundle("bridge-v2.js").encode())
        else:
            size = sum(path.stat().st_size for path in bundle_folder().iterdir())
        yield ok("bundle", f"{half}, {size} bytes")
    except BundleMissing as error:
        in_checkout = "checkout" in str(error)
        remedy = "make bundle" if in_checkout else "pip install --force-reinstall fluxlit-component"
        yield problem("bundle", f"{half} is not in the package", remedy)


def check_settings(settings: Settings) -> Iterator[Finding]:
    """Judge settings that can be read but may not be meant."""
    if is_disabled():
        names = ("FLUXLIT_DISABLE_URL_SESSION", "FLUXLIT_TESTS")
        text = f"continuity is switched off by {' or '.join(names)}: F5 loses the state"
        yield warning("settings", text, f"unset {' '.join(names)}")
    if settings.address_bar == "visible":
        text = "ids stay in the address bar: they are copied along with links and may be logged by a proxy"
        yield hint("settings", text, "export FLUXLIT_ADDRESS_BAR=clean")
    if settings.session_ttl <= 0 and settings.session_max_age <= 0:
        text = "sessions never end: the store grows for ever, and a stolen id is good for ever"
        remedy = "export FLUXLIT_SESSION_TTL=86400 FLUXLIT_SESSION_MAX_AGE=2592000"
        yield warning("settings", text, remedy)


def check_sealing(settings: Settings) -> Finding:
    """Say whether values are sealed at rest, and whether they can be."""
    try:
        sealing = sealing_of(on=settings.seal, keys=settings.seal_keys)
    except ConfigurationError as error:
        missing = "pip install" in str(error)
        remedy = 'pip install "fluxlit-component[crypto]"' if missing else "openssl rand -hex 32"
        return problem("sealing", str(error), remedy)
    unless = "unless the app says url_session(seal=True)"
    if not sealing.on and sealing.masters:
        text = f"there are FLUXLIT_SEAL_KEYS but sealing is off: new values are stored in the clear, {unless}"
        return warning("sealing", text, "export FLUXLIT_SEAL=1")
    if not sealing.on:
        return ok("sealing", f"off, {unless}")
    if not sealing.masters:
        return ok("sealing", "on, with each session's own key")
    numbers = ", ".join(map(str, sorted(sealing.masters, reverse=True)))
    return ok("sealing", f"on, with master keys {numbers}: every replica needs them")
