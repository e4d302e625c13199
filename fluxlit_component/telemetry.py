"""Spans and metrics for apps that run OpenTelemetry. Other apps pay nothing.

Only the API is used, and only if the app has loaded it; the operator chooses the exporter. No attribute ever
holds an id or a value. Errors are named by their type, because a message may quote a value.

Spans: `fluxlit.hydrate`, `fluxlit.commit` (attribute `fluxlit.keys`), `fluxlit.store.<operation>`.
Counters: `fluxlit.store.errors`, `fluxlit.conflicts`, `fluxlit.unknown_ids`, `fluxlit.degraded_runs`,
`fluxlit.identity_changes`.
Histogram: `fluxlit.store.duration` in seconds.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Final

_SCOPE: Final = "fluxlit_component"


def _is_loaded() -> bool:
    return "opentelemetry.trace" in sys.modules or "opentelemetry.metrics" in sys.modules


@contextmanager
def span(name: str, **attributes: str | int) -> Iterator[None]:
    """Time what is done in the block; an exception is named by its type and goes on."""
    if not _is_loaded():
        yield
        return
    from opentelemetry import trace

    named = {f"fluxlit.{key}": value for key, value in attributes.items()}
    begin = trace.get_tracer(_SCOPE).start_as_current_span
    with begin(name, attributes=named, record_exception=False, set_status_on_exception=False) as current:
        try:
            yield
        except Exception as error:
            current.set_attribute("error.type", type(error).__name__)
            current.set_status(trace.StatusCode.ERROR)
            raise


def count(name: str, amount: int = 1, **attributes: str) -> None:
    """Add to a counter."""
    if amount and _is_loaded():
        _instrument("create_counter", name).add(amount, attributes)


def record_seconds(name: str, seconds: float, **attributes: str) -> None:
    """Add one duration to a histogram."""
    if _is_loaded():
        _instrument("create_histogram", name).record(seconds, attributes)


@lru_cache(maxsize=32)
def _instrument(create: str, name: str) -> Any:
    from opentelemetry import metrics

    unit = "s" if create == "create_histogram" else ""
    return getattr(metrics.get_meter(_SCOPE), create)(name, unit=unit)
