"""The store: whether it answers, how soon, by which clock; its engine and file; copies of the app on it."""

from __future__ import annotations

import os
import shlex
import stat
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from statistics import median
from typing import Final
from urllib.parse import urlsplit

from fluxlit_component.cli.checks.address import HERE
from fluxlit_component.cli.output import Finding, hint, ok, problem, warning
from fluxlit_component.clock import Clock, monotonic, wall
from fluxlit_component.identifier import new_session_id
from fluxlit_component.stores.browse import BuiltInStore, StoreFacts
from fluxlit_component.stores.outage import BUDGET_SECONDS

_TRIES: Final = 20
_PROBE_SECONDS: Final = 5.0  # lifetime of the session that is written as a test
_SLOW_SECONDS: Final = 0.05
_SKEW_SECONDS: Final = 2.0
_NEARLY_FULL: Final = 0.9


def check_store(store: BuiltInStore) -> Iterator[Finding]:
    """Read what is not there, write a session that ends in seconds, ask the engine about itself.

    `StoreUnavailable`: the store does not answer, or takes no writes.
    """
    store.get(new_session_id())  # connects
    reads = [_seconds(partial(store.get, new_session_id())) for _ in range(_TRIES)]
    yield judge_latency("reading", median(reads), max(reads))
    yield from judge_engine(store.describe())
    yield check_clock(store.describe)
    probe, data = new_session_id(), {"doctor": True}
    took = _seconds(partial(store.set, probe, data, ttl_seconds=_PROBE_SECONDS))
    if store.get(probe) == data:
        yield judge_latency("writing", took, took)
    else:
        yield problem("store", "what was written a moment ago cannot be read back")
    store.touch(probe, idle_seconds=1e-6)  # not deleted: the marker of that would stay for a day
    store.purge()


def _seconds(work: Callable[[], object]) -> float:
    begin = monotonic()
    work()
    return monotonic() - begin


def judge_latency(what: str, typical: float, worst: float) -> Finding:
    """Judge how long the store delays a run. All delays of a run may be `BUDGET_SECONDS` long."""
    text = f"{what} takes {typical * 1000:.1f} ms, at worst {worst * 1000:.1f} ms"
    if typical < _SLOW_SECONDS and worst < BUDGET_SECONDS:
        return ok("latency", text)
    text = f"{text}: every run waits for it, and after {BUDGET_SECONDS * 1000:.0f} ms in all goes on without"
    remedy = "put the store nearer to the app: the same machine, zone or network"
    return (problem if worst >= BUDGET_SECONDS else warning)("latency", text, remedy)


def check_clock(describe: Callable[[], StoreFacts], *, clock: Clock = wall) -> Finding:
    """Compare the clocks of store and machine, allowing for the time that the answer takes."""
    before = clock()
    facts = describe()
    after = clock()
    skew = facts.now - (before + after) / 2
    if abs(skew) - (after - before) / 2 <= _SKEW_SECONDS:
        return ok("clock", f"the store's clock and this machine's agree ({skew:+.3f} s)")
    text = (
        f"the store's clock is {abs(skew):.0f} s {'ahead of' if skew > 0 else 'behind'} this machine's: "
        "lifetimes are the store's, but logs of both will not fit together, and migrated sessions end "
        "earlier or later"
    )
    return warning("clock", text, "timedatectl set-ntp true    # on both machines")


def judge_engine(facts: StoreFacts) -> Iterator[Finding]:
    """Judge, by what an engine says of itself, whether it is fit to keep sessions."""
    details = facts.details
    yield ok("engine", f"{facts.engine} {facts.version}".strip())
    if facts.engine not in {"Redis", "Valkey"}:
        return
    policy, limit, used = details["maxmemory_policy"], int(details["maxmemory"]), int(details["used_memory"])
    remedy = "redis-cli CONFIG SET maxmemory-policy noeviction"
    if policy == "noeviction":
        yield ok("eviction", "maxmemory-policy is noeviction")
    elif limit:
        text = f"maxmemory-policy is {policy}: when {limit} bytes are full, sessions vanish before their time"
        yield warning("eviction", text, remedy)
    else:
        text = f"maxmemory-policy is {policy}: without effect while there is no maxmemory"
        yield hint("eviction", text, remedy)
    if limit and used > _NEARLY_FULL * limit:
        text = f"{used * 100 // limit} % of maxmemory is used: soon nothing can be saved"
        remedy = "redis-cli CONFIG SET maxmemory 1gb    # or: a shorter FLUXLIT_SESSION_TTL"
        yield warning("memory", text, remedy)
    if details["role"] == "slave":
        text = "this server is a read-only replica: nothing can be saved"
        remedy = "redis-cli INFO replication    # name its master, or use redis+sentinel://"
        yield problem("engine", text, remedy)


def check_replicas(url: str, replicas: int) -> Iterator[Finding]:
    """Judge a store for the number of machines or containers that the operator gave."""
    shared = "export FLUXLIT_SESSION_STORE=redis://host:6379/0    # or postgresql+psycopg://host/db"
    scheme = url.partition("://")[0].lower()
    if scheme == "memory":
        text = "memory:// is lost when the server restarts, and is not shared by several processes"
        yield (problem if replicas > 1 else warning)("replicas", text, shared)
    elif scheme == "sqlite" and replicas > 1:
        text = f"{replicas} replicas with a SQLite file each: a visitor who meets another one has no state"
        yield problem("replicas", text, shared)
    elif replicas > 1 and (scheme == "unix" or urlsplit(url).hostname in HERE):
        text = f"{replicas} replicas name a store on this machine: on another machine they mean another store"
        yield warning("replicas", text, shared)
    elif replicas > 1:
        yield ok("replicas", f"{replicas} replicas share the store")


def check_files(path: Path) -> Iterator[Finding]:
    """Look at the modes of the database, its log and its index, as far as they are there."""
    if os.name == "nt" or not path.is_file():
        return
    files = [file for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")) if file.exists()]
    seen = {file: mode for file in files if (mode := stat.S_IMODE(file.stat().st_mode)) & 0o077}
    for file, mode in seen.items():
        text = f"{file} has mode {mode:04o}: other users here can read it"
        yield problem("files", text, f"chmod 600 {shlex.quote(str(file))}")
    if not seen:
        yield ok("files", f"{path}, mode 0600, the owner's only")
