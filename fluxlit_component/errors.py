"""Every error the package raises on purpose.

    FluxlitError
    ├── ConfigurationError   a setting, argument or store URL that cannot work   (also a ValueError)
    │   └── BundleMissing    the browser bundle was not built
    ├── CodecError
    │   ├── UnstorableValue  a value that cannot be kept exactly                 (also a TypeError)
    │   └── CorruptValue     stored bytes that are not ours, or broken           (also a ValueError)
    │       └── UnknownClass no class is registered under the stored name so far
    ├── UnfitRecord          a stored record that the app's model or migrations cannot take
    ├── NoPage               the function of a stream or job has used `st.*`
    ├── TooManyTasks         as many streams and jobs run as may
    └── StoreUnavailable     the store gave no answer: neither "found" nor "absent"

Messages say what to do. None of them ever holds a session id or a value.
"""

from __future__ import annotations

import copyreg
from typing import Any


class FluxlitError(Exception):
    """Base of all errors of this package."""

    def __reduce__(self) -> tuple[Any, ...]:
        # Python would make a copy by calling the class with the message, which some classes do not take.
        return copyreg.__newobj__, (type(self), *self.args), self.__dict__  # type: ignore[attr-defined]


class ConfigurationError(FluxlitError, ValueError):
    """A setting, an argument or a store URL cannot work; the message says what to change."""


class BundleMissing(ConfigurationError):
    """The browser bundle is not in the package: a checkout that was not built."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the browser bundle {name!r} is missing. In a checkout run `make build`; "
            "an installed wheel always carries it, so reinstall fluxlit-component."
        )


class CodecError(FluxlitError):
    """A value could not be turned into bytes, or bytes into a value."""


class UnstorableValue(CodecError, TypeError):
    """A value that cannot be kept exactly, and is therefore not kept at all.

    Attributes:
        type_name: qualified name of the offending type, for example ``"_thread.lock"``.
        remedy: what the app's author can do about it, one sentence.
    """

    def __init__(self, type_name: str, remedy: str) -> None:
        self.type_name = type_name
        self.remedy = remedy
        super().__init__(f"{type_name} cannot be stored: {remedy}")


class CorruptValue(CodecError, ValueError):
    """Stored bytes that this codec did not write, or that were damaged since."""


class UnknownClass(CorruptValue):
    """A stored object whose class is not registered. Its module may not be imported yet."""


class UnfitRecord(FluxlitError):
    """A stored record that cannot be migrated or validated, or was migrated by a newer release. It stays."""


class StoreUnavailable(FluxlitError):
    """The store gave no answer, which does not mean "absent". Try again later, and mint no new id."""


class NoPage(FluxlitError):
    """The function of a stream or job has used `st.*`: it runs in a thread that has no page."""

    def __init__(self) -> None:
        super().__init__(
            "the function of a stream or job has no page and no st.session_state, since it outlives them: "
            "hand what it needs over as arguments, give results by yield or return, and call progress() to "
            "say how far it is"
        )


class TooManyTasks(FluxlitError):
    """A limit of streams and jobs is reached: `FLUXLIT_TASKS_PER_SESSION` or `FLUXLIT_TASKS_PER_PROCESS`.

    Attributes:
        running: how many streams and jobs run.
        whose: ``"session"`` or ``"process"``: which of the two limits is reached.
    """

    def __init__(self, running: int, whose: str) -> None:
        self.running = running
        self.whose = whose
        super().__init__(
            f"{running} streams and jobs of this {whose} run already, the most that "
            f"FLUXLIT_TASKS_PER_{whose.upper()} allows: stop one, or try again when one has ended"
        )
