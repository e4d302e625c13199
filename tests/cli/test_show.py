"""What is said about a stored value: type, size, and never more of it than asked for."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from fluxlit_component.cli.listing import glimpse
from fluxlit_component.codec import catalogue, encode
from fluxlit_component.codec.catalogue import register
from fluxlit_component.state.record import Field


def test_sealed() -> None:
    """A sealed value says that it is, by which master key, and shows nothing."""
    pytest.importorskip("cryptography", reason="needs the extra crypto")
    from fluxlit_component.stores.cipher import Cipher

    for masters, said in (({}, "sealed with the session's"), ({7: b"x" * 16}, "sealed with master key 7")):
        data = Cipher("some id", masters).seal("key", encode("hunter2"))
        seen = glimpse(Field(3, data), with_value=True)
        assert seen["type"].startswith(said)
        assert seen == {"type": seen["type"], "bytes": len(data), "version": 3}


def test_object_of_the_app() -> None:
    """An instance of a class that only the app knows is shown by its fields."""

    @dataclass
    class Basket:
        apples: int

    register(Basket, name="tests.cli.basket")
    data = encode(Basket(3))
    assert glimpse(Field(1, data), with_value=True)["type"].endswith("Basket")
    catalogue._by_name.pop("tests.cli.basket")
    seen = glimpse(Field(1, data), with_value=True)
    assert seen["type"] == "object of the app"
    assert "'apples': 3" in seen["value"]


def test_damaged() -> None:
    """What cannot be read says so, and its bytes are not printed."""
    seen = glimpse(Field(1, b"\x01\xc1hunter2"), with_value=True)
    assert (seen["type"], "value" in seen) == ("unreadable", False)


def test_values_are_cut_and_harmless() -> None:
    """A long value is cut short, and what would steer a terminal is replaced."""
    assert 400 < len(glimpse(Field(1, encode("x" * 10_000)), with_value=True)["value"]) <= 500
    assert "\x1b" not in glimpse(Field(1, encode(["\x1b[2J"])), with_value=True)["value"]
