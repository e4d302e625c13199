"""The server behind a Redis client: runs the scripts in ``stores/lua``. Every failure is one kind of error.

For `stores.redis` only, with any client that has `evalsha` and `eval`. Sessions are not known here.
"""

from __future__ import annotations

import hashlib
import logging
import threading
from collections.abc import Callable, Sequence
from functools import cache
from importlib.resources import files
from typing import Any, Final, TypeVar

from fluxlit_component.errors import ConfigurationError, FluxlitError, StoreUnavailable

T = TypeVar("T")

_log = logging.getLogger("fluxlit_component.stores")
_LONGEST_QUOTE: Final = 200


class RedisServer:
    """One client. `connect` makes it when it is first needed, and again after `close`."""

    def __init__(self, connect: Callable[[], Any]) -> None:
        self._connect = connect
        self._lock = threading.Lock()
        self._client: Any = None
        self._asked = False

    @property
    def client(self) -> Any:
        """The client itself."""
        with self._lock:
            if self._client is None:
                client = self._connect()
                _check(client)
                self._client = client
            return self._client

    @property
    def is_cluster(self) -> bool:
        """Whether two keys may lie on different servers."""
        return hasattr(self.ask(lambda client: client), "keyslot")

    def run(self, script: str, keys: list[str], *args: str | bytes | int) -> Any:
        """Run a script and return its reply, or raise `StoreUnavailable`."""
        source, digest = _script(script)

        def call(client: Any) -> Any:
            try:
                return client.evalsha(digest, len(keys), *keys, *args)
            except Exception as error:
                # The error is told by its name, since each client library has its own class.
                if type(error).__name__ != "NoScriptError" and not str(error).startswith("NOSCRIPT"):
                    raise
                # The server was restarted or flushed, so send the script's text. It has not run yet.
                return client.eval(source, len(keys), *keys, *args)

        reply = self.ask(call, keys)
        if not self._asked:
            self._asked = True
            _warn_if_evicting(self._client)
        return reply

    def close(self) -> None:
        """Close the client. The next use makes a new one."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.close()

    def ask(self, question: Callable[[Any], T], keys: Sequence[str] = ()) -> T:
        """Return `question(client)`, or raise `StoreUnavailable`. The error quotes no key."""
        try:
            return question(self.client)
        except FluxlitError:
            raise
        except Exception as error:
            kind = type(error).__name__
            if any(key in str(error) for key in keys):  # the error quotes the command, and so perhaps values
                raise StoreUnavailable(f"the Redis server gave no answer ({kind})") from None
            quote = str(error).partition("\n")[0][:_LONGEST_QUOTE]
            raise StoreUnavailable(f"the Redis server gave no answer ({kind}: {quote})") from error


@cache
def _script(name: str) -> tuple[str, str]:
    folder = files("fluxlit_component.stores") / "lua"
    source = "\n".join((folder / f"{part}.lua").read_text(encoding="utf-8") for part in ("prelude", name))
    return source, hashlib.sha1(source.encode()).hexdigest()  # noqa: S324 - how Redis names a script


def _check(client: Any) -> None:
    """Refuse a client that returns awaitables or text. The error says what to do."""
    if ".asyncio" in type(client).__module__:
        raise ConfigurationError("the store needs a synchronous client such as redis.Redis, not asyncio's")
    if not hasattr(client, "evalsha"):
        raise ConfigurationError(f"a Redis store takes a URL or a Redis client, not {type(client).__name__}")
    encoder = client.get_encoder() if hasattr(client, "get_encoder") else None
    if getattr(encoder, "decode_responses", False):
        raise ConfigurationError("values are bytes: give the store a client with decode_responses=False")


def _warn_if_evicting(client: Any) -> None:
    """Log a warning if the server may drop sessions too early. Log nothing if the server does not tell."""
    try:
        memory = client.info("memory")
        policy, limit = str(memory["maxmemory_policy"]), int(memory["maxmemory"])
    except Exception:  # noqa: BLE001 - not permitted, or many nodes; only the warning is lost
        return
    if limit and policy != "noeviction":
        _log.warning(
            "this Redis server drops sessions before their time when its memory is full (maxmemory-policy "
            "%s). Set it to noeviction: then nothing that was saved is lost, and a full server is noticed.",
            policy,
        )
