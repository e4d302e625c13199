"""What is installed and set, and what that does to the app: versions, transport, headers, garbage."""

from __future__ import annotations

import gc
import platform
import shlex
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from importlib.metadata import PackageNotFoundError, version
from typing import Any, Final

from packaging.version import Version

from fluxlit_component.bridge.transport import has_v2
from fluxlit_component.cli.checks.address import HERE
from fluxlit_component.cli.output import Finding, hint, ok, problem, warning
from fluxlit_component.clock import monotonic
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.settings import Settings, is_disabled, unknown_names
from fluxlit_component.stores.sealed import sealing_of

_PACKAGES: Final = "fluxlit-component streamlit redis valkey sqlalchemy psycopg pymysql cryptography"
_ON_STARLETTE: Final = Version("1.57")  # the first Streamlit that is always served by Starlette
Option = Callable[[str], Any]


def check_versions() -> Finding:
    """Say which versions are installed, of the package and of what it works with."""
    versions = [f"Python {platform.python_version()} on {platform.system()}, SQLite {sqlite3.sqlite_version}"]
    for name in _PACKAGES.split():
        with suppress(PackageNotFoundError):
            versions.append(f"{name} {version(name)}")
    return ok("versions", ", ".join(versions))


def check_transport(asked: str | None) -> Iterator[Finding]:
    """Say which kind of component an app would use, and whether it can. `asked`: `FLUXLIT_TRANSPORT`."""
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


def check_switched_on() -> Iterator[Finding]:
    """Whether continuity is switched off here."""
    if is_disabled():
        names = ("FLUXLIT_DISABLE_URL_SESSION", "FLUXLIT_TESTS")
        text = f"continuity is switched off by {' or '.join(names)}: F5 loses the state"
        yield warning("settings", text, f"unset {' '.join(names)}")


def check_settings(settings: Settings, secrets: object, unread: Iterable[str]) -> Iterator[Finding]:
    """Whether all that is set can be read and used. `unread`: files of secrets that cannot be read."""
    for path in unread:
        yield problem("settings", f"the secrets in {path} cannot be read", f"$EDITOR {shlex.quote(path)}")
    for name in unknown_names(secrets):
        yield hint("settings", f"{name} is no setting, and does nothing", "env | grep FLUXLIT_")
    try:
        sealing_of(on=settings.seal, keys=settings.seal_keys)
    except ConfigurationError as error:
        yield problem("sealing", str(error), "env | grep FLUXLIT_SEAL")


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
