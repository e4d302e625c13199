"""Values of registered classes: name and schema number first, then what the shape took apart."""

from __future__ import annotations

from typing import Any, Final

from pydantic import RootModel

from fluxlit_component.codec import catalogue
from fluxlit_component.codec.codes import Code
from fluxlit_component.codec.refusals import refusal, type_name
from fluxlit_component.codec.rows import Decoding, Encoding, Row
from fluxlit_component.errors import CorruptValue, UnknownClass


def _pack(value: object, encoding: Encoding) -> bytes:
    enrolment = catalogue.enrolment_of(type(value))
    if enrolment is None:
        raise refusal(value)
    fields, rest = enrolment.shape.take(value)
    return encoding.pack([enrolment.name, enrolment.schema, fields, rest])


def _unpack(payload: bytes, decoding: Decoding) -> object:
    name, schema, fields, rest = decoding.unpack(payload)
    if type(name) is not str or type(schema) is not int or type(fields) is not dict or type(rest) is not list:
        raise CorruptValue("a stored object is damaged")
    entry = catalogue.enrolled_as(name)
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
    if cls is not None and issubclass(cls, RootModel):
        return fields.get("root")
    of_a_model = rest[2:]  # which fields were set, extra and private values
    extra = of_a_model[1] if of_a_model else None
    return {**extra, **fields} if type(extra) is dict else fields


def _migrated(
    cls: type, enrolment: catalogue.Enrolment, schema: int, fields: dict[str, Any], rest: list[Any]
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
