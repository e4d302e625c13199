"""Values that another thread changes while they are read, such as a list that collects measurements."""

from __future__ import annotations

import copy
from collections import deque
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from fluxlit_component.codec import decode, encode, encoder, registry


@pytest.mark.parametrize(
    ("value", "change"),
    [
        ([Decimal(n) for n in range(9)], lambda value: value.append(Decimal(9))),
        ([Decimal(n) for n in range(9)], lambda value: value and value.pop()),
        ({"a": [(n,) for n in range(9)]}, lambda value: value["a"].append(())),
        ({n: (n,) for n in range(9)}, lambda value: value.update(new=())),
        ({(n,) for n in range(9)}, lambda value: value.add(())),
        (deque([(n,) for n in range(9)]), lambda value: value.append(())),
    ],
)
def test_what_is_stored_is_the_value_of_one_moment(
    monkeypatch: pytest.MonkeyPatch, value: Any, change: Callable[[Any], object]
) -> None:
    """The other thread has its turn whenever a part of the value is read by Python code."""
    before, find = copy.deepcopy(value), registry.row_of_kind

    def find_late(kind: type) -> Any:
        if kind is not type(value):
            change(value)
        return find(kind)

    monkeypatch.setattr(registry, "row_of_kind", find_late)
    data = encode(value)
    monkeypatch.undo()
    assert value != before
    assert decode(data) == before


def test_a_part_of_another_type_that_comes_meanwhile_is_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """The value was plain when it was looked at."""
    value: list[Any] = [1, [2]]
    look = encoder.survey

    def look_early(*args: Any, **kwargs: Any) -> Any:
        found = look(*args, **kwargs)
        if len(value) == 2:
            value.append((3,))
        return found

    monkeypatch.setattr(encoder, "survey", look_early)
    assert decode(encode(value)) == [1, [2], (3,)]
