"""A store whose backend sees no values: writes seal them, and reads open them.

Wrapped around any store for one run. Unsealed values are read, too, and sealed when they are next written.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from fluxlit_component.codec.bounds import SEALED
from fluxlit_component.errors import ConfigurationError, CorruptValue, StoreUnavailable
from fluxlit_component.state.record import Change, Commit, Field, Outcome, Record
from fluxlit_component.stores.base import RecordStore

if TYPE_CHECKING:
    from fluxlit_component.stores.cipher import Cipher

_warn_once: Final = lru_cache(maxsize=16)(logging.getLogger("fluxlit_component.stores").warning)
_SEALED: Final = bytes([SEALED])
_SHORTEST: Final = 16  # least number of characters of a master key; the session id adds 256 bits


@dataclass(eq=False, repr=False)
class Sealing:
    """Whether to seal, and the numbered master keys. `repr` shows no secret."""

    on: bool = False
    masters: Mapping[int, bytes] = field(default_factory=dict, repr=False)


def sealing_of(*, on: bool, keys: str | None) -> Sealing:
    """The sealing that arguments and settings ask for.

    `on`: whether written values are sealed. `keys`: `FLUXLIT_SEAL_KEYS`, such as ``"2:newest,1:older"``; if
    None, the session id alone makes the key. A `ConfigurationError`, which never quotes a key, if the extra
    is not installed or the keys cannot be used.
    """
    if on:
        _cipher_class()
    return Sealing(on, _masters(keys or ""))


@lru_cache(maxsize=16)
def _masters(keys: str) -> Mapping[int, bytes]:
    masters: dict[int, bytes] = {}
    for part in filter(None, map(str.strip, keys.split(","))):
        number, separator, secret = part.partition(":")
        if not separator or not number.isdecimal() or not 0 < int(number) < 2**32:
            raise ConfigurationError("FLUXLIT_SEAL_KEYS takes numbered secrets from 1 on: 2:newest,1:older")
        if len(secret) < _SHORTEST:
            remedy = "make one with `openssl rand -hex 32`"
            raise ConfigurationError(f"key {number} of FLUXLIT_SEAL_KEYS is too short: {remedy}")
        if int(number) in masters:
            raise ConfigurationError(f"FLUXLIT_SEAL_KEYS has two keys with the number {number}")
        masters[int(number)] = secret.encode()
    return masters


class SealedStore:
    """`inner` for one run, with sealed values."""

    def __init__(self, inner: RecordStore, sealing: Sealing, *, idle_seconds: float | None = None) -> None:
        self.inner = inner
        self.sealing = sealing
        self._idle_seconds = idle_seconds

    def load(self, session_id: str) -> Record | None:
        return self._open(session_id, self.inner.load(session_id))

    def commit(self, session_id: str, commit: Commit) -> Outcome:
        if self.sealing.on:
            cipher = _cipher_class()(session_id, self.sealing.masters)
            sealed = {
                key: replace(change, data=cipher.seal(key, change.data))
                for key, change in commit.changes.items()
                if change.data is not None
            }
            commit = replace(commit, changes={**commit.changes, **sealed})
        outcome = self.inner.commit(session_id, commit)
        opened = self._opened(session_id, outcome.refused, is_whole=False)
        return replace(outcome, refused={**outcome.refused, **opened}) if opened else outcome

    def touch(self, session_id: str, *, idle_seconds: float | None) -> bool:
        return self.inner.touch(session_id, idle_seconds=idle_seconds)

    def copy(self, source: str, target: str) -> bool:
        """Copy and seal again, since each session has its own key.

        There are two steps. Between them only the caller knows of `target`. If the second step fails,
        `target` is destroyed. The versions of the fields in `target` are newer than in `source`.
        """
        if not self.inner.copy(source, target):
            return False
        try:
            self._seal_anew(source, target)
        except Exception:
            self.inner.delete(target)
            raise
        return True

    def _seal_anew(self, source: str, target: str) -> None:
        record = self.inner.load(target)
        opened = self._opened(source, record.fields) if record is not None else {}
        changes = {k: Change(v.data, v.version) for k, v in opened.items() if v.data != _SEALED}
        if record is None or not changes:
            return
        commit = Commit(changes, idle_seconds=self._idle_seconds, schema=record.schema)
        if self.commit(target, commit).verdict != "committed":
            raise StoreUnavailable("the copy of a sealed session was gone before it was sealed anew")

    def take(self, session_id: str) -> Record | None:
        return self._open(session_id, self.inner.take(session_id))

    def delete(self, session_id: str) -> None:
        self.inner.delete(session_id)

    def _open(self, session_id: str, record: Record | None) -> Record | None:
        if record is None or not (opened := self._opened(session_id, record.fields)):
            return record
        return replace(record, fields={**record.fields, **opened})

    def _opened(
        self, session_id: str, fields: Mapping[str, Field | None], *, is_whole: bool = True
    ) -> dict[str, Field]:
        """Open the sealed ones of `fields`; leave out the others. `is_whole`: they are all of a record."""
        sealed = {k: v for k, v in fields.items() if v is not None and v.data and v.data.startswith(_SEALED)}
        if not sealed:
            return {}
        cipher = _cipher_class()(session_id, self.sealing.masters)
        try:
            opened = {key: _open(cipher, key, stored) for key, stored in sealed.items()}
            if is_whole:
                cipher.check_masters()
        except StoreUnavailable as error:
            _warn_once(str(error))  # an outage is logged without its reason
            raise
        if not all(cipher.opens.values()) and not is_whole:
            self.load(session_id)  # raises, unless other values of the record open
        return opened


def _cipher_class() -> type[Cipher]:
    try:
        from fluxlit_component.stores.cipher import Cipher
    except ImportError as error:
        extra = "pip install fluxlit-component[crypto]"
        raise ConfigurationError(f"sealed sessions need one more package: {extra}") from error
    return Cipher


def _open(cipher: Cipher, key: str, stored: Field) -> Field:
    try:
        return stored._replace(data=cipher.open(key, stored.data or b""))
    except CorruptValue:
        return stored._replace(data=_SEALED)  # for the codec this is a broken seal


def master_number(data: bytes) -> int | None:
    """The number of the master key that sealed a stored value, 0 for none. None: the value is not sealed."""
    return int.from_bytes(data[1:5], "big") if data.startswith(_SEALED) else None
