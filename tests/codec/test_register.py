"""Classes of the app: kept by registered name and schema number, restored as they were."""

from __future__ import annotations

import dataclasses
import gc
import random
import sys
import weakref
from collections import OrderedDict, namedtuple
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import Enum, Flag, IntEnum, IntFlag
from functools import cached_property
from types import ModuleType
from typing import Any, Generic, NamedTuple, TypeVar

import pytest
from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, RootModel, field_validator

from fluxlit_component.codec import decode, encode
from fluxlit_component.codec.catalogue import is_outdated, is_registered, register
from fluxlit_component.errors import ConfigurationError, CorruptValue, UnstorableValue

T = TypeVar("T")


@dataclass
class Point:
    x: int
    y: Any = None
    label: str = field(default="", init=False)


@dataclass(frozen=True, slots=True, order=True)
class Frozen:
    a: tuple[int, ...]
    b: date


@dataclass
class Child(Point):
    z: list[Point] = field(default_factory=list)


@dataclass(slots=True)
class Slotted:
    _hidden: int
    later: int = field(init=False)


@dataclass
class Lazy:
    n: int

    @cached_property
    def double(self) -> int:
        return self.n * 2


@dataclass
class Loud:
    n: int

    def __post_init__(self) -> None:
        self.n += 1


@dataclass
class Box(Generic[T]):
    item: T


class Colour(Enum):
    RED = "r"
    CRIMSON = "r"  # noqa: PIE796 - an alias
    BLUE = Decimal("1.0")


class Level(IntEnum):
    LOW = 1


class Bits(Flag):
    A = 1
    B = 2


class IntBits(IntFlag):
    A = 1
    B = 2


class Name(str, Enum):
    X = "x"


class Pair(NamedTuple):
    a: int
    b: Any = None


Old = namedtuple("Old", "a b")  # noqa: PYI024 - the untyped kind is one of the values


class Address(BaseModel):
    model_config = ConfigDict(frozen=True)
    street: str = Field(alias="s", default="?")


class User(BaseModel):
    model_config = ConfigDict(extra="allow")
    name: str
    age: int = 3
    home: Address | None = None
    tags: set[str] = set()
    _visits: int = PrivateAttr(default=0)

    @field_validator("name")
    @classmethod
    def shout(cls, value: str) -> str:
        return value + "!"


class Numbers(RootModel[list[int]]):
    pass


class WithSlot(BaseModel):
    __slots__ = ("_cache",)
    x: int = 1


ALL = (
    Point, Frozen, Child, Slotted, Lazy, Loud, Box, Colour, Level, Bits, IntBits, Name, Pair, Old, Address,
    User, Numbers, WithSlot,
)  # fmt: skip


def values() -> list[Any]:
    """Instances of all kinds, some of them in odd states."""
    child = Child(1, (2, 3), [Point(4), Child(5)])
    child.label = "set later"
    slotted = Slotted(1)
    lazy = Lazy(2)
    assert lazy.double == 4
    wild = Point(1)
    wild.extra = [1, {2}]  # type: ignore[attr-defined]
    user = User(name="a", home=Address(s="x"), more=(1, 2))
    user._visits = 7
    with_slot = WithSlot()
    object.__setattr__(with_slot, "_cache", [1])
    user.age = "not an int"  # type: ignore[assignment]
    return [
        Point(1), child, Frozen((1, 2), date(2024, 1, 1)), slotted, lazy, Loud(1), Box([1]), wild,
        Colour.RED, Colour.CRIMSON, Colour.BLUE, Level.LOW, Bits.A, Bits.A | Bits.B, Bits(0), IntBits(3),
        IntBits(8), Name.X,
        Pair(1), Pair(1, [Old(1, (2,))]), Old(None, 2), Address(), user, User.model_construct(age=1),
        Numbers([1, 2]), WithSlot(), with_slot, {Colour.RED: [Level.LOW], Pair(1, 2): Bits.A},
        {Frozen((1,), date.min), Level.LOW, "x"},
        OrderedDict({Name.X: Address(s="y")}),
    ]  # fmt: skip


@pytest.mark.parametrize("value", values(), ids=lambda value: type(value).__name__)
def test_registered_class_comes_back_exactly(value: Any, same: Any) -> None:
    """Fields, unset fields, extras, private attributes and cached properties: all as they were."""
    for cls in ALL:
        register(cls, name=cls.__name__)
    again = decode(encode(value))
    assert same(value, again)
    assert encode(again) == encode(value)


def test_no_code_of_the_class_runs_when_it_is_restored() -> None:
    """`__post_init__` would count twice, a validator would shout twice."""
    register(Loud, name="loud")
    register(User, name="user")
    assert decode(encode(Loud(1))).n == 2
    assert decode(encode(User(name="a"))).name == "a!"


def test_stored_bytes_hold_the_name_and_no_path() -> None:
    """Neither module nor class name is in the bytes."""
    register(Point, name="the-point")
    data = encode(Point(1))
    assert b"the-point" in data
    assert b"Point" not in data
    assert b"test_register" not in data


