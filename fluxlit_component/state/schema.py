"""The schema of a typed session: a pydantic model, its version, and the migrations of older records.

Pure functions from stored values to validated values. `tab` decides which record the values come from and
what happens to a record that does not fit.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from contextlib import suppress
from typing import Any, Generic, cast

from pydantic import AliasChoices, BaseModel, TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from fluxlit_component.arguments import M, Migration
from fluxlit_component.codec import decode, encode
from fluxlit_component.codec.catalogue import enrol, is_outdated, was_redefined
from fluxlit_component.errors import CodecError, ConfigurationError, UnfitRecord


class Schema(Generic[M]):
    """A model of what the state looks like now, with its version and the migrations that lead to it.

    `version`: 1 or more; to be raised when stored records would not fit any more. `migrations`: version ->
    function that turns its values into those of the next version.
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
        steps: Any = {} if migrations is None else migrations
        is_chain = isinstance(steps, Mapping) and {*steps} == {*range(max(version - len(steps), 1), version)}
        if not is_chain or not all(map(callable, steps.values())):
            taken = f"a function for each version in a row, the last of which leads to {version}"
            raise ConfigurationError(f"migrations takes {taken}")
        self.migrations: dict[int, Migration] = {**steps}
        self._classes = _classes_of(model)
        for cls in self._classes:
            enrol(cls)

    def fit(self, values: Mapping[str, Any], stored_version: int) -> dict[str, Any]:
        """Bring stored values to this version and validate them.

        Other keys stay unchanged. Fields may be missing. Nested models and dataclasses that are instances
        are not validated again, unless the model has `revalidate_instances`. Values of this version that do
        not fit stay. `UnfitRecord`: a migration is missing or failed, or values of another do not fit.
        """
        current = dict(values)
        for version in range(max(stored_version, 1), self.version):
            if (migration := self.migrations.get(version)) is None:
                raise UnfitRecord(f"there is no migration from schema version {version}")
            try:
                current = dict(migration(dict(current)))
            except Exception as error:
                reason = f"the migration from schema version {version} failed ({type(error).__name__})"
                raise UnfitRecord(reason) from error
        is_own = stored_version == self.version
        try:
            return {**current, **validated_values(validate_stored(self.model, current), current)}
        except ValidationError as error:
            if not is_own and any(e["type"] != "missing" or len(e["loc"]) > 1 for e in error.errors()):
                names = sorted({str(place) for each in error.errors() for place in each["loc"][:1]})
                # Only names: pydantic's error quotes the values.
                raise UnfitRecord(f"the stored values do not fit the model ({', '.join(names)})") from None
        # A field without a default may be unset in a new session, and so it may be missing in the record.
        present = {name: value for name, value in current.items() if name in self.model.model_fields}
        for name, value in tuple(present.items()):
            try:
                present |= self.validate(name, value, present)
            except Exception:  # noqa: BLE001 - a validator of the model may need the missing fields
                if not is_own:
                    raise UnfitRecord(f"the stored values do not fit the model ({name})") from None
        return {**current, **present}

    def defaults(self, present: Mapping[str, Any]) -> dict[str, Any]:
        """Default values of the fields that are not `present`. Fields without a default are left out."""
        fields = self.model.model_fields
        absent = {n: info for n, info in fields.items() if n not in present and not info.is_required()}
        by_default = self.model.model_config.get("validate_default", False)
        asked = (info.validate_default for info in absent.values())
        if any(by_default if each is None else each for each in asked):
            with suppress(ValidationError):  # something else is missing or does not fit yet
                made = validate_stored(self.model, present)
                return {name: getattr(made, name) for name in absent}
        return {
            name: info.get_default(call_default_factory=True, validated_data=dict(present))
            for name, info in absent.items()
        }

    def validate(self, field: str, value: Any, others: Mapping[str, Any]) -> dict[str, Any]:
        """The validated value of one field, and the values of `others` that validators of the model have set.

        A `ValidationError` of pydantic: the value does not fit.
        """
        draft = self.draft(others)
        before = dict(vars(draft))
        self.model.__pydantic_validator__.validate_assignment(draft, field, value)
        after = vars(draft)
        also = (k for k in self.model.model_fields if k in others and after[k] is not before[k])
        return {k: after[k] for k in (field, *also)}

    def draft(self, values: Mapping[str, Any]) -> M:
        """An instance with these values under the names of the fields, without validation."""
        known = {k: v for k, v in values.items() if k in self.model.model_fields}
        made = self.model.model_construct(_fields_set=set(known))
        made.__dict__.update(known)
        return made

    def renew(self, values: Mapping[str, Any], *, but: Container[str] = ()) -> dict[str, Any]:
        """Rebuild values that hold instances of a class that the script has defined again in the meantime."""
        if not any(map(was_redefined, self._classes)):
            return {}
        return {
            name: self._renewed(value, info)
            for name, info in self.model.model_fields.items()
            if name not in but and is_outdated(value := values.get(name))
        }

    def _renewed(self, value: Any, info: FieldInfo) -> Any:
        try:
            return decode(encode(value))
        except CodecError:  # the class has other fields now
            adapter: TypeAdapter[Any] = TypeAdapter(cast("Any", info.annotation))
            return adapter.validate_python(TypeAdapter(type(value)).dump_python(value), by_name=True)


def validate_stored(model: type[M], values: Mapping[str, Any], *, has_others: bool = True) -> M:
    """Validate values stored under the names of fields or their aliases; may raise a `ValidationError`."""
    fields = model.model_fields
    # If the field's name is there, too, a key equal to its alias is another key of the app.
    strangers = {k for name, info in fields.items() if name in values for k in _aliases(info)} - fields.keys()
    if has_others and model.model_config.get("extra") == "forbid":  # the app's other keys are not meant
        strangers |= values.keys() - fields.keys() - {k for info in fields.values() for k in _aliases(info)}
    return model.model_validate({k: v for k, v in values.items() if k not in strangers}, by_name=True)


def validated_values(validated: BaseModel, values: Mapping[str, Any]) -> dict[str, Any]:
    """The validated value of each stored key, under the stored key (name or alias)."""
    found: dict[str, Any] = {}
    for field, info in type(validated).model_fields.items():
        key = next((k for k in (field, *_aliases(info)) if k in values), None)
        if key is not None:
            found[key] = getattr(validated, field)
    return found


def _aliases(info: FieldInfo) -> Iterator[str]:
    alias = info.validation_alias
    choices = alias.choices if isinstance(alias, AliasChoices) else (alias,)
    return (key for key in (*choices, info.alias) if isinstance(key, str))


def _classes_of(model: type[BaseModel]) -> set[type]:
    """The classes whose instances the model's values may hold, read from pydantic's core schema."""
    schema = model.__pydantic_core_schema__
    found: set[type] = set()
    waiting: list[Any] = [schema]
    while waiting:
        part = waiting.pop()
        if isinstance(part, Mapping):
            # In older releases the schema of a named tuple has its class as a "function".
            found.update(c for k in ("cls", "function") if isinstance(c := part.get(k), type))
            waiting.extend(part.values())
        elif isinstance(part, (list, tuple)):
            waiting.extend(part)
    if schema["type"] != "definitions" or schema["schema"]["type"] != "definition-ref":
        found.discard(model)  # it does not contain itself
    return found
