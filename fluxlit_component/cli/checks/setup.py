"""What is installed and set, and what that does to the app: packages, bridge, settings, headers, garbage."""

from __future__ import annotations

import gc
import platform
import sqlite3
from collections.abc import Callable, Collection, Iterator
from importlib.metadata import PackageNotFoundError, requires, version
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.version import Version

from fluxlit_component.bridge.bundle import bundle, bundle_folder
from fluxlit_component.bridge.transport import has_v2
from fluxlit_component.cli.checks.address import HERE
from fluxlit_component.cli.checks.finding import Finding, hint, ok, problem, warning
from fluxlit_component.clock import monotonic
from fluxlit_component.errors import BundleMissing, ConfigurationError
from fluxlit_component.settings import Settings, is_disabled
from fluxlit_component.stores.sealed import sealing_of

_NAME: Final = "fluxlit-component"
_ON_STARLETTE: Final = Version("1.57")
"""The first Streamlit that is always served by Starlette."""
Option = Callable[[str], Any]


def check_packages(extras: Collection[str]) -> Iterator[Finding]:
    """Compare what is installed with what the package's own metadata say is needed, with these extras."""
    yield ok("Python", f"{platform.python_version()} on {platform.system()}, SQLite {sqlite3.sqlite_version}")
    try:
        needed = requires(_NAME) or []
    except PackageNotFoundError:
        text = "fluxlit_component is imported from a folder but not installed: its needs cannot be checked"
        yield warning("package", text, "pip install -e .")
        return
    yield ok("package", f"{_NAME} {version(_NAME)}")
    for need in map(Requirement, needed):
        wanted_by = (x for x in ("", *extras) if need.marker is None or need.marker.evaluate({"extra": x}))
        if (extra := next(wanted_by, None)) is not None:
            yield check_requirement(need, extra)


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

    `asked`: the setting `FLUXLIT_TRANSPORT`.
    """
    streamlit = version("streamlit")
    is_v2 = has_v2() if asked is None else asked == "v2"
    if is_v2 and not has_v2():
        yield problem("transport", f"Streamlit {streamlit} has no components v2", "unset FLUXLIT_TRANSPORT")
        return
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
    """Judge settings that are valid but may be a mistake."""
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
    numbers = ", ".join(map(str, sorted(sealing.masters, reverse=True)))
    if sealing.on and numbers:
        return ok("sealing", f"on, with master keys {numbers}: every replica needs them")
    if sealing.on:
        return ok("sealing", "on, with each session's own key")
    unless = "unless the app says url_session(seal=True)"
    if not numbers:
        return ok("sealing", f"off, {unless}")
    text = f"there are FLUXLIT_SEAL_KEYS but sealing is off: new values are stored in the clear, {unless}"
    return warning("sealing", text, "export FLUXLIT_SEAL=1")


def check_trusted_headers(identity: str, option: Option) -> Iterator[Finding]:
    """Who can send the header that says who is signed in. `identity`: the setting `FLUXLIT_IDENTITY`."""
    kind, _, name = identity.partition(":")
    names = [name] if kind == "header" else []
    if option("server.trustedUserHeaders"):
        names.append("those of server.trustedUserHeaders")
    said, address = f"{' and '.join(names)} says who is signed in", option("server.address")
    if names and address in HERE:
        yield ok("proxy", f"{said}, and only this machine reaches the app")
    elif names:
        text = f"{said}: whoever reaches the app without the proxy can be anybody"
        remedy = "export STREAMLIT_SERVER_ADDRESS=127.0.0.1    # or let nobody but the proxy reach the port"
        # Whoever has set the address, as a container has to, may have closed the port elsewhere.
        yield (hint if address else warning)("proxy", text, remedy)


def check_garbage(option: Option) -> Finding:
    """What Streamlit's collection of garbage after each run costs, with nothing of the app loaded yet."""
    if str(option("runner.postScriptGC")).lower() not in {"true", "1"}:
        return ok("garbage", "runner.postScriptGC is off: no garbage is collected after a run")
    count, begin = len(gc.get_objects()), monotonic()
    gc.collect()
    text = f"after each run Streamlit looks at {count} objects, for {(monotonic() - begin) * 1000:.0f} ms"
    return hint("garbage", f"{text}, and at those of the app's modules", "fluxlit-session run app.py")
