"""How the instances of a registered class are taken apart and put together.

Dataclass, Enum and named tuple are here; pydantic models have a file of their own. Putting together
restores the instance as it was and runs no code of the class: no `__init__`, no `__post_init__`, no
validator, which could change a value or act twice. Only after a migration does the class itself
build the instance, and so validate it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Container, Iterable, Iterator, Mapping
from contextlib import suppress
from enum import Enum, Flag
from typing import Any, Final, Protocol

from fluxlit_component.codec.refusals import type_name
from fluxlit_component.errors import CorruptValue, UnstorableValue


class Shape(Protocol):
    """One way of being a class: fields by name, and whatever else an instance holds."""

    def take(self, value: Any) -> tuple[dict[str, object], list[object]]:
        """Take an instance apart: its fields and the rest."""

    def give(self, cls: Any, fields: dict[str, Any], rest: list[Any]) -> object:
        """Put exactly that instance together again."""

    def build(self, cls: Any, fields: Mapping[str, Any], rest: list[Any]) -> object:
        """Make an instance from migrated fields, by the class's own rules."""


class _EnumShape:
    """A member is its name; members of a Flag may be combinations, so they are their number."""

    def take(self, value: Enum) -> tuple[dict[str, object], list[object]]:
        if isinstance(value, Flag):
            return {"value": value.value}, []
        if type(value).__members__.get(value.name) is not value:
            raise UnstorableValue(type_name(type(value)), "this member has no name of its own")
        return {"member": value.name}, []

    def give(self, cls: Any, fields: dict[str, Any], rest: list[Any]) -> object:
        del rest
        if issubclass(cls, Flag):
            if type(fields["value"]) is not int:
                raise CorruptValue("a stored flag is damaged")
            return cls(fields["value"])
        return cls.__members__[fields["member"]]

    def build(self, cls: Any, fields: Mapping[str, Any], rest: list[Any]) -> object:
        return self.give(cls, dict(fields), rest)


class _NamedTupleShape:
    def take(self, value: Any) -> tuple[dict[str, object], list[object]]:
        if getattr(value, "__dict__", None):
            raise UnstorableValue(type_name(type(value)), "it carries attributes beside its fields")
        return dict(zip(type(value)._fields, value, strict=True)), []

    def give(self, cls: Any, fields: dict[str, Any], rest: list[Any]) -> object:
        del rest
        if tuple(fields) != cls._fields:
            raise fields_changed(cls)
        return tuple.__new__(cls, fields.values())

    def build(self, cls: Any, fields: Mapping[str, Any], rest: list[Any]) -> object:
        del rest
        return cls(**fields)


class _DataclassShape:
    """Fields, and what else was set on the instance (a cached property, say)."""

    def take(self, value: Any) -> tuple[dict[str, object], list[object]]:
        state = {**getattr(value, "__dict__", {}), **slot_values(value)}
        names = [field.name for field in dataclasses.fields(value)]
        return split(state, names)

    def give(self, cls: Any, fields: dict[str, Any], rest: list[Any]) -> object:
        check_fields(cls, {field.name for field in dataclasses.fields(cls)}, fields, rest)
        value = object.__new__(cls)
        slots = slots_of(cls)
        for name, part in {**fields, **rest[0]}.items():
            if name in slots:
                object.__setattr__(value, name, part)
            else:
                value.__dict__[name] = part
        return value

    def build(self, cls: Any, fields: Mapping[str, Any], rest: list[Any]) -> object:
        del rest
        return cls(**fields)


ENUM: Final[Shape] = _EnumShape()
NAMED_TUPLE: Final[Shape] = _NamedTupleShape()
DATACLASS: Final[Shape] = _DataclassShape()


def split(state: dict[str, object], names: Iterable[str]) -> tuple[dict[str, object], list[object]]:
    """Separate fields from the rest: other attributes, and the names of fields that were not set."""
    known = set(names)
    fields = {name: part for name, part in state.items() if name in known}
    others = {name: part for name, part in state.items() if name not in known}
    return fields, [others, sorted(known - fields.keys())]


def check_fields(cls: type, known: set[str], fields: dict[str, Any], rest: list[Any]) -> None:
    """Stored fields must be those the class has; otherwise the schema number should have been raised."""
    if fields.keys() | set(rest[1]) != known or not known.isdisjoint(rest[0]):
        raise fields_changed(cls)


def fields_changed(cls: type) -> CorruptValue:
    """The error for a class whose fields are not those that were stored."""
    return CorruptValue(
        f"the fields of {type_name(cls)} are not those that were stored; raise its schema number and "
        "register a migrate function"
    )


def slot_values(value: object, *, but: Container[str] = ()) -> dict[str, object]:
    """What stands in the slots of an instance, those that are empty left out."""
    found: dict[str, object] = {}
    for slot in slots_of(type(value)):
        if slot not in but:
            with suppress(AttributeError):
                found[slot] = object.__getattribute__(value, slot)
    return found


def slots_of(cls: type) -> set[str]:
    """Names of the attributes that have a slot, mangled as the class statement mangles them."""
    return set(_slots(cls))


def _slots(cls: type) -> Iterator[str]:
    for base in cls.__mro__:
        slots = base.__dict__.get("__slots__", ())
        for name in (slots,) if isinstance(slots, str) else slots:
            if name in ("__dict__", "__weakref__"):
                continue
            private = name.startswith("__") and not name.endswith("__")
            yield f"_{base.__name__.lstrip('_')}{name}" if private else name
