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
from fluxlit_component.codec.rows import Decoding, Encoding, Row
from fluxlit_component.errors import CorruptValue, UnstorableValue

_FACTORIES: Final[dict[str, Callable[[], object] | None]] = {
    "none": None,
    "int": int,
    "float": float,
    "str": str,
    "bool": bool,
    "bytes": bytes,
    "list": list,
    "dict": dict,
    "set": set,
    "tuple": tuple,
}


def _pack_tuple(value: tuple[object, ...], encoding: Encoding) -> bytes:
    return encoding.pack(list(value))


def _unpack_tuple(payload: bytes, decoding: Decoding) -> tuple[object, ...]:
    return tuple(_list(payload, decoding))


def _pack_set(value: set[object] | frozenset[object], encoding: Encoding) -> bytes:
    # A msgpack array, its items encoded one by one: encoding them again after sorting would double the
    # work at each level of nested sets.
    items = sorted(map(encoding.pack, value))
    return b"\xdd" + len(items).to_bytes(4, "big") + b"".join(items)


def _unpack_set(payload: bytes, decoding: Decoding) -> set[object]:
    items = _list(payload, decoding)
    value = set(items)
    if len(value) != len(items):
        raise CorruptValue("a stored set is damaged: an item appears twice")
    return value


def _unpack_frozenset(payload: bytes, decoding: Decoding) -> frozenset[object]:
    return frozenset(_unpack_set(payload, decoding))


def _pack_ordered_dict(value: OrderedDict[object, object], encoding: Encoding) -> bytes:
    _refuse_attributes(value)
    return encoding.pack(dict(value))


def _unpack_ordered_dict(payload: bytes, decoding: Decoding) -> OrderedDict[object, object]:
    return OrderedDict(_dict(decoding.unpack(payload)))


def _pack_default_dict(value: defaultdict[object, object], encoding: Encoding) -> bytes:
    for name, factory in _FACTORIES.items():
        if value.default_factory is factory:
            return encoding.pack([name, dict(value)])
    raise UnstorableValue(
        "collections.defaultdict",
        f"only these default factories can be kept: {', '.join(_FACTORIES)}; use one, or store dict(value)",
    )


def _unpack_default_dict(payload: bytes, decoding: Decoding) -> defaultdict[object, object]:
    name, items = decoding.unpack(payload)
    return defaultdict(_FACTORIES[name], _dict(items))


def _pack_counter(value: Counter[object], encoding: Encoding) -> bytes:
    _refuse_attributes(value)
    return encoding.pack(dict(value))


def _unpack_counter(payload: bytes, decoding: Decoding) -> Counter[object]:
    return Counter(_dict(decoding.unpack(payload)))


def _pack_deque(value: deque[object], encoding: Encoding) -> bytes:
    return encoding.pack([value.maxlen, list(value)])


def _unpack_deque(payload: bytes, decoding: Decoding) -> deque[object]:
    maxlen, items = decoding.unpack(payload)
    if maxlen is not None and (type(maxlen) is not int or len(items) > maxlen):
        raise CorruptValue("a stored deque is damaged")
    return deque(items, maxlen)


def _pack_range(value: range, encoding: Encoding) -> bytes:
    if not are_short(value.start, value.stop, value.step):
        raise refusal(value, f"its numbers have more than {MAX_NUMBER} bytes; keep the three numbers")
    return encoding.pack([value.start, value.stop, value.step])


def _unpack_range(payload: bytes, decoding: Decoding) -> range:
    start, stop, step = decoding.unpack(payload)
    if not are_short(start, stop, step):
        raise CorruptValue("a stored range is damaged")
    return range(start, stop, step)


def _list(payload: bytes, decoding: Decoding) -> list[Any]:
    items = decoding.unpack(payload)
    if type(items) is not list:
        raise CorruptValue("a stored container is damaged")
    return items


def _dict(items: object) -> dict[Any, Any]:
    if type(items) is not dict:
        raise CorruptValue("a stored mapping is damaged")
    return items


def _refuse_attributes(value: object) -> None:
    if vars(value):
        name = f"{type(value).__module__}.{type(value).__qualname__}"
        raise UnstorableValue(name, "it carries attributes of its own; keep them beside it, in a dict")


ROWS: Final = (
    Row(tuple, Code.TUPLE, _pack_tuple, _unpack_tuple),
    Row(set, Code.SET, _pack_set, _unpack_set),
    Row(frozenset, Code.FROZENSET, _pack_set, _unpack_frozenset),
    Row(OrderedDict, Code.ORDERED_DICT, _pack_ordered_dict, _unpack_ordered_dict),
    Row(defaultdict, Code.DEFAULT_DICT, _pack_default_dict, _unpack_default_dict),
    Row(Counter, Code.COUNTER, _pack_counter, _unpack_counter),
    Row(deque, Code.DEQUE, _pack_deque, _unpack_deque),
    Row(range, Code.RANGE, _pack_range, _unpack_range),
)
