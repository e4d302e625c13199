"""Whether an Arrow IPC message says that its body is compressed.

pyarrow decompresses without asking and offers no switch, so its flatbuffer header is read here, as far
as that one field. Layout: https://arrow.apache.org/docs/format/Columnar.html (Message.fbs) and
https://flatbuffers.dev/internals/.
"""

from __future__ import annotations

import struct
from typing import Final

_HEADER_TYPE, _HEADER = 1, 2
"""Fields of the table `Message`."""
_DICTIONARY_BATCH, _RECORD_BATCH = 2, 3
"""Values of `Message.header_type`."""
_DATA: Final = 1
"""Field of `DictionaryBatch`: its record batch."""
_COMPRESSION: Final = 3
"""Field of `RecordBatch`."""


def is_compressed(message: bytes) -> bool:
    """Read the header of one message. Damage raises `struct.error`."""
    root = _offset(message, 0)
    kind_at = _field(message, root, _HEADER_TYPE)
    header_at = _field(message, root, _HEADER)
    kind = message[kind_at] if kind_at else 0
    if kind not in (_DICTIONARY_BATCH, _RECORD_BATCH) or not header_at:
        return False
    batch = header_at + _offset(message, header_at)
    if kind == _DICTIONARY_BATCH:
        data_at = _field(message, batch, _DATA)
        if not data_at:
            return False
        batch = data_at + _offset(message, data_at)
    return _field(message, batch, _COMPRESSION) != 0


def _offset(message: bytes, at: int) -> int:
    (offset,) = struct.unpack_from("<I", message, at)
    return int(offset)


def _field(message: bytes, table: int, number: int) -> int:
    """Where a field of the table lies; 0: it is absent."""
    (back,) = struct.unpack_from("<i", message, table)
    vtable = table - back
    if vtable < 0:
        raise struct.error("a vtable lies outside the message")
    (size,) = struct.unpack_from("<H", message, vtable)
    entry = 4 + 2 * number
    if entry + 2 > size:
        return 0
    (offset,) = struct.unpack_from("<H", message, vtable + entry)
    return table + int(offset) if offset else 0
