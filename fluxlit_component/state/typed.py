"""A typed view of `st.session_state`: reads return its values, assignments are validated and written to it.

For the app, the IDE and mypy it is an instance of the model. It holds no values, so two views agree.
"""

from __future__ import annotations

import inspect
from collections.abc import MutableMapping
from copy import copy
from types import MethodType
from typing import Any, cast

from pydantic import BaseModel

from fluxlit_component.state.schema import Schema


class View:
    """Behaves like an instance of the model."""

    __slots__ = ("_schema", "_state")

    def __init__(self, schema: Schema[Any], state: MutableMapping[str, Any]) -> None:
        object.__setattr__(self, "_schema", schema)
        object.__setattr__(self, "_state", state)

    def __getattr__(self, name: str) -> Any:
        model = self._schema.model
        if name in model.model_fields:
            try:
                return self._state[name]
            except KeyError:
                advice = f"assign session.state.{name} first"
                raise AttributeError(f"{name!r} has no default and was not set yet; {advice}") from None
        static = inspect.getattr_static(model, name, None)
        if isinstance(static, property) and static.fget is not None:
            return static.fget(self)
        if inspect.isfunction(static) and static.__module__ != BaseModel.__module__:
            return MethodType(static, self)
        return getattr(self._copy(), name)

    def __setattr__(self, name: str, value: Any) -> None:
        model = self._schema.model
        if name not in model.model_fields:
            raise AttributeError(f"{model.__name__} has no field {name!r}")
        self._state.update(self._schema.validate(name, value, self._values()))

    def __delattr__(self, name: str) -> None:
        advice = f"write `del st.session_state[{name!r}]`"
        raise AttributeError(f"a field of {self._schema.model.__name__} cannot be deleted; {advice}")

    def __eq__(self, other: object) -> bool:
        return self._copy() == (other._copy() if isinstance(other, View) else other)

    __hash__ = None  # type: ignore[assignment]  # the state behind the view is mutable

    def __reduce__(self) -> Any:
        return copy, (self._copy(),)  # a copy or a pickle of the view is an instance of the model

    def __repr__(self) -> str:
        return f"<view of {self._schema.model.__name__}>"

    def _values(self) -> dict[str, Any]:
        return {name: self._state[name] for name in self._schema.model.model_fields if name in self._state}

    def _copy(self) -> BaseModel:
        """A real instance with the present values. `model_dump` and comparisons need one."""
        return cast("BaseModel", self._schema.draft(self._values()))