def test_register_is_a_decorator_too() -> None:
    """Both spellings return the class."""

    @register(name="note", schema=2)
    @dataclass
    class Note:
        text: str

    assert is_registered(Note)
    assert not is_registered(Point)
    assert register(Point, name="p") is Point
    assert decode(encode(Note("x"))) == Note("x")


def test_subclass_of_a_registered_class_is_not_registered() -> None:
    """A subclass would come back as its base: it is refused until it has a name."""
    register(Point, name="point")
    with pytest.raises(UnstorableValue, match="@register"):
        encode(Child(1))


def test_conflicting_names_are_configuration_errors() -> None:
    """One name, one class; one class, one name."""
    register(Point, name="a")
    register(Point, name="a", schema=2)
    with pytest.raises(ConfigurationError, match="already belongs"):
        register(Child, name="a")
    with pytest.raises(ConfigurationError, match="one name"):
        register(Point, name="b")


@pytest.mark.parametrize("name", ["", "a b", "x" * 101, "\u00e9", 5, "a\n"])
def test_bad_name_is_a_configuration_error(name: Any) -> None:
    """Names are short and plain, so that they may stand in a log."""
    with pytest.raises(ConfigurationError, match="1 to 100"):
        register(Point, name=name)


@pytest.mark.parametrize("schema", [0, -1, True, "1", 1.0])
def test_bad_schema_is_a_configuration_error(schema: Any) -> None:
    """Schema numbers count from one."""
    with pytest.raises(ConfigurationError, match="1 or more"):
        register(Point, name="p", schema=schema)


def test_class_that_cannot_be_kept_is_a_configuration_error() -> None:
    """Plain classes, functions, and dataclasses on top of a built-in type have no known shape."""

    @dataclass
    class Items(list):  # type: ignore[type-arg]
        a: int = 1

    @dataclass
    class Failure(Exception):
        a: int = 1

    @dataclass
    class Dice(random.Random):
        a: int = 1

    for cls in (object, int, dict, Items, Failure, Dice, len, Point(1)):
        with pytest.raises(ConfigurationError, match="cannot be registered"):
            register(cls, name="x")  # type: ignore[type-var]


def define(**fields: type) -> Any:
    """Define the dataclass again, the way a rerun of the script does."""
    cls = dataclasses.make_dataclass("Todo", fields.items())
    cls.__module__, cls.__qualname__ = "__main__", "Todo"
    return cls


def test_script_that_runs_again_replaces_its_class() -> None:
    """Values of the old class are still written, and are read as the new one; the old one is freed."""
    old = define(text=str)
    register(old, name="todo")
    value = old("x")
    new = define(text=str)
    register(new, name="todo")
    assert type(decode(encode(value))) is new
    forgotten = weakref.ref(old)
    del old, value
    gc.collect()
    assert forgotten() is None


def run_script(
    monkeypatch: pytest.MonkeyPatch, *names: str, inside: bool = False, file: str = "app.py"
) -> dict[str, Any]:
    """Run a script that registers classes under one name, in a `__main__` of its own as Streamlit does."""
    lines = ["from dataclasses import dataclass", "from fluxlit_component import register", "def main():"]
    for name in names:
        lines += ["  @register(name='shop.cart')", "  @dataclass", f"  class {name}:", "    items: list"]
    lines += ["  globals().update(locals())", "main()"]
    source = "\n".join(lines if inside else [*lines[:2], *[line[2:] for line in lines[3:-2]]])
    module = ModuleType("__main__")
    module.__file__ = file
    monkeypatch.setitem(sys.modules, "__main__", module)
    exec(compile(source, file, "exec", dont_inherit=True), vars(module))
    return vars(module)


@pytest.mark.parametrize("inside", [False, True])
def test_a_renamed_class_of_a_script_replaces_the_old_one(
    monkeypatch: pytest.MonkeyPatch, inside: bool
) -> None:
    """The saved script has another name for its class, and a name may go back; a function may define it."""
    old = run_script(monkeypatch, "Cart", inside=inside)["Cart"]
    stored = encode(old(["tea"]))
    new = run_script(monkeypatch, "Basket", inside=inside)["Basket"]
    assert decode(stored) == decode(encode(old(["tea"]))) == new(["tea"])
    assert is_outdated([old([])])
    again = run_script(monkeypatch, "Cart", inside=inside)["Cart"]
    assert decode(stored) == again(["tea"])


@pytest.mark.parametrize("inside", [False, True])
def test_two_classes_of_one_run_cannot_share_a_name(monkeypatch: pytest.MonkeyPatch, inside: bool) -> None:
    """In the first run and in every later one."""
    for _ in range(3):
        with pytest.raises(ConfigurationError, match="already belongs"):
            run_script(monkeypatch, "Cart", "Basket", inside=inside)


