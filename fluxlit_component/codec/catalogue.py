"""The app's classes whose values may be kept, by their registered name and schema number.

Stored bytes hold name, number and parts of the instance, never an import path: they make the server load
nothing. A Streamlit script defines its classes in every run: a class replaces one of the same module and
qualified name, or of an earlier run. Values of the old class can be written; all are read as the new one's.
"""

from __future__ import annotations

import gc
import hashlib
import re
import sys
from collections.abc import Callable, Mapping
from threading import Lock
from types import ModuleType
from typing import Any, Final, NamedTuple, TypeAlias, TypeVar, overload
from weakref import WeakKeyDictionary, ref

from fluxlit_component.codec.bounds import MAX_DEPTH
from fluxlit_component.codec.refusals import refusal, type_name
from fluxlit_component.codec.rows import Code, Decoding, Encoding, Row, require
from fluxlit_component.codec.shapes import Shape, shape_of
from fluxlit_component.errors import ConfigurationError, CorruptValue, UnknownClass

AnyClass = TypeVar("AnyClass", bound=type)
Migrate: TypeAlias = Callable[[dict[str, Any], int], Mapping[str, Any]]
"""Takes the stored fields and their schema number; returns the fields of the current schema."""

_MIGRATE: Final = "__fluxlit_migrate__"  # the class has it: in a registry it would hold the class for ever
_NAME: Final = re.compile(r"[A-Za-z0-9_.:-]{1,100}", re.ASCII)


class Enrolment(NamedTuple):
    """The arguments a class was registered with. The class is not held, so an old class can be freed."""

    name: str
    schema: int
    shape: Shape
    module: ref[ModuleType]  # each run of a script has a `__main__` of its own
    file: str | None  # the script's, which has another class under the name once it was edited


