"""Containers beyond list and dict, each exactly itself.

A set is kept in the order of its items' encodings: the same set gives the same bytes in every
process, whatever PYTHONHASHSEED says.
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from collections.abc import Callable
from typing import Any, Final

from fluxlit_component.codec.bounds import MAX_NUMBER, are_short
from fluxlit_component.codec.codes import Code
from fluxlit_component.codec.refusals import refusal
from fluxlit_component.codec.rows import Decoding, Encoding, Row, row_of_parts
from fluxlit_component.errors import CorruptValue, UnstorableValue

_FACTORIES: Final[dict[str, Callable[[], object] | None]] = {
    "none": None,
    **{kind.__name__: kind for kind in (int, float, str, bool, bytes, list, dict, set, tuple)},
}


def _pack_set(value: set[object] | frozenset[object], encoding: Encoding) -> bytes:
    # A msgpack array, its items encoded one by one: encoding them again after sorting would double the
    # work at each level of nested sets.
    items = sorted(map(encoding.pack, value))
    return b"\xdd" + len(items).to_bytes(4, "big") + b"".join(items)


def _unpack_set(payload: bytes, decoding: Decoding) -> set[object]:
    items = _list(decoding.unpack(payload))
    value = set(items)
    if len(value) != len(items):
        raise CorruptValue("a stored set is damaged: an item appears twice")
    return value


def _plain_dict(value: OrderedDict[object, object] | Counter[object]) -> dict[object, object]:
    if vars(value):
        name = f"{type(value).__module__}.{type(value).__qualname__}"
        raise UnstorableValue(name, "it carries attributes of its own; keep them beside it, in a dict")
    return dict(value)


def _take_default_dict(value: defaultdict[object, object]) -> list[object]:
    for name, factory in _FACTORIES.items():
        if value.default_factory is factory:
            return [name, dict(value)]
    raise UnstorableValue(
        "collections.defaultdict",
        f"only these default factories can be kept: {', '.join(_FACTORIES)}; use one, or store dict(value)",
    )


def _default_dict(parts: Any) -> defaultdict[object, object]:
    name, items = parts
    return defaultdict(_FACTORIES[name], _dict(items))


def _deque(parts: Any) -> deque[object]:
    maxlen, items = parts
    if maxlen is not None and (type(maxlen) is not int or len(items) > maxlen):
        raise CorruptValue("a stored deque is damaged")
    return deque(items, maxlen)


def _take_range(value: range) -> list[int]:
    if not are_short(value.start, value.stop, value.step):
        raise refusal(value, f"its numbers have more than {MAX_NUMBER} bytes; keep the three numbers")
    return [value.start, value.stop, value.step]


def _range(parts: Any) -> range:
    start, stop, step = parts
    if not are_short(start, stop, step):
        raise CorruptValue("a stored range is damaged")
    return range(start, stop, step)


def _list(items: object) -> list[Any]:
    if type(items) is not list:
        raise CorruptValue("a stored container is damaged")
    return items


def _dict(items: object) -> dict[Any, Any]:
    if type(items) is not dict:
        raise CorruptValue("a stored mapping is damaged")
    return items


ROWS: Final = (
    row_of_parts(tuple, Code.TUPLE, list, lambda items: tuple(_list(items))),
    Row(set, Code.SET, _pack_set, _unpack_set),
    Row(frozenset, Code.FROZENSET, _pack_set, lambda *stored: frozenset(_unpack_set(*stored))),
    row_of_parts(OrderedDict, Code.ORDERED_DICT, _plain_dict, lambda items: OrderedDict(_dict(items))),
    row_of_parts(defaultdict, Code.DEFAULT_DICT, _take_default_dict, _default_dict),
    row_of_parts(Counter, Code.COUNTER, _plain_dict, lambda items: Counter(_dict(items))),
    row_of_parts(deque, Code.DEQUE, lambda value: [value.maxlen, list(value)], _deque),
    row_of_parts(range, Code.RANGE, _take_range, _range),
)
