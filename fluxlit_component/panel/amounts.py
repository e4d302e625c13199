"""Sizes and spans of time as people say them, for the panel and for the command line."""

from __future__ import annotations


def size_text(size: int) -> str:
    """`1536` -> `1.5 KB`."""
    if size < 1000:  # noqa: PLR2004 - what can be read at a glance
        return f"{size} B"
    kilobytes = size / 1024
    return f"{kilobytes:.1f} KB" if kilobytes < 1000 else f"{kilobytes / 1024:.1f} MB"  # noqa: PLR2004


def milliseconds_text(seconds: float) -> str:
    """`0.0123` -> `12.3 ms`."""
    milliseconds = seconds * 1000
    return f"{milliseconds:.1f} ms" if milliseconds < 100 else f"{milliseconds:.0f} ms"  # noqa: PLR2004


def span_text(seconds: float | None) -> str:
    """`86399` -> `23 h 59 min`; None is no end."""
    if seconds is None:
        return "no limit"
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days} d {hours} h"
    if hours:
        return f"{hours} h {minutes} min"
    return f"{minutes} min" if minutes else f"{rest} s"
