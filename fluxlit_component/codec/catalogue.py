"""The classes of the app that may be kept, by the name and schema number they were registered under.

Stored bytes hold the name, never an import path: they cannot make the server load anything. A
Streamlit script defines its classes anew in every run, so registering a class of the same module and
qualified name again replaces it: values of the old class are still written, new ones are read back.
"""

from __future__ import annotations

import dataclasses
import hashlib
import re
from collections.abc import Callable, Mapping
from enum import Enum
from inspect import isabstract
from threading import Lock
from typing import Any, Final, Generic, NamedTuple, TypeAlias, TypeVar, overload
from weakref import WeakKeyDictionary

from fluxlit_component.codec.refusals import is_model, type_name
from fluxlit_component.codec.shapes import DATACLASS, ENUM, MODEL, NAMED_TUPLE, Shape
from fluxlit_component.errors import ConfigurationError

AnyClass = TypeVar("AnyClass", bound=type)
Migrate: TypeAlias = Callable[[dict[str, Any], int], Mapping[str, Any]]
"""Takes the stored fields and their schema number; returns the fields of the current schema."""

_HEAP_TYPE: Final = 1 << 9
"""Flag of classes made by a `class` statement (CPython's Py_TPFLAGS_HEAPTYPE)."""
_NAME: Final = re.compile(r"[A-Za-z0-9_.:-]{1,100}", re.ASCII)


class Enrolment(NamedTuple):
    """What one class was registered with. It does not hold the class: old ones can be collected."""

    name: str
    schema: int
    migrate: Migrate | None
    shape: Shape


_lock: Final = Lock()
_by_class: Final[WeakKeyDictionary[type, Enrolment]] = WeakKeyDictionary()
_by_name: Final[dict[str, tuple[type, Enrolment]]] = {}
_redefined: Final[set[str]] = set()
"""Names that more than one class had so far."""


@overload
def register(cls: AnyClass, /, *, name: str, schema: int = 1, migrate: Migrate | None = None) -> AnyClass: ...
@overload
def register(
    *, name: str, schema: int = 1, migrate: Migrate | None = None
) -> Callable[[AnyClass], AnyClass]: ...
def register(
    cls: AnyClass | None = None, /, *, name: str, schema: int = 1, migrate: Migrate | None = None
) -> AnyClass | Callable[[AnyClass], AnyClass]:
    """Let values of a dataclass, pydantic model, Enum or named tuple be kept. Function or decorator.

    Args:
        cls: the class; leave it out to use the call as a decorator.
        name: what stored values call the class; unique, and never to be changed.
        schema: raise it when the fields change in a way stored values do not fit.
        migrate: `migrate(fields, stored_schema)` returns what the class is built from now. Without
            it, values of an older schema are given up.

    Raises:
        ConfigurationError: the name belongs to another class, or the class cannot be kept exactly.

    Examples:
        ```python
        from dataclasses import dataclass

        from fluxlit_component import InMemorySessionStore, register


        @register(name="shop.cart")
        @dataclass
        class Cart:
            items: list[str]


        store = InMemorySessionStore()
        store.set("id", {"cart": Cart(["tea"])})
        assert store.get("id") == {"cart": Cart(["tea"])}
        ```
    """
    if cls is None:
        return lambda decorated: register(decorated, name=name, schema=schema, migrate=migrate)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ConfigurationError("a registered name has 1 to 100 characters of A-Z a-z 0-9 _ . : -")
    if type(schema) is not int or schema < 1:
        raise ConfigurationError(f"the schema number of {name!r} must be 1 or more")
    shape = _shape_of(cls)
    if shape is None:
        raise ConfigurationError(
            f"{cls!r} cannot be registered: only dataclasses, pydantic models, Enums and named tuples can, "
            "and they must not inherit from a built-in type such as list or Exception"
        )
    enrolment = Enrolment(name, schema, migrate, shape)
    with _lock:
        _refuse_conflict(cls, enrolment)
        if name in _by_name and _by_name[name][0] is not cls:
            _redefined.add(name)
        _by_class[cls] = enrolment
        _by_name[name] = (cls, enrolment)
    return cls


def enrol(cls: type) -> None:
    """Register a class that a model needs under a name made of its own; leave alone what cannot be kept."""
    before = _by_class.get(cls)
    if before is not None:
        # It may have been replaced since, by another visitor's run of the same script.
        register(cls, name=before.name, schema=before.schema, migrate=before.migrate)
    elif _shape_of(cls) is not None:
        register(cls, name=_name_of(cls))


def is_registered(cls: type) -> bool:
    """Whether values of exactly this class can be kept."""
    return cls in _by_class


def was_redefined(cls: type) -> bool:
    """Whether there may be instances of an earlier definition of this class."""
    enrolment = _by_class.get(cls)
    return enrolment is not None and enrolment.name in _redefined


def enrolment_of(cls: type) -> Enrolment | None:
    """What `cls` was registered with."""
    return _by_class.get(cls)


def enrolled_as(name: str) -> tuple[type, Enrolment] | None:
    """The class that has this name now, and what it was registered with."""
    return _by_name.get(name)


def _refuse_conflict(cls: type, enrolment: Enrolment) -> None:
    holder = _by_name.get(enrolment.name)
    if holder is not None and type_name(holder[0]) != type_name(cls):
        raise ConfigurationError(
            f"the name {enrolment.name!r} already belongs to {type_name(holder[0])}; "
            f"register {type_name(cls)} under another one"
        )
    before = _by_class.get(cls)
    if before is not None and before.name != enrolment.name:
        raise ConfigurationError(
            f"{type_name(cls)} is already registered as {before.name!r}; a class has one name"
        )


def _name_of(cls: type) -> str:
    name = cls.__qualname__.replace("<locals>", "-")
    if _NAME.fullmatch(name):
        return name
    # Box[int], Größe: what the name may not hold is told apart by a digest.
    plain = re.sub(r"[^A-Za-z0-9_.:-]", "-", name, flags=re.ASCII)[:80]
    return f"{plain}:{hashlib.sha256(name.encode()).hexdigest()[:8]}"


def _shape_of(cls: object) -> Shape | None:
    """How instances of a class are taken apart; None: they cannot be kept exactly."""
    if not isinstance(cls, type):
        return None
    if issubclass(cls, Enum):
        return ENUM
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return NAMED_TUPLE
    shape = MODEL if is_model(cls) else DATACLASS if dataclasses.is_dataclass(cls) else None
    return shape if shape is not None and _is_plain(cls) else None


def _is_plain(cls: type) -> bool:
    """Whether all an instance holds is in its `__dict__` and slots: no base written in C."""
    if not all(base in (object, Generic) or base.__flags__ & _HEAP_TYPE for base in cls.__mro__):
        return False
    try:
        object.__new__(cls)  # refused for a base such as random.Random, whose flags do not tell
    except TypeError:
        return isabstract(cls)
    return True