def test_two_classes_of_two_pages_cannot_share_a_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each page has a `__main__` of its own: the values of one would come back as those of the other."""
    stored = encode(run_script(monkeypatch, "Cart", file="pages/cart.py")["Cart"](["tea"]))
    with pytest.raises(ConfigurationError, match="already belongs"):
        run_script(monkeypatch, "Basket", file="pages/basket.py")
    assert type(decode(stored)).__name__ == "Cart"


def test_an_instance_of_an_older_class_is_found() -> None:
    """Wherever it stands: in containers, in attributes, in slots, in a graph with many ways to it."""
    old = define(text=str)
    register(old, name="todo")
    register(Point, name="point")
    register(Frozen, name="frozen")
    register(Pair, name="pair")
    graph = Point(None)
    graph.y = [Point(graph, graph), Point(graph, graph), graph]
    inside: list[Any] = [
        [{"a": (old("x"),)}], {old: 1, "a": {1: old("x")}}, Pair(1, old("x")), Point(1, [old("x")]),
        Frozen((old("x"),), date.min),  # type: ignore[arg-type]
        Point(old("x"), graph),
    ]  # fmt: skip
    assert not any(map(is_outdated, [*inside, graph]))
    register(define(text=str), name="todo")
    assert all(map(is_outdated, inside))
    assert not is_outdated([graph, 1, "x", object()])


def test_fields_that_do_not_fit_the_class_are_corrupt() -> None:
    """A class that changed under the same schema number is never half filled."""
    register(define(text=str), name="todo")
    data = encode(decode(encode(define_registered("x"))))
    for fields in ({"text": str, "done": bool}, {"title": str}, {}):
        register(define(**fields), name="todo")
        with pytest.raises(CorruptValue, match="schema number"):
            decode(data)


def define_registered(text: str) -> Any:
    """An instance of the class, registered under its first schema."""
    cls = define(text=str)
    register(cls, name="todo")
    return cls(text)


def test_older_schema_is_migrated() -> None:
    """`migrate` gets the stored fields and their number, and the class builds itself from the answer."""
    data = encode(define_registered("x"))
    seen = []

    def migrate(fields: dict[str, Any], schema: int) -> dict[str, Any]:
        seen.append((fields, schema))
        return {"title": fields["text"], "done": False}

    new = define(title=str, done=bool)
    register(new, name="todo", schema=3, migrate=migrate)
    assert decode(data) == new("x", False)
    assert seen == [({"text": "x"}, 1)]


def test_schema_that_cannot_be_migrated_is_corrupt() -> None:
    """No migrate, a failing one, and a newer schema are three different messages."""
    data = encode(define_registered("s3cret"))
    new = define(title=str)
    register(new, name="todo", schema=2)
    with pytest.raises(CorruptValue, match="migrate"):
        decode(data)
    register(new, name="todo", schema=2, migrate=lambda fields, _: {"title": fields["s3cret"]})
    with pytest.raises(CorruptValue, match="failed with KeyError"):
        decode(data)
    register(new, name="todo", schema=2, migrate=lambda fields, _: {"wrong": 1})
    with pytest.raises(CorruptValue, match="failed with TypeError"):
        decode(data)
    register(new, name="todo", schema=5)
    newer = encode(new("x"))
    register(new, name="todo", schema=2)
    with pytest.raises(CorruptValue, match="newer version"):
        decode(newer)


def test_migrated_model_is_validated() -> None:
    """What a migration returns was never a model: pydantic has the last word."""
    register(User, name="user")
    data = encode(User(name="a", more=1))
    register(User, name="user", schema=2, migrate=lambda fields, _: {**fields, "age": "5"})
    again = decode(data)
    assert again.age == 5
    assert again.model_extra == {"more": 1}
    register(User, name="user", schema=3, migrate=lambda fields, _: {**fields, "age": "old"})
    with pytest.raises(CorruptValue, match="ValidationError"):
        decode(data)


def test_migrated_enum_member_may_be_renamed() -> None:
    """A member is stored by its name."""
    register(Colour, name="colour")
    data = encode(Colour.BLUE)
    register(Colour, name="colour", schema=2, migrate=lambda fields, _: {"member": "RED"})
    assert decode(data) is Colour.RED


def test_member_that_is_gone_is_corrupt() -> None:
    """A name the Enum no longer has."""
    register(Colour, name="colour")
    data = encode(Colour.BLUE).replace(b"BLUE", b"BLUR")
    with pytest.raises(CorruptValue, match=r"members of .*Colour are not those that were stored; raise its"):
        decode(data)


def test_bits_that_are_gone_are_corrupt() -> None:
    """A Flag whose stored combination has a member less now."""
    register(Bits, name="bits")
    data = encode(Bits.A | Bits.B)
    fewer: Any = Flag("Bits", {"A": 1}, module=__name__, qualname="Bits")
    register(fewer, name="bits")
    with pytest.raises(CorruptValue, match=r"members of .*Bits are not those"):
        decode(data)


def test_unregistered_name_says_what_to_do() -> None:
    """The module with the class was not imported."""
    from fluxlit_component.codec import catalogue

    register(Point, name="point")
    data = encode(Point(1))
    catalogue._by_name.clear()
    with pytest.raises(CorruptValue, match="import the module"):
        decode(data)


def test_field_that_cannot_be_kept_refuses_the_object() -> None:
    """A lock in a field is named."""
    register(Point, name="point")
    with pytest.raises(UnstorableValue) as caught:
        encode(Point(1, object()))
    assert caught.value.type_name == "object"