_CONTAINERS: Final = frozenset({dict, list, tuple, set, frozenset})
_lock: Final = Lock()
_by_class: Final[WeakKeyDictionary[type, Enrolment]] = WeakKeyDictionary()
_by_name: Final[dict[str, type]] = {}
_redefined: Final[set[str]] = set()  # names under which more than one class was registered so far


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
    """
    if cls is None:
        return lambda decorated: register(decorated, name=name, schema=schema, migrate=migrate)
    if not isinstance(name, str) or not _NAME.fullmatch(name):
        raise ConfigurationError("a registered name has 1 to 100 characters of A-Z a-z 0-9 _ . : -")
    if type(schema) is not int or schema < 1:
        raise ConfigurationError(f"the schema number of {name!r} must be 1 or more")
    if (shape := shape_of(cls)) is None:
        raise ConfigurationError(
            f"{cls!r} cannot be registered: only dataclasses, pydantic models, Enums and named tuples can, "
            "and they must not inherit from a built-in type such as list or Exception"
        )
    module = sys.modules.get(cls.__module__, sys)
    enrolment = Enrolment(name, schema, shape, ref(module), getattr(module, "__file__", None))
    with _lock:
        _refuse_conflict(cls, enrolment)
        if _by_name.get(name, cls) is not cls:
            _redefined.add(name)
        if migrate is not vars(cls).get(_MIGRATE):
            setattr(cls, _MIGRATE, migrate)
        _by_class[cls] = enrolment
        _by_name[name] = cls
    return cls


def enrol(cls: type) -> None:
    """Register a class that a model needs, by a name made from its own. Skips a class that cannot be kept."""
    before = _by_class.get(cls)
    if before is not None:
        # Another visitor's run of the same script may have replaced the class in the meantime.
        register(cls, name=before.name, schema=before.schema, migrate=vars(cls).get(_MIGRATE))
    elif shape_of(cls) is not None:
        register(cls, name=_name_of(cls))


def is_registered(cls: type) -> bool:
    """Whether values of exactly this class can be kept."""
    return cls in _by_class


def was_redefined(cls: type) -> bool:
    """Whether there may be instances of an earlier definition of this class."""
    enrolment = _by_class.get(cls)
    return enrolment is not None and enrolment.name in _redefined


def is_outdated(value: object) -> bool:
    """Whether a value holds an instance of a class that was defined again in the meantime.

    Such an instance equals no instance of the new class, and validation refuses it. Only lists, dicts, sets,
    tuples and instances of registered classes are searched.
    """
    level = [value]
    for _ in range(2 * MAX_DEPTH):  # twice, because the `__dict__` of an instance is a level of its own
        kinds = set(map(type, level))
        registered = {kind: _by_class[kind].name for kind in kinds if kind in _by_class}
        if any(_by_name.get(name, kind) is not kind for kind, name in registered.items()):
            return True
        open_kinds = _CONTAINERS.union(registered)
        if open_kinds.isdisjoint(kinds):
            break
        parts = {id(part): part for part in level if type(part) in open_kinds}  # each object only once
        level = gc.get_referents(*parts.values())
    return False


def _pack(value: object, encoding: Encoding) -> bytes:
    if (enrolment := _by_class.get(type(value))) is None:
        raise refusal(value)
    fields, rest = enrolment.shape.take(value)
    return encoding.pack([enrolment.name, enrolment.schema, fields, rest])


def _unpack(payload: bytes, decoding: Decoding) -> object:
    name, schema, fields, rest = decoding.unpack(payload)
    require([type(part) for part in (name, schema, fields, rest)] == [str, int, dict, list], "object")
    cls = _by_name.get(name)
    if decoding.plain and rest:  # a model or a dataclass: enums and named tuples have no rest
        return _plain(fields, rest, cls)
    if cls is None:
        raise UnknownClass("no class has the stored name; import the module that registers it")
    enrolment = _by_class[cls]
    if schema == enrolment.schema:
        return enrolment.shape.give(cls, fields, rest)
    return _migrated(cls, enrolment, schema, fields, rest)


def _plain(fields: dict[str, Any], rest: list[Any], cls: type | None) -> object:
    """The data that a class is built from: the fields and, for a model, its extra values."""
    if getattr(cls, "__pydantic_root_model__", False):
        return fields.get("root")
    of_a_model = rest[2:]  # which fields were set, extra and private values
    extra = of_a_model[1] if of_a_model else None
    return {**extra, **fields} if type(extra) is dict else fields


def _migrated(cls: type, enrolment: Enrolment, schema: int, fields: dict[str, Any], rest: list[Any]) -> Any:
    name, migrate = enrolment.name, vars(cls).get(_MIGRATE)
    if schema > enrolment.schema:
        raise CorruptValue(f"a stored {name!r} was written by a newer version of the app")
    if migrate is None:
        reason = f"a stored {name!r} has schema {schema}, the class has {enrolment.schema}"
        raise CorruptValue(f"{reason}; it needs a migrate")
    try:
        return enrolment.shape.build(cls, migrate(fields, schema), rest)
    except Exception as error:  # noqa: BLE001 - the app's own code
        # The cause is left out, because a validation error quotes the values.
        reason = f"migrating a stored {name!r} from schema {schema} failed with {type_name(type(error))}"
        raise CorruptValue(reason) from None


ROW: Final = Row(object, Code.ENROLLED, _pack, _unpack)


def _refuse_conflict(cls: type, enrolment: Enrolment) -> None:
    holder = _by_name.get(enrolment.name, cls)
    known = _by_class.get(holder, enrolment)
    is_new = known.module() is not sys.modules.get(holder.__module__, sys)  # `sys` stands for no module
    is_edited = is_new and known.file == enrolment.file
    if type_name(holder) != type_name(cls) and not is_edited:
        raise ConfigurationError(
            f"the name {enrolment.name!r} already belongs to {type_name(holder)}; "
            f"register {type_name(cls)} under another one"
        )
    before = _by_class.get(cls)
    if before is not None and before.name != enrolment.name:
        raise ConfigurationError(f"{type_name(cls)} is already {before.name!r}; a class has one name")


def _name_of(cls: type) -> str:
    name = cls.__qualname__.replace("<locals>", "-")
    if _NAME.fullmatch(name):
        return name
    # For names such as Box[int] or Größe: a digest keeps names apart that differ in forbidden characters.
    plain = re.sub(r"[^A-Za-z0-9_.:-]", "-", name, flags=re.ASCII)[:80]
    return f"{plain}:{hashlib.sha256(name.encode()).hexdigest()[:8]}"
