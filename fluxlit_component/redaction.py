"""Keeps session ids out of logs: a filter for access logs, which print the query of each request.

Only an app in address bar mode `visible`, or a visitor with a link, ever brings an id in a query;
`uvicorn app:app` then prints it twice. One line at start-up: ``redact_logs()``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Mapping
from typing import Any, Final

from fluxlit_component.identifier import DEFAULT_PARAM

ACCESS_LOGGERS: Final = (
    "uvicorn.access",
    "uvicorn.error",
    "uvicorn",
    "tornado.access",
    "gunicorn.access",
    "starlette",
)
REDACTED: Final = "<redacted>"


class SidFilter(logging.Filter):
    """Replaces the values of the session's query keys in a record's message and arguments."""

    def __init__(self, params: Iterable[str] = (DEFAULT_PARAM, "fluxlit_link")) -> None:
        super().__init__()
        names = "|".join(re.escape(name) for name in params)
        self._pattern = re.compile(rf"\b((?:{names})(?:=|%3[dD]))[^&\s\"'#<>,)]*")

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact in place; a record is never dropped."""
        record.msg = self._clean(record.msg)
        if isinstance(record.args, Mapping):
            record.args = {key: self._clean(value) for key, value in record.args.items()}
        elif record.args:
            record.args = tuple(self._clean(value) for value in record.args)
        return True

    def _clean(self, value: Any) -> Any:
        return self._pattern.sub(rf"\g<1>{REDACTED}", value) if isinstance(value, str) else value


def redact_logs(
    *, params: Iterable[str] = (DEFAULT_PARAM, "fluxlit_link"), loggers: Iterable[str] = ACCESS_LOGGERS
) -> SidFilter:
    """Install one filter on the access loggers and return it. Calling it again does no harm."""
    sid_filter = SidFilter(params)
    for name in loggers:
        logger = logging.getLogger(name)
        for old in [f for f in logger.filters if isinstance(f, SidFilter)]:
            logger.removeFilter(old)
        logger.addFilter(sid_filter)
    return sid_filter
