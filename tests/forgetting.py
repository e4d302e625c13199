"""A process forgets its streams and jobs, as if it had just begun."""

from __future__ import annotations

from fluxlit_component.background import registry, writer


def forget_tasks() -> None:
    """Stop and drop all tasks."""
    for task in [*registry._tasks.values()]:
        task.stop()
    registry._tasks.clear()
    registry._working.clear()
    forget_savings()


def forget_savings() -> None:
    """Drop all that is still to be saved."""
    writer._savings.clear()
    writer._discarded.clear()
