"""AES-256-GCM over one value, with a key for that session only. No other module imports `cryptography`.

A sealed value is one byte that marks it, the number of the master key (0: none), 12 random bytes, and the
output of AES-GCM (NIST SP 800-38D). HKDF-SHA256 (RFC 5869) derives the key from the session id, which only
the visitor's browser holds. A master key is the salt: then a stolen database needs the server's secret too.
The session and the key of a value are authenticated. Moved to another session or key, it does not open.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from fluxlit_component.codec.bounds import SEALED
from fluxlit_component.errors import CorruptValue, StoreUnavailable
from fluxlit_component.identifier import stored_key

_NUMBER_BYTES: Final = 4
_NONCE_BYTES: Final = 12
_HEAD_BYTES: Final = 1 + _NUMBER_BYTES + _NONCE_BYTES
_INFO: Final = b"fluxlit_component/seal/v1\x00"


class Cipher:
    """Seals and opens the values of one session. Of `masters`, number -> secret, the highest seals."""

    def __init__(self, session_id: str, masters: Mapping[int, bytes]) -> None:
        self._sid = session_id.encode("utf-8", "surrogatepass")
        self._place = stored_key(session_id).encode() + b"\x00"
        self._masters = masters
        self._keys: dict[int, AESGCM] = {}
        self.opens: dict[int, bool] = {}  # number of a master key -> whether any value has opened with it

    def seal(self, key: str, data: bytes) -> bytes:
        """Seal the value that is kept under `key`."""
        number, nonce = max(self._masters, default=0), os.urandom(_NONCE_BYTES)
        head = bytes([SEALED]) + number.to_bytes(_NUMBER_BYTES, "big") + nonce
        return head + self._key(number).encrypt(nonce, data, self._about(head, key))

    def open(self, key: str, data: bytes) -> bytes:
        """Open a value that was sealed for `key`.

        `CorruptValue`: it was not sealed for this session and this key, or was damaged. `StoreUnavailable`:
        its master key is missing. That is a mistake of the operator; nothing is lost.
        """
        if len(data) < _HEAD_BYTES:
            raise CorruptValue("the sealed value is cut off")
        head = data[:_HEAD_BYTES]
        number = int.from_bytes(head[1 : 1 + _NUMBER_BYTES], "big")
        self.opens.setdefault(number, False)
        try:
            data = self._key(number).decrypt(head[-_NONCE_BYTES:], data[_HEAD_BYTES:], self._about(head, key))
        except InvalidTag:
            raise CorruptValue("its seal is broken") from None
        self.opens[number] = True
        return data

    def check_masters(self) -> None:
        """Raise `StoreUnavailable` if no value opens with a key: then the key is wrong, not the values."""
        for number, opens in self.opens.items():
            if number and not opens:
                raise StoreUnavailable(
                    f"no value opens with master key {number}: is it the secret that sealed them? "
                    "A new secret takes a new number: 2:new,1:old"
                )

    def _about(self, head: bytes, key: str) -> bytes:
        return head + self._place + key.encode("utf-8", "surrogatepass")

    def _key(self, number: int) -> AESGCM:
        if number not in self._keys:
            if number and number not in self._masters:
                raise StoreUnavailable(f"a value needs master key {number}: add it to FLUXLIT_SEAL_KEYS")
            salt = self._masters[number] if number else None
            info = _INFO + number.to_bytes(_NUMBER_BYTES, "big")
            hkdf = HKDF(algorithm=SHA256(), length=32, salt=salt, info=info)
            self._keys[number] = AESGCM(hkdf.derive(self._sid))
        return self._keys[number]
