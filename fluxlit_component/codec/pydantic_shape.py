"""How a pydantic model is taken apart and put together: exactly, and without its validators.

Kept are the fields, which of them were set, extra values, private attributes, slots and whatever a
cached property left behind. What the app put into a model comes back, also what no validator ever saw.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from pydantic import BaseModel

from fluxlit_component.codec.shapes import Shape, check_fields, slot_values, slots_of, split
from fluxlit_component.errors import CorruptValue


class _ModelShape:
    def take(self, value: BaseModel) -> tuple[dict[str, object], list[object]]:
        state = {**vars(value), **slot_values(value, but=BaseModel.__slots__)}
        fields, rest = split(state, type(value).model_fields)
        return fields, [*rest, value.model_fields_set, value.__pydantic_extra__, value.__pydantic_private__]

    def give(self, cls: Any, fields: dict[str, Any], rest: list[Any]) -> object:
        others, _, fields_set, extra, private = rest
        check_fields(cls, set(cls.model_fields), fields, rest)
        if type(fields_set) is not set or not {type(extra), type(private)} <= {dict, type(None)}:
            raise CorruptValue("a stored model is damaged")
        value = object.__new__(cls)
        slots = {name: part for name, part in others.items() if name in slots_of(cls)}
        plain = {name: part for name, part in others.items() if name not in slots}
        object.__setattr__(value, "__dict__", {**fields, **plain})
        for name, part in slots.items():
            object.__setattr__(value, name, part)
        object.__setattr__(value, "__pydantic_fields_set__", fields_set)
        for name, part in (("__pydantic_extra__", extra), ("__pydantic_private__", private)):
            # A RootModel has None for both in the class, where nothing must be set.
            if part is not None or not hasattr(value, name):
                object.__setattr__(value, name, part)
        return value

    def build(self, cls: Any, fields: Mapping[str, Any], rest: list[Any]) -> object:
        extra = rest[3] or {}
        return cls.model_validate({**extra, **fields})


MODEL: Final[Shape] = _ModelShape()
