"""The schema of a typed session: a pydantic model, its version, and how older records become newer.

Pure: takes stored values and gives validated ones. Which record they come from and what happens to one
that does not fit is decided elsewhere.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from enum import Enum
from typing import Any, Generic, TypeAlias, cast, get_args

from pydantic import AliasChoices, BaseModel, TypeAdapter, ValidationError
from typing_extensions import TypeVar

from fluxlit_component.codec import is_registered, register
from fluxlit_component.errors import ConfigurationError, UnfitRecord

M = TypeVar("M", bound=BaseModel, default=Any)
"""The app's model; without one `session.state` is an error, so any type will do."""
Migration: TypeAlias = Callable[[dict[str, Any]], Mapping[str, Any]]
"""Takes the values of one schema version, returns those of the next."""


class Schema(Generic[M]):
    """A model with a version and the migrations that lead to it.

    Args:
        model: what the state looks like now.
        version: its number, 1 or more; raise it when stored records would not fit any more.
        migrations: version -> function that makes the next version's values of it.
    """

    def __init__(
        self, model: type[M], *, version: int = 1, migrations: Mapping[int, Migration] | None = None
    ) -> None:
        if not (isinstance(model, type) and issubclass(model, BaseModel)):
            raise ConfigurationError("model must be a pydantic model class")
        if type(version) is not int or version < 1:
            raise ConfigurationError("schema_version must be 1 or more")
        self.model = model
        self.version = version
        self.migrations = dict(migrations or {})
        for cls in _classes_of(model):
            if not is_registered(cls) or not issubclass(cls, BaseModel):
                register(cls, name=_name_of(cls))

    def fit(self, values: Mapping[str, Any], stored_version: int) -> dict[str, Any]:
        """Bring stored values to this version and validate them.

        Keys that the model does not name come through as they are.

        Raises:
            UnfitRecord: a migration is missing or failed, or the values do not fit the model.
        """
        current = dict(values)
        for version in range(max(stored_version, 1), self.version):
            migration = self.migrations.get(version)
            if migration is None:
                raise UnfitRecord(f"there is no migration from schema version {version}")
            try:
                current = dict(migration(dict(current)))
            except Exception as error:
                raise UnfitRecord(f"the migration from schema version {version} failed") from error
        try:
            validated = self.model.model_validate(current)
        except ValidationError as error:
            raise UnfitRecord("the stored values do not fit the model") from error
        return {**current, **validated_values(validated, current)}

    def defaults(self, present: Mapping[str, Any]) -> dict[str, Any]:
        """Default values of the fields that are not `present`; those without a default are left out."""
        return {
            name: info.get_default(call_default_factory=True, validated_data=dict(present))
            for name, info in self.model.model_fields.items()
            if name not in present and not info.is_required()
        }

    def validate(self, field: str, value: Any, others: Mapping[str, Any]) -> Any:
        """The validated value for one field, the model's own validators included.

        Raises:
            pydantic.ValidationError: it does not fit.
        """
        draft = self.draft(others)
        self.model.__pydantic_validator__.validate_assignment(draft, field, value)
        return getattr(draft, field)

    def draft(self, values: Mapping[str, Any]) -> M:
        """An instance with these values as they are, under the names of the fields."""
        made = self.model.model_construct()
        made.__dict__.update({k: v for k, v in values.items() if k in self.model.model_fields})
        return made

    def renew(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Values whose class the script has defined anew since, made of the new class."""
        renewed: dict[str, Any] = {}
        for name, info in self.model.model_fields.items():
            value = values.get(name)
            if isinstance(value, BaseModel) and not _is_instance(value, info.annotation):
                adapter: TypeAdapter[Any] = TypeAdapter(cast("Any", info.annotation))
                renewed[name] = adapter.validate_python(value.model_dump())
        return renewed


def validated_values(validated: BaseModel, values: Mapping[str, Any]) -> dict[str, Any]:
    """The validated value of each stored key, under the key it was stored with (name or alias)."""
    found: dict[str, Any] = {}
    for field, info in type(validated).model_fields.items():
        alias = info.validation_alias
        choices = alias.choices if isinstance(alias, AliasChoices) else (alias,)
        for key in (*choices, info.alias, field):
            if isinstance(key, str) and key in values:
                found[key] = getattr(validated, field)
                break
    return found


def _is_instance(value: object, annotation: Any) -> bool:
    return any(isinstance(value, part) for part in _parts(annotation) if isinstance(part, type))


def _parts(annotation: Any) -> Iterator[Any]:
    yield annotation
    for argument in get_args(annotation):
        yield from _parts(argument)


def _classes_of(model: type[BaseModel]) -> Iterator[type]:
    """The classes whose instances the model's values may hold, each once."""
    waiting: list[Any] = [info.annotation for info in model.model_fields.values()]
    seen: set[type] = set()
    while waiting:
        for part in _parts(waiting.pop()):
            if not isinstance(part, type) or part in seen:
                continue
            seen.add(part)
            if issubclass(part, BaseModel):
                waiting.extend(info.annotation for info in part.model_fields.values())
                yield part
            elif dataclasses.is_dataclass(part):
                waiting.extend(field.type for field in dataclasses.fields(part))
                yield part
            elif issubclass(part, Enum):
                yield part


def _name_of(cls: type) -> str:
    return cls.__qualname__.replace("<locals>", "-")
