"""How the instances of a registered class are taken apart and put together.

An instance is restored as it was, without code of the class: `__init__`, `__post_init__` or a validator could
change a value or have its effects twice. So values come back that no validator has checked. Only after a
migration the class itself builds, and so validates, the instance.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Container, Iterable, Mapping
from contextlib import suppress
from enum import Enum, Flag
from inspect import isabstract
from types import MemberDescriptorType
from typing import TYPE_CHECKING, Any, Final, Generic, NamedTuple, TypeAlias
from weakref import WeakKeyDictionary

from fluxlit_component.codec.refusals import is_model, refusal, type_name
from fluxlit_component.codec.rows import require
from fluxlit_component.errors import CorruptValue

if TYPE_CHECKING:
    from pydantic import BaseModel

_HEAP_TYPE: Final = 1 << 9  # flag of classes made by a `class` statement (CPython's Py_TPFLAGS_HEAPTYPE)
_SLOTS: Final[WeakKeyDictionary[type, list[str]]] = WeakKeyDictionary()
"""Class -> names of its slots. They are searched only once, because a list may hold many instances."""
Parts: TypeAlias = tuple[dict[str, object], list[object]]
"""The fields by name, and everything else that an instance holds."""


class Shape(NamedTuple):
    """How instances of one kind of class (dataclass, model, Enum, named tuple) are handled."""

    take: Callable[[Any], Parts]  # takes an instance apart
    give: Callable[[Any, dict[str, Any], list[Any]], object]  # restores an instance exactly
    build: Callable[[Any, Mapping[str, Any], list[Any]], object]  # makes one of migrated fields by its class


def _take_member(value: Enum) -> Parts:
    """A member is kept by its name. A Flag is kept by its number, because it may combine several members."""
    if isinstance(value, Flag):
        return {"value": value.value}, []
    if type(value).__members__.get(value.name) is not value:
        raise refusal(value, "this member has no name of its own")
    return {"member": value.name}, []


def _give_member(cls: Any, fields: Mapping[str, Any], _: list[Any]) -> object:
    is_flag = issubclass(cls, Flag)
    require(not is_flag or type(fields.get("value")) is int, "flag")
    try:
        return cls(fields["value"]) if is_flag else cls.__members__[fields["member"]]
    except (KeyError, ValueError):
        raise _changed(cls, "members") from None


def _take_tuple(value: Any) -> Parts:
    if getattr(value, "__dict__", None):
        raise refusal(value, "it carries attributes beside its fields")
    return dict(zip(type(value)._fields, value, strict=True)), []


def _give_tuple(cls: Any, fields: dict[str, Any], _: list[Any]) -> object:
    if tuple(fields) != cls._fields:
        raise _changed(cls, "fields")
    return tuple.__new__(cls, fields.values())


def _take_model(value: BaseModel) -> Parts:
    from pydantic import BaseModel

    fields, rest = _split(_state(value, but=BaseModel.__slots__), type(value).model_fields)
    return fields, [*rest, value.model_fields_set, value.__pydantic_extra__, value.__pydantic_private__]


def _give_model(cls: Any, fields: dict[str, Any], rest: list[Any]) -> object:
    fields_set, extra, private = rest[2:]
    require(type(fields_set) is set and {type(extra), type(private)} <= {dict, type(None)}, "model")
    value = _restored(cls, set(cls.model_fields), fields, rest)
    object.__setattr__(value, "__pydantic_fields_set__", fields_set)
    for name, part in (("__pydantic_extra__", extra), ("__pydantic_private__", private)):
        # The class of a RootModel has None for both, and then the instance must not have the attribute.
        if part is not None or not hasattr(value, name):
            object.__setattr__(value, name, part)
    return value


def _split(state: dict[str, object], names: Iterable[str]) -> Parts:
    """Separate the fields from the rest: other attributes, and the names of fields that are not set."""
    known = set(names)
    fields = {name: part for name, part in state.items() if name in known}
    others = {name: part for name, part in state.items() if name not in known}
    return fields, [others, sorted(known - fields.keys())]


def _restored(cls: Any, known: set[str], fields: dict[str, Any], rest: list[Any]) -> Any:
    others, unset, *_ = rest
    if fields.keys() | set(unset) != known or not known.isdisjoint(others):
        raise _changed(cls, "fields")
    value = object.__new__(cls)
    slots = _slots(cls)
    for name, part in {**fields, **others}.items():
        if name in slots:
            object.__setattr__(value, name, part)
        else:
            value.__dict__[name] = part
    return value


def _changed(cls: type, what: str) -> CorruptValue:
    remedy = "raise its schema number and register a migrate function"
    return CorruptValue(f"the {what} of {type_name(cls)} are not those that were stored; {remedy}")


def _state(value: object, *, but: Container[str] = ()) -> dict[str, object]:
    """All that an instance holds: the attributes in its `__dict__` and in its slots."""
    state = {**getattr(value, "__dict__", {})}
    for slot in _slots(type(value)):
        if slot not in but:
            with suppress(AttributeError):  # the slot is empty
                state[slot] = object.__getattribute__(value, slot)
    return state


def _slots(cls: type) -> list[str]:
    """Names of the attributes that have a slot. Private names are mangled (`_Class__name`)."""
    names = _SLOTS.get(cls)
    if names is None:
        members = (item for base in cls.__mro__ for item in vars(base).items())
        names = _SLOTS[cls] = [name for name, member in members if isinstance(member, MemberDescriptorType)]
    return names


_ENUM: Final = Shape(_take_member, _give_member, _give_member)
_NAMED_TUPLE: Final = Shape(_take_tuple, _give_tuple, lambda cls, fields, _: cls(**fields))
_DATACLASS: Final = Shape(
    lambda value: _split(_state(value), (field.name for field in dataclasses.fields(value))),
    lambda cls, fields, rest: _restored(cls, {field.name for field in dataclasses.fields(cls)}, fields, rest),
    lambda cls, fields, _: cls(**fields),
)
_MODEL: Final = Shape(
    _take_model, _give_model, lambda cls, fields, rest: cls.model_validate({**(rest[3] or {}), **fields})
)


def shape_of(cls: object) -> Shape | None:
    """How instances of a class are taken apart; None: they cannot be kept exactly."""
    if not isinstance(cls, type):
        return None
    if issubclass(cls, Enum):
        return _ENUM
    if issubclass(cls, tuple) and hasattr(cls, "_fields"):
        return _NAMED_TUPLE
    shape = _MODEL if is_model(cls) else _DATACLASS if dataclasses.is_dataclass(cls) else None
    return shape if shape is not None and _is_plain(cls) else None


def _is_plain(cls: type) -> bool:
    """Whether an instance holds all its data in `__dict__` and slots. A base written in C may hold more."""
    if not all(base in (object, Generic) or base.__flags__ & _HEAP_TYPE for base in cls.__mro__):
        return False
    try:
        object.__new__(cls)  # fails for a base such as random.Random, which the flags do not reveal
    except TypeError:
        return isabstract(cls)
    return True
