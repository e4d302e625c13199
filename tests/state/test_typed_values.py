"""Values of a typed session: what a model may hold comes back as it was, class by class."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from enum import Enum
from typing import Any, Generic, NamedTuple, TypeVar

import pydantic
import pytest
import streamlit as st
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    RootModel,
    ValidationError,
    field_validator,
    model_validator,
)
from typing_extensions import TypeAliasType, TypedDict

from fluxlit_component import InMemorySessionStore, UrlSession, register
from fluxlit_component.codec import decode, encode
from fluxlit_component.codec.catalogue import is_registered
from fluxlit_component.state.schema import Schema
from tests.visitor import Visitor, nothing

pytestmark = pytest.mark.usefixtures("forced")
T = TypeVar("T")


class Colour(Enum):
    RED = 1


class Size(Enum):
    S = "s"


class Größe(Enum):  # noqa: PLC2401 - people write classes in their own language
    KLEIN = 1


class Shade(Enum):
    DARK = 1


Shades = TypeAliasType("Shades", list[Shade])


@dataclasses.dataclass
class Part:
    """Its annotations are text here."""

    colour: Colour
    serial: int = dataclasses.field(default=0, init=False)


@dataclasses.dataclass
class Pack(Generic[T]):
    item: T


@dataclasses.dataclass
class Cart:
    items: list[str]


class Spot(NamedTuple):
    x: int
    size: Size = Size.S


class Row(TypedDict):
    sizes: list[Größe]


class Box(BaseModel, Generic[T]):
    item: T


class Numbers(RootModel[list[int]]):
    pass


class User(BaseModel):
    model_config = ConfigDict(extra="allow")
    name: str = ""
    _visits: int = PrivateAttr(default=0)

    @field_validator("name")
    @classmethod
    def shout(cls, value: str) -> str:
        """Not to be done twice."""
        return value + "!"


class Stock(BaseModel):
    part: Part = Part(Colour.RED)
    pack: Pack[int] = Pack(1)
    cart: Cart = Cart([])
    spot: Spot = Spot(1)
    row: Row = {"sizes": [Größe.KLEIN]}
    shades: Shades = [Shade.DARK]
    box: Box[int] = Box[int](item=1)
    numbers: Numbers = Numbers([1])
    user: User = User()
    more: list[User | None] = []


def fill(session: UrlSession[Stock]) -> None:
    """Put something into everything."""
    state = session.state
    state.part.serial = 7
    state.cart.items.append("tea")
    state.user = User(name="Ada", email="ada@example.org")
    state.user._visits = 3
    state.more.append(User(name="Bob"))
    state.numbers.root.append(2)


def test_everything_that_a_model_may_hold_comes_back_as_it_was(caplog: pytest.LogCaptureFixture) -> None:
    """Nothing is skipped for want of `register`, no validator acts twice, private and extra values stay."""
    register(Cart, name="shop.cart")
    visitor = Visitor(fill, store=InMemorySessionStore(), model=Stock)
    assert visitor.session.skipped == {}
    left = {name: encode(visitor.state[name]) for name in Stock.model_fields}
    back = visitor.reload(nothing)
    assert back.session.skipped == {}
    assert {name: encode(back.state[name]) for name in Stock.model_fields} == left
    user = back.state["user"]
    assert (user.name, user.email, user._visits, user.model_fields_set) == (
        "Ada!",
        "ada@example.org",
        3,
        {"name", "email"},
    )
    assert back.state["part"].serial == 7
    assert [r.message for r in caplog.records if r.name.startswith("fluxlit")] == []


def test_classes_are_found_however_they_are_named() -> None:
    """Behind text, aliases of types, generics, typed dicts and named tuples; the session's own is not one."""
    Schema(Stock)
    for cls in (Part, Colour, Pack, Spot, Size, Größe, Shade, Box[int], Numbers, User):
        assert is_registered(cls), cls
    assert not is_registered(Stock)


class Home(BaseModel):
    street: str = Field(alias="s", default="?")


class Aliased(BaseModel):
    top: str = Field("unset", alias="t")
    home: Home = Home()


def test_field_with_an_alias_comes_back() -> None:
    """The state is filed under names of fields; a key that is called like the alias is another one."""

    def move(session: UrlSession[Aliased]) -> None:
        session.state.top = "set"
        session.state.home = Home(s="Main")
        st.session_state["t"] = "not it"

    back = Visitor(move, store=InMemorySessionStore(), model=Aliased).reload(nothing)
    assert back.state == {"top": "set", "home": Home(s="Main"), "t": "not it"}


def test_field_with_an_alias_survives_a_migration() -> None:
    """A migration sees names, and what it returns is read by them."""
    store = InMemorySessionStore()
    seen: list[Any] = []

    def move(session: UrlSession[Aliased]) -> None:
        session.state.home = Home(s="Main")

    def migrate(old: dict[str, Any]) -> dict[str, Any]:
        seen.append(old)
        return old

    visitor = Visitor(move, store=store, model=Aliased)
    back = visitor.reload(nothing, schema_version=2, migrations={1: migrate})
    assert seen == [{"top": "unset", "home": {"street": "Main"}}]
    assert back.state["home"] == Home(s="Main")


