"""Whether the store's engine is set up to keep sessions: judged from what it says of itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from packaging.version import InvalidVersion, Version

from fluxlit_component.cli.checks.finding import Finding
from fluxlit_component.stores.inventory import StoreFacts

_OLDEST_REDIS: Final = Version("5.0")
_NEARLY_FULL: Final = 0.9


def judge_engine(facts: StoreFacts) -> Iterator[Finding]:
    """All that its own words tell."""
    yield Finding("ok", "engine", f"{facts.engine} {facts.version}".strip())
    if facts.engine in {"Redis", "Valkey"}:
        yield from _judge_redis(facts)
    elif facts.engine == "PostgreSQL":
        yield from _judge_postgres(facts)
    elif facts.engine == "SQLite" and facts.details.get("journal_mode") != "wal":
        text = f"the journal mode is {facts.details.get('journal_mode')}, not wal: readers wait for writers"
        yield Finding(
            "warning", "engine", text, f'sqlite3 "{facts.details.get("path")}" "PRAGMA journal_mode = WAL"'
        )


def _judge_redis(facts: StoreFacts) -> Iterator[Finding]:
    details = facts.details
    if facts.engine == "Redis" and _is_older(facts.version, _OLDEST_REDIS):
        yield Finding("problem", "engine", f"Redis {facts.version} is too old, at least 5.0 is needed")
    policy, limit = str(details["maxmemory_policy"]), int(details["maxmemory"])
    if policy != "noeviction" and limit:
        text = f"maxmemory-policy is {policy}: when {limit} bytes are full, sessions vanish before their time"
        yield Finding("warning", "eviction", text, "redis-cli CONFIG SET maxmemory-policy noeviction")
    elif policy != "noeviction":
        text = f"maxmemory-policy is {policy}: without effect while there is no maxmemory"
        yield Finding("hint", "eviction", text, "redis-cli CONFIG SET maxmemory-policy noeviction")
    else:
        yield Finding("ok", "eviction", "maxmemory-policy is noeviction")
    if limit and int(details["used_memory"]) > _NEARLY_FULL * limit:
        text = (
            f"{int(details['used_memory']) * 100 // limit} % of maxmemory is used: soon nothing can be saved"
        )
        remedy = "redis-cli CONFIG SET maxmemory 1gb    # or: fluxlit-session list --order largest"
        yield Finding("warning", "memory", text, remedy)
    if details["role"] == "slave":
        text = "this server is a read-only replica: nothing can be saved"
        remedy = "redis-cli INFO replication    # name its master, or use redis+sentinel://"
        yield Finding("problem", "engine", text, remedy)
    if not details["append_only"] and not details.get("save", "?"):
        text = "the server keeps nothing on disk: when it restarts, all sessions are gone"
        yield Finding("hint", "engine", text, "redis-cli CONFIG SET appendonly yes")


def _judge_postgres(facts: StoreFacts) -> Iterator[Finding]:
    if facts.details["standby"] or facts.details["read_only"]:
        text = "this server takes no writes (a standby, or default_transaction_read_only)"
        yield Finding(
            "problem", "engine", text, 'psql -c "SELECT pg_is_in_recovery()"    # name the primary instead'
        )


def _is_older(text: str, oldest: Version) -> bool:
    try:
        return Version(text) < oldest
    except InvalidVersion:
        return False
