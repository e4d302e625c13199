"""How large a session may get."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from fluxlit_component.errors import ConfigurationError

MAX_UPLOAD_BYTES: Final = 1000 * 1024
"""The default cap of one file. With its name and type such a file stays below the cap of one value."""
LONGEST_KEY: Final = 1000  # an app may make keys of what visitors type; `session_bytes` counts only values


@dataclass(frozen=True)
class Caps:
    """How much one session may keep. Keys over a cap are skipped and reported by name, the rest is saved.

    Raises:
        ConfigurationError: a cap is no whole number, or below zero.
    """

    value_bytes: int = 1024 * 1024
    """Bytes of one encoded value. 64 MiB is the most that is ever stored."""
    session_bytes: int = 4 * 1024 * 1024
    """Bytes of all encoded values together."""
    keys: int = 512
    """How many keys are stored."""
    live: int = 64
    """How many values that no store can hold are kept by reference. `UrlSession.lost` names the others."""

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            if type(value) is not int or value < 0:
                raise ConfigurationError(f"Caps({name}=) takes a whole number, 0 or more, not {value!r}")

    def exceeded_by(self, key: str, *, total: int, count: int) -> str | None:
        """Why `key` cannot be kept in a session of `total` bytes in `count` keys, and what to do; or None."""
        if len(key) > LONGEST_KEY:
            return f"a key may have {LONGEST_KEY} characters; keep long text in values"
        if total > self.session_bytes:
            return f"the session would have {total} bytes, over its {self.session_bytes}; keep less"
        if count > self.keys:
            return f"the session has {self.keys} keys already; keep several values under one key"
        return None
