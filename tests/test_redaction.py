"""Access logs print queries; ids in them are redacted."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from fluxlit_component import redaction
from fluxlit_component.identifier import new_session_id
from fluxlit_component.redaction import SidFilter, redact_logs


@pytest.mark.parametrize(
    "text",
    [
        '127.0.0.1:1 - "GET /?fluxlit_sid={sid}&a=1 HTTP/1.1" 200',
        "GET /report?a=1&fluxlit_sid={sid}#x",
        "referer http://h/?fluxlit_sid%3D{sid}",
        "/?fluxlit_link={sid}",
        "referer=http%3A%2F%2Fh%2F%3Ffluxlit_sid%3D{sid}",
        "next=%252Fa%253Ffluxlit_sid%253D{sid}",
        '{{"query": {{"fluxlit_sid": "{sid}", "a": 1}}}}',
        "{{'fluxlit_sid': ['{sid}'], 'a': 1}}",
        "< Sec-WebSocket-Protocol: streamlit, fluxlit.{sid}",
        "(b'sec-websocket-protocol', b'streamlit, fluxlit-browser.{sid}.my%2Esid, PLACEHOLDER')",
        'fluxlit_sid="{sid}"',
        "('fluxlit_sid', '{sid}')",
        "fluxlit_sid: {sid}",
        '{{"line": "{{\\"fluxlit_sid\\": \\"{sid}\\"}}"}}',
    ],
)
def test_the_id_is_gone_and_the_rest_is_there(text: str) -> None:
    """In the message and in its arguments."""
    sid = new_session_id()
    line = text.format(sid=sid)
    for message, args in (
        (line, ()),
        ("%s", (line,)),
        ("%(line)s", ({"line": line},)),
        ("%s", (Address(line),)),
        (Address(line), ()),
    ):
        record = logging.LogRecord("uvicorn.access", logging.INFO, __file__, 1, message, args, None)
        assert SidFilter().filter(record)
        said = record.getMessage()
        assert sid not in said
        assert "<redacted>" in said
        assert said.replace("<redacted>", sid) == line


@pytest.mark.parametrize(
    "text",
    [
        '1.2.3.4:1 - "GET /?sid={sid}&a=1 HTTP/1.1" 200',
        "referer=http%3A%2F%2Fh%2F%3Fmy.sid%3D{sid}%26a%3D1",
        "{{'my-sid': ['{sid}'], 'a': 1}}",
    ],
)
def test_an_id_under_a_key_of_the_app_is_in_no_log(text: str) -> None:
    """`url_session(param=...)` is not known when the filter is made. The rest of the line stays."""
    sid = new_session_id()
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "%s", (text.format(sid=sid),), None)
    SidFilter().filter(record)
    assert record.getMessage() == text.format(sid="<redacted>")


def test_longer_and_shorter_values_of_other_keys_stay() -> None:
    """Such as a hash or a trace id: what is cut out of these helps nobody."""
    line = f"/?digest={'a' * 64}&trace={'b' * 42}&name=Ada"
    record = logging.LogRecord("x", logging.INFO, __file__, 1, line, (), None)
    SidFilter().filter(record)
    assert record.getMessage() == line


class Address:
    """Prints as its text, as URL objects do."""

    def __init__(self, text: str) -> None:
        self._text = text

    def __str__(self) -> str:
        return self._text


def test_the_id_is_gone_from_what_hangs_on_a_record() -> None:
    """Bytes, lists and dicts among the arguments, and the traceback of an exception."""
    sid = new_session_id()
    query = f"fluxlit_sid={sid}"
    error = (ValueError, ValueError(query), None)
    record = logging.LogRecord(
        "x", logging.INFO, __file__, 1, "%s %s", ([query], {"q": (query.encode(),)}), error
    )
    SidFilter().filter(record)
    assert sid not in logging.Formatter().format(record)
    assert "ValueError: fluxlit_sid=<redacted>" in logging.Formatter().format(record)


@pytest.mark.parametrize(
    ("message", "arguments", "printed"),
    [
        ("GET /?fluxlit_sid=%s&a=%d", ("{sid}", 1), "GET /?fluxlit_sid=<redacted>&a=1"),
        ("GET /?fluxlit_sid=%(sid)s", ({"sid": "{sid}"},), "GET /?fluxlit_sid=<redacted>"),
        ("GET /?fluxlit_sid=%d", ("{sid}",), "GET /?fluxlit_sid=<redacted>"),
    ],
)
def test_a_placeholder_for_an_id(message: str, arguments: tuple[Any, ...], printed: str) -> None:
    """The id is filled in and redacted; logging itself would print arguments that do not fit the message."""
    sid = new_session_id()
    given = tuple(
        {"sid": sid} if isinstance(each, dict) else sid if each == "{sid}" else each for each in arguments
    )
    record = logging.LogRecord("x", logging.INFO, __file__, 1, message, given, None)
    SidFilter().filter(record)
    assert record.getMessage() == printed
    assert sid not in repr(record.__dict__)


def test_arguments_by_name_stay_what_they_are() -> None:
    """Gunicorn's answer "-" for what is not there."""

    class Atoms(dict[str, str]):
        def __missing__(self, key: str) -> str:
            return "-"

    atoms = Atoms(r="GET /?fluxlit_sid=abc")
    record = logging.LogRecord("gunicorn.access", logging.INFO, __file__, 1, "%(r)s %({x}i)s", (atoms,), None)
    SidFilter().filter(record)
    assert record.getMessage() == "GET /?fluxlit_sid=<redacted> -"
    assert atoms["r"].endswith("abc")


def test_other_records_pass_untouched() -> None:
    """Numbers, other keys, no arguments."""
    record = logging.LogRecord("x", logging.INFO, __file__, 1, "%s %d", ("/?sid=abc&x=fluxlit", 200), None)
    SidFilter().filter(record)
    assert record.getMessage() == "/?sid=abc&x=fluxlit 200"


def test_one_line_installs_it_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calling it again replaces the filter; an own parameter is redacted too, in later calls as well."""
    monkeypatch.setattr(redaction, "_named", {*redaction._named})
    logger = logging.getLogger("fluxlit.test.access")
    redact_logs(params=["sid"], loggers=[logger.name])
    redact_logs(loggers=[logger.name])
    assert [type(f) for f in logger.filters] == [SidFilter]
    record = logging.LogRecord(logger.name, logging.INFO, __file__, 1, "/?sid=abc", (), None)
    assert logger.filter(record)
    assert record.getMessage() == "/?sid=<redacted>"


def test_one_string_is_one_name(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its letters are no names of their own."""
    monkeypatch.setattr(redaction, "_named", {*redaction._named})
    logger = logging.getLogger("fluxlit.test.one")
    redact_logs(params="sid", loggers=logger.name)
    record = logging.LogRecord(logger.name, logging.INFO, __file__, 1, "/?sid=abc&s=1&i=2", (), None)
    assert logger.filter(record)
    assert record.getMessage() == "/?sid=<redacted>&s=1&i=2"
