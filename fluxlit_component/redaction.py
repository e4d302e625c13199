"""Keeps session ids out of logs: a filter for access logs, which print the query of each request.

An id is in a query only in address bar mode `visible`, or if a visitor comes by a link that holds an id. A
server that prints headers also prints the header of the handshake, which always holds the id.
"""

from __future__ import annotations

import copy
import logging
import re
from collections.abc import Iterable, Mapping, MutableMapping
from contextlib import suppress
from typing import Any, Final

from fluxlit_component.identifier import DEFAULT_PARAM

ACCESS_LOGGERS: Final = (
    *("uvicorn.access", "uvicorn.error", "uvicorn", "starlette"),
    *("tornado.access", "gunicorn.access", "hypercorn.access"),
)
REDACTED: Final = "<redacted>"
_named: Final = {DEFAULT_PARAM, "fluxlit_link"}


class SidFilter(logging.Filter):
    """Replaces ids, and all values of the session's query keys, in a record's message and arguments."""

    def __init__(self, params: Iterable[str] = (DEFAULT_PARAM, "fluxlit_link")) -> None:
        super().__init__()
        names = "|".join(re.escape(name) for name in params)
        # A key or an id begins after a sign, or after a percent-encoded sign: "%3Fsid" has no word boundary.
        begin = r"(?:(?<![\w-])|(?<=%[0-9A-Fa-f]{2})|(?<=%25[0-9A-Fa-f]{2}))"
        # The sign after a key: of a query, encoded once or more often, or of JSON or a printed dict.
        between = r"""(?:=|%(?:25)*3[dD]|\\?["']\s*:\s*\[?\s*\\?["'])"""
        # An app may name another key than its server knows of, and a server may print the header of the
        # handshake. So what looks like an id goes wherever it stands.
        self._pattern = re.compile(
            rf"{begin}(?:((?:{names}){between})[^&\s\"'#<>,)\\]+|[\w-]{{43}}(?![\w-]))"
        )

    def filter(self, record: logging.LogRecord) -> bool:
        """Redact in place; a record is never dropped."""
        clean = self._clean(record.msg)
        if clean is not record.msg and record.args:
            # The pattern may have taken a placeholder along, so what it stands for is filled in before.
            with suppress(Exception):  # arguments that do not fit
                clean = self._clean(record.getMessage())
            record.args = None
        record.msg = clean
        if isinstance(record.args, Mapping):
            record.args = self._clean_mapping(record.args)
        elif record.args:
            record.args = tuple(self._clean(value) for value in record.args)
        if record.exc_info and not record.exc_text:
            # A handler's formatter does the same, but uses the text that it finds here.
            record.exc_text = logging.Formatter().formatException(record.exc_info)
        record.exc_text, record.stack_info = self._clean(record.exc_text), self._clean(record.stack_info)
        return True

    def _clean(self, value: Any) -> Any:
        if value is None or isinstance(value, (int, float)):
            return value  # left alone, so that `%d` finds a number
        text = str(value)  # of any other value only its printed text counts
        clean = self._pattern.sub(rf"\g<1>{REDACTED}", text)
        return value if clean == text else clean

    def _clean_mapping(self, values: Mapping[Any, Any]) -> Mapping[Any, Any]:
        clean = {key: self._clean(value) for key, value in values.items()}
        if not isinstance(values, MutableMapping):
            return clean
        again = copy.copy(values)  # gunicorn's mapping also answers for keys that are absent
        again.update(clean)
        return again


def redact_logs(*, params: Iterable[str] = (), loggers: Iterable[str] = ACCESS_LOGGERS) -> SidFilter:
    """Install one filter on the access loggers and return it. Call it at start-up. Twice is harmless.

    `params`: more query keys whose values are taken out, whatever they look like; a later call forgets none.
    One string, here or in `loggers`, is one name.
    Under any other key, such as the app's own `param=`, a value with the shape of an id is taken out.
    """
    params, loggers = ((given,) if isinstance(given, str) else given for given in (params, loggers))
    _named.update(params)
    sid_filter = SidFilter(_named)
    for name in loggers:
        logger = logging.getLogger(name)
        for old in [f for f in logger.filters if isinstance(f, SidFilter)]:
            logger.removeFilter(old)
        logger.addFilter(sid_filter)
    return sid_filter
