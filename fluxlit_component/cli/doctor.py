"""`fluxlit-session doctor`: what is wrong with this set-up, and the command that mends it."""

from __future__ import annotations

import os
import re
import shlex
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Annotated, Final

import typer

from fluxlit_component.cli.checks import setup
from fluxlit_component.cli.checks.address import check_address, check_replicas_clocks
from fluxlit_component.cli.checks.store import check_files, check_replicas, check_store
from fluxlit_component.cli.output import Finding, JsonOption, Level, hint, ok, print_json, problem
from fluxlit_component.cli.place import StoreOption, file_of, label_of, opened, settings_here, url_of
from fluxlit_component.errors import ConfigurationError, StoreUnavailable
from fluxlit_component.internals.process import app_secrets, option_here, unread_secrets
from fluxlit_component.settings import Settings

_COLOURS: Final[dict[Level, str]] = {"ok": "green", "hint": "cyan", "warning": "yellow", "problem": "red"}
_REMEDIES: Final = {
    "redis": "redis-cli -u URL PING",
    "postgresql": "pg_isready -h HOST -p PORT",
    "mariadb": "mariadb-admin -h HOST -P PORT ping",
}


def doctor(
    *,
    replicas: Annotated[int, typer.Option(min=1, help="How many copies of the app run.")] = 1,
    url: Annotated[str | None, typer.Option("--url", help="Where the app is reached.")] = None,
    replica_url: Annotated[
        list[str] | None, typer.Option(help="Where one copy is reached, without the proxy; once for each.")
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look for what is wrong and say how to mend it. Run it in the app's folder and environment."""
    for address in filter(None, (url, *(replica_url or ()))):
        if not re.match(r"(?i)https?://(\w|\[[\da-f:]+\])", address):
            raise ConfigurationError("--url and --replica-url take an address such as https://the.app/tool/")
    findings = list(_examine(store, replicas=replicas, url=url, replica_urls=replica_url or ()))
    wrong = [finding for finding in findings if finding.level in {"warning", "problem"}]
    if as_json:
        print_json({"ok": not wrong, "findings": list(map(asdict, findings))})
    else:
        for finding in findings:
            mark = finding.level.upper() if finding in wrong else finding.level
            styled = typer.style(f"{mark:8}", fg=_COLOURS[finding.level])
            typer.echo(f"{styled} {finding.subject}: {finding.text}")
            if finding.remedy is not None:
                typer.echo(f"{'':8} -> {finding.remedy}")
        typer.echo("\nnothing is wrong" if not wrong else f"\n{len(wrong)} to mend")
    if wrong:
        raise typer.Exit(1)


def _examine(
    store: str | None, *, replicas: int, url: str | None, replica_urls: Sequence[str]
) -> Iterator[Finding]:
    """All findings. A check that cannot be made is a finding, never an error."""
    place = store
    try:
        settings, place = settings_here(), url_of(store)
    except ConfigurationError as error:
        yield problem("settings", str(error), "env | grep FLUXLIT_")
        settings = Settings()
    yield setup.check_versions()
    yield from setup.check_transport(settings.transport)
    yield from setup.check_switched_on()
    yield from setup.check_settings(settings, app_secrets(), unread_secrets() or ())
    yield setup.check_garbage(option_here)
    yield from setup.check_trusted_headers(settings.identity, option_here)
    if place is not None:
        yield from _check_place(place)
        yield from check_replicas(place, max(replicas, len(replica_urls)))
    yield from check_address(url, base_path=str(option_here("server.baseUrlPath") or ""))
    yield from check_replicas_clocks(replica_urls)


def _check_place(place: str) -> Iterator[Finding]:
    scheme, path = place.partition("://")[0].lower(), file_of(place)
    named = ok("store", label_of(place))
    if path is not None and not path.exists():
        yield named
        text = f"there is no {path} yet: an app makes it when it saves for the first time"
        yield hint("store", text, "fluxlit-session doctor --store sqlite:////path/of/the/app's.db")
        folder = next(each for each in path.parents if each.exists())
        if not os.access(f"{folder}/.", os.W_OK):  # the dot: a file is no folder
            yield problem("files", f"{folder} cannot be written", f"ls -ld {shlex.quote(str(folder))}")
        return
    if scheme == "memory":
        yield named
        return  # no other process can ask it; the check of replicas says the rest
    if path is not None:
        yield from check_files(path)
    try:
        with opened(place) as found:
            yield named
            yield from check_store(found)
    except ConfigurationError as error:
        yield problem("store", str(error))
    except StoreUnavailable as error:
        remedy = next((text for kind, text in _REMEDIES.items() if kind in scheme), None)
        yield problem("store", f"no answer: {error}", remedy)
