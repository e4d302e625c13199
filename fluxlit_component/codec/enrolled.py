"""Values of registered classes: name and schema number first, then what the shape took apart."""

from __future__ import annotations

from itertools import chain
from typing import Any, Final

from fluxlit_component.codec.bounds import MAX_DEPTH
from fluxlit_component.codec.catalogue import Enrolment, enrolled_as, enrolment_of
from fluxlit_component.codec.refusals import refusal, type_name
from fluxlit_component.codec.rows import Code, Decoding, Encoding, Row, require
from fluxlit_component.errors import CorruptValue, UnknownClass

_MANY: Final = (list, tuple, set, frozenset)


def _pack(value: object, encoding: Encoding) -> bytes:
    enrolment = enrolment_of(type(value))
    if enrolment is None:
        raise refusal(value)
    fields, rest = enrolment.shape.take(value)
    return encoding.pack([enrolment.name, enrolment.schema, fields, rest])


def _unpack(payload: bytes, decoding: Decoding) -> object:
    name, schema, fields, rest = decoding.unpack(payload)
    require([type(part) for part in (name, schema, fields, rest)] == [str, int, dict, list], "object")
    entry = enrolled_as(name)
    if decoding.plain and rest:  # a model or a dataclass: the others have no rest
        return _plain(fields, rest, None if entry is None else entry[0])
    if entry is None:
        raise UnknownClass("no class has the stored name; import the module that registers it")
    cls, enrolment = entry
    if schema == enrolment.schema:
        return enrolment.shape.give(cls, fields, rest)
    return _migrated(cls, enrolment, schema, fields, rest)


def _plain(fields: dict[str, Any], rest: list[Any], cls: type | None) -> object:
    """What a class would be built from: all that a model's constructor takes."""
    if getattr(cls, "__pydantic_root_model__", False):
        return fields.get("root")
    of_a_model = rest[2:]  # which fields were set, extra and private values
    extra = of_a_model[1] if of_a_model else None
    return {**extra, **fields} if type(extra) is dict else fields


def _migrated(
    cls: type, enrolment: Enrolment, schema: int, fields: dict[str, Any], rest: list[Any]
) -> object:
    name, migrate = enrolment.name, enrolment.migrate
    if schema > enrolment.schema:
        raise CorruptValue(f"a stored {name!r} was written by a newer version of the app")
    if migrate is None:
        raise CorruptValue(
            f"a stored {name!r} has schema {schema}, the class has {enrolment.schema}; it needs a migrate"
        )
    try:
        return enrolment.shape.build(cls, migrate(fields, schema), rest)
    except Exception as error:  # noqa: BLE001 - the app's own code
        # Without the cause: a validation error quotes the values.
        raise CorruptValue(
            f"migrating a stored {name!r} from schema {schema} failed with {type_name(type(error))}"
        ) from None


ROW: Final = Row(object, Code.ENROLLED, _pack, _unpack)


def is_outdated(value: object) -> bool:
    """Whether a value holds an instance of a class that was defined anew since.

    A Streamlit script defines its classes in every run, but what the last run put into the state is still
    there, made of that run's classes: equal to nothing and refused by validation. Looks through lists, dicts,
    sets, tuples and registered classes; whatever else is as it was.
    """
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for kind in set(map(type, level)):
            parts: list[Any] = [part for part in level if type(part) is kind]
            if kind is dict:
                parts = [items for part in parts for items in (part.keys(), part.values())]
            elif kind not in _MANY:
                enrolment = enrolment_of(kind)
                if enrolment is None:
                    continue
                newest = enrolled_as(enrolment.name)
                if newest is not None and newest[0] is not kind:
                    return True
                if not issubclass(kind, tuple):
                    parts = [getattr(part, "__dict__", {}).values() for part in parts]
            below += chain.from_iterable(parts)
        if not below:
            break
        level = below
    return False
