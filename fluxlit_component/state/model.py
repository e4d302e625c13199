"""The types by which an app's model is named. pydantic itself is loaded only where an app has a model.

Streamlit collects the garbage of the whole process after each run, and looks at all that is loaded.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from typing_extensions import TypeVar

if TYPE_CHECKING:
    from pydantic import BaseModel

M = TypeVar("M", bound="BaseModel", default=Any)
"""The app's model; without one `session.state` is an error, so any type will do."""
Migration: TypeAlias = Callable[[dict[str, Any]], Mapping[str, Any]]
"""Takes the values of one schema version, returns those of the next."""
