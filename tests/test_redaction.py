"""Access logs print queries; ids in them are redacted."""

from __future__ import annotations

import logging

import pytest

from fluxlit_component.identifier import new_session_id
from fluxlit_component.redaction import SidFilter, redact_logs


@pytest.mark.parametrize(
    "text",
    [
        '127.0.0.1:1 - "GET /?fluxlit_sid={sid}&a=1 HTTP/1.1" 200',
        "GET /report?a=1&fluxlit_sid={sid}#x",
        "referer http://h/?fluxlit_sid%3D{sid}",
        "/?fluxlit_link={sid}",
    ],
)
def test_the_id_is_gone_and_the_rest_is_there(text: str) -> None:
    """In the message and in its arguments."""
    sid = new_session_id()
    line = text.format(sid=sid)
    for message, args in ((line, ()), ("%s", (line,)), ("%(line)s", ({"line": line},))):
        record = logging.LogRecord("uvicorn.access", logging.INFO, __file__, 1, message, args, None)
        assert SidFilter().filter(record)
        said = record.getMessage()
        assert sid not in said
        assert "<redacted>" in said
        assert said.replace("<redacted>", sid) == line


def test_other_records_pass_untouched() -> None:
    """Numbers, other keys, no arguments."""
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "%s %d", ("/?sid=abc&x=fluxlit", 200), None)
    SidFilter().filter(record)
    assert record.getMessage() == "/?sid=abc&x=fluxlit 200"


def test_one_line_installs_it_once() -> None:
    """Calling it again replaces the filter; an own parameter is redacted too."""
    logger = logging.getLogger("fluxlit.test.access")
    redact_logs(loggers=[logger.name])
    redact_logs(params=["sid"], loggers=[logger.name])
    assert [type(f) for f in logger.filters] == [SidFilter]
    record = logging.LogRecord(logger.name, logging.INFO, __file__, 1, "/?sid=abc", (), None)
    assert logger.filter(record)
    assert record.getMessage() == "/?sid=<redacted>"
