"""The Redis store for its operator: which keys are sessions, and facts about the server.

For `stores.redis` only. It looks through the keys with SCAN, which does not block the server. If all sessions
are on one server, it asks for the sizes of many sessions at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Any, Final

from fluxlit_component.stores import redis_layout as layout
from fluxlit_component.stores.inventory import Entry, StoreFacts
from fluxlit_component.stores.ledger import checked_prefix, is_name
from fluxlit_component.stores.redis_server import RedisServer

_AT_ONCE: Final = 50
"""A script blocks the server; fifty ordinary sessions take a millisecond."""
_SCANNED: Final = 500


def browse(server: RedisServer, key_prefix: str, prefix: str) -> Iterator[Entry]:
    """Every session whose name begins with `prefix`."""
    pattern = f"{_literally(key_prefix)}{checked_prefix(prefix)}*"
    found = server.ask(lambda client: client.scan_iter(match=pattern, count=_SCANNED), [])
    seen: set[str] = set()  # SCAN may return a key twice
    while keys := server.ask(lambda _: list(islice(found, _AT_ONCE)), []):
        names = [key.decode()[len(key_prefix) :] for key in keys]
        fresh = [name for name in dict.fromkeys(names) if name not in seen and is_name(name)]
        seen.update(fresh)
        step = 1 if server.is_cluster else _AT_ONCE
        for group in (fresh[start : start + step] for start in range(0, len(fresh), step)):
            now, *rows = server.run("list", [key_prefix + name for name in group])
            entries = (layout.entry_of(name, row, now) for name, row in zip(group, rows, strict=True))
            yield from (entry for entry in entries if entry)


def facts(client: Any) -> StoreFacts:
    """Facts about the server; of a cluster those of its first master, and the policies of all masters."""
    infos = _infos(client)
    first = infos[0]
    details: dict[str, str | int] = {
        "maxmemory_policy": ", ".join(sorted({str(info.get("maxmemory_policy", "?")) for info in infos})),
        "maxmemory": min(int(info.get("maxmemory", 0)) for info in infos),
        "used_memory": max(int(info.get("used_memory", 0)) for info in infos),
        "role": str(first.get("role", "?")),
    }
    time = client.time()
    if isinstance(time, dict):  # a cluster may answer for each node
        time = next(iter(time.values()))
    valkey = first.get("valkey_version")
    version = str(valkey or first.get("redis_version", "?"))
    return StoreFacts("Valkey" if valkey else "Redis", version, time[0] + time[1] / 1e6, details)


def _infos(client: Any) -> list[dict[str, Any]]:
    if not hasattr(client, "keyslot"):
        return [client.info()]
    answer = client.info(target_nodes="primaries")
    return [answer] if "redis_version" in answer else list(answer.values())


def _literally(text: str) -> str:
    """The pattern that matches exactly this text."""
    return "".join(f"\\{character}" if character in "*?[]^\\" else character for character in text)