class Loose(BaseModel):
    numbers: Numbers = Numbers([1])
    user: User = User()


def test_migration_sees_root_and_extra_values() -> None:
    """A root model is what it holds; extra values stand beside the fields."""
    seen: list[Any] = []

    def move(session: UrlSession[Loose]) -> None:
        session.state.user = User(email="x")

    def migrate(old: dict[str, Any]) -> dict[str, Any]:
        seen.append(old)
        return old

    visitor = Visitor(move, store=InMemorySessionStore(), model=Loose)
    back = visitor.reload(nothing, schema_version=2, migrations={1: migrate})
    assert seen == [{"numbers": [1], "user": {"name": "", "email": "x"}}]
    assert (back.state["numbers"], back.state["user"].email) == (Numbers([1]), "x")


def test_class_with_a_new_field_still_takes_what_was_stored() -> None:
    """A nested class may grow without a new schema version: the schema validates what it finds."""

    class Grown(BaseModel):
        text: str
        done: bool = False

    class Small(BaseModel):
        text: str

    Small.__qualname__ = Grown.__qualname__
    small = Schema(pydantic.create_model("Todo", note=(Small, ...)))
    stored = encode(Small(text="x"))
    grown = Schema(pydantic.create_model("Todo", note=(Grown, ...)))
    assert small.model is not grown.model
    assert grown.fit({"note": decode(stored, plain=True)}, 1) == {"note": Grown(text="x", done=False)}


def define() -> Any:
    """A model and its classes, defined anew as a rerun of the script does."""

    class Mood(Enum):
        CALM = 1

    class Item(BaseModel):
        label: str
        mood: Mood = Mood.CALM
        _seen: bool = PrivateAttr(default=False)

    class Todo(BaseModel):
        items: list[Item] = []
        mood: Mood = Mood.CALM

    return Todo, Item, Mood


def test_values_of_classes_defined_anew_are_made_of_the_new_ones() -> None:
    """Also inside lists: the app's next assignment and comparison work as in the first run."""
    first, old_item, old_mood = define()
    assert Schema(first).renew({"mood": old_mood.CALM}) == {}
    item = old_item(label="x")
    item._seen = True
    model, new_item, new_mood = define()
    schema = Schema(model)
    renewed = schema.renew({"items": [item], "mood": old_mood.CALM})
    assert renewed["mood"] is new_mood.CALM
    assert type(renewed["items"][0]) is new_item
    assert renewed["items"][0].mood is new_mood.CALM
    assert renewed["items"][0]._seen
    assert (
        schema.validate("items", [*renewed["items"], new_item(label="y")], renewed)["items"][1].label == "y"
    )
    assert schema.renew(renewed) == {}
    assert schema.renew({"mood": old_mood.CALM}, but={"mood"}) == {}


class Strict(BaseModel):
    model_config = ConfigDict(strict=True, extra="forbid")
    cart: Cart = Cart([])
    user: User = User()


def test_strict_model_that_forbids_others_keeps_a_session() -> None:
    """It speaks of its fields, not of the widgets that have keys beside them."""

    def shop(session: UrlSession[Strict]) -> None:
        session.state.cart = Cart(["tea"])
        st.session_state["widget"] = 1

    back = Visitor(shop, store=InMemorySessionStore(), model=Strict).reload(nothing)
    assert back.session.status == "ready"
    assert back.state == {"cart": Cart(["tea"]), "user": User(), "widget": 1}


class Sum(BaseModel):
    model_config = ConfigDict(validate_default=True)
    a: int = 1
    b: int = "2"  # type: ignore[assignment]
    total: int = 0

    @model_validator(mode="after")
    def add(self) -> Sum:
        """Keep the total."""
        self.__dict__["total"] = self.a + self.b
        return self


def test_what_a_validator_sets_with_a_field_is_written_too() -> None:
    """And defaults are validated where the model says so."""

    def count(session: UrlSession[Sum]) -> None:
        assert st.session_state["b"] == 2
        session.state.a = 5
        assert session.state.total == 7
        with pytest.raises(ValidationError):
            session.state.a = "many"  # type: ignore[assignment]
        assert session.state.model_dump(exclude_unset=True) == {"a": 5, "b": 2, "total": 7}

    back = Visitor(count, store=InMemorySessionStore(), model=Sum).reload(nothing)
    assert back.state == {"a": 5, "b": 2, "total": 7}


def test_a_copy_of_the_typed_state_is_an_instance_of_the_model() -> None:
    """Also a pickle, such as for a process of the app's own."""

    def hand_over(session: UrlSession[Sum]) -> None:
        copies = (
            copy.copy(session.state),
            copy.deepcopy(session.state),
            pickle.loads(pickle.dumps(session.state)),
        )
        session.state.a = 5
        assert copies == (Sum(), Sum(), Sum())
        assert {type(each) for each in copies} == {Sum}

    Visitor(hand_over, store=InMemorySessionStore(), model=Sum)
