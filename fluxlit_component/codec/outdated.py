"""Whether a value holds an instance of a class that was defined anew since.

A Streamlit script defines its classes in every run, but what the last run put into the state is still
there, made of that run's classes: equal to nothing and refused by validation.
"""

from __future__ import annotations

from typing import Any, Final

from fluxlit_component.codec.bounds import MAX_DEPTH
from fluxlit_component.codec.catalogue import enrolled_as, enrolment_of

_MANY: Final = (list, tuple, set, frozenset)


def is_outdated(value: object) -> bool:
    """Look through lists, dicts, sets, tuples and registered classes; whatever else is as it was."""
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        below: list[Any] = []
        for kind in set(map(type, level)):
            parts: list[Any] = [part for part in level if type(part) is kind]
            if kind in _MANY:
                below += (item for part in parts for item in part)
            elif kind is dict:
                below += (item for part in parts for pair in part.items() for item in pair)
            elif (enrolment := enrolment_of(kind)) is not None:
                newest = enrolled_as(enrolment.name)
                if newest is not None and newest[0] is not kind:
                    return True
                below += (item for part in parts for item in _inside(part))
        if not below:
            break
        level = below
    return False


def _inside(part: Any) -> Any:
    if isinstance(part, tuple):
        return part
    return vars(part).values() if hasattr(part, "__dict__") else ()
