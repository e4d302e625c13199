"""Type names for an app's model. This module does not load pydantic: only an app with a model needs it.

Streamlit runs a garbage collection after each run. It visits every loaded module, so each one costs time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, TypeAlias

from typing_extensions import TypeVar

if TYPE_CHECKING:
    from pydantic import BaseModel

M = TypeVar("M", bound="BaseModel", default=Any)
"""The app's model. Without a model reading `session.state` is an error, so any type will do as default."""
Migration: TypeAlias = Callable[[dict[str, Any]], Mapping[str, Any]]
"""Takes the values of one schema version, returns those of the next."""
