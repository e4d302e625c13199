"""The Redis store as its operator sees it: which keys are sessions, and what the server says of itself.

For `stores.redis` only. It looks through the keys with SCAN, which holds no server, and asks for the sizes of
many sessions at once where they lie on one server.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import islice
from typing import Any, Final, TypeAlias

from fluxlit_component.errors import ConfigurationError
from fluxlit_component.stores import redis_layout as layout
from fluxlit_component.stores.inventory import Entry, StoreFacts
from fluxlit_component.stores.ledger import checked_prefix

Ask: TypeAlias = Callable[[Callable[[Any], Any], list[str]], Any]
"""`RedisServer.ask`: a question to the client, and the keys that no error may quote."""
Run: TypeAlias = Callable[..., Any]
"""`RedisServer.run`: a script, its keys and arguments."""

_AT_ONCE: Final = 50
"""A script holds the server: fifty ordinary sessions take it a millisecond."""
_SCANNED: Final = 500
_NAME_LENGTH: Final = 64


def browse(ask: Ask, run: Run, key_prefix: str, prefix: str, *, at_once: bool) -> Iterator[Entry]:
    """Every session whose name begins with `prefix`."""
    pattern = f"{_literally(key_prefix)}{checked_prefix(prefix)}*"
    found = ask(lambda client: _scan(client, pattern), [])
    seen: set[str] = set()  # SCAN may return a key twice
    while True:
        keys = [key.decode() for key in ask(lambda _: list(islice(found, _AT_ONCE)), [])]
        if not keys:
            return
        fresh = [key for key in dict.fromkeys(keys) if key not in seen and _is_ours(key, key_prefix)]
        seen.update(fresh)
        for group in [fresh] if at_once else [[key] for key in fresh]:
            if group:
                now, *rows = run("list", group)
                names = (key[len(key_prefix) :] for key in group)
                entries = (layout.entry_of(name, row, now) for name, row in zip(names, rows, strict=True))
                yield from (entry for entry in entries if entry)


def facts(client: Any) -> StoreFacts:
    """What the server says of itself; of a cluster, what the first of its masters says, and all policies."""
    infos = _infos(client)
    first = infos[0]
    details: dict[str, str | int] = {
        "servers": len(infos),
        "maxmemory_policy": ", ".join(sorted({str(info.get("maxmemory_policy", "?")) for info in infos})),
        "maxmemory": min(int(info.get("maxmemory", 0)) for info in infos),
        "used_memory": max(int(info.get("used_memory", 0)) for info in infos),
        "role": str(first.get("role", "?")),
        "append_only": int(first.get("aof_enabled", 0)),
        **_snapshots(client),
    }
    time = client.time()
    if isinstance(time, dict):  # a cluster may answer for each node
        time = next(iter(time.values()))
    engine, version = _version(first)
    return StoreFacts(engine, version, time[0] + time[1] / 1e6, details)


def estimate(client: Any) -> int:
    """How many keys there are, those of others included."""
    size = client.dbsize(target_nodes="primaries") if hasattr(client, "keyslot") else client.dbsize()
    return sum(size.values()) if isinstance(size, dict) else int(size)


def _scan(client: Any, pattern: str) -> Iterator[bytes]:
    if not hasattr(client, "scan_iter"):
        raise ConfigurationError(
            f"a {type(client).__name__} cannot look through its keys: it has no scan_iter"
        )
    keys: Iterator[bytes] = client.scan_iter(match=pattern, count=_SCANNED)
    return keys


def _infos(client: Any) -> list[dict[str, Any]]:
    if not hasattr(client, "keyslot"):
        return [client.info()]
    answer = client.info(target_nodes="primaries")
    return [answer] if "redis_version" in answer else list(answer.values())


def _snapshots(client: Any) -> dict[str, str]:
    """When the server saves to disk; nothing if it does not tell (hosted ones often do not)."""
    try:
        return {"save": str(client.config_get("save")["save"])}
    except Exception:  # noqa: BLE001 - not permitted, or an answer per node: it is one fact of many
        return {}


def _version(info: dict[str, Any]) -> tuple[str, str]:
    if "valkey_version" in info:
        return "Valkey", str(info["valkey_version"])
    return "Redis", str(info.get("redis_version", "?"))


def _literally(text: str) -> str:
    """As a pattern that matches just that."""
    return "".join(f"\\{character}" if character in "*?[]^\\" else character for character in text)


def _is_ours(key: str, key_prefix: str) -> bool:
    name = key[len(key_prefix) :]
    return len(name) == _NAME_LENGTH and not set(name) - set("0123456789abcdef")
