"""What cannot work is refused where it is given, by an error that says what to give."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from fluxlit_component import (
    Caps,
    ConfigurationError,
    InMemorySessionStore,
    RedisSessionStore,
    SQLiteSessionStore,
    UrlSession,
    ensure_url_session,
)
from fluxlit_component.background.task import Task
from fluxlit_component.background.views import Job
from fluxlit_component.testing import StreamlitServer

PAGE: Any = SimpleNamespace(query_params={}, session_state={})
ANYTHING: Any = UrlSession(None, None)
REDIS: Any = RedisSessionStore("redis://nowhere.invalid")  # connects when it is used
JOB: Any = Job(Task("k", "job", ""), None)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (lambda: Caps(keys="x"), r"Caps\(keys=\) takes a whole number"),  # type: ignore[arg-type]
        (lambda: Caps(live=-1), r"Caps\(live=\)"),
        (lambda: Caps(value_bytes=True), r"Caps\(value_bytes=\)"),
        (lambda: ANYTHING.job("k", "abc"), "function takes a function, not str"),
        (lambda: ANYTHING.job("k", print, executor=5), r"a pool with submit\(\)"),
        (lambda: ANYTHING.job(5, print), "key takes a string"),
        (lambda: ANYTHING.stream(5, print), "key takes a string"),
        (lambda: ANYTHING.stream("k", 5), "source takes a function or what gives chunks, .* not int"),
        (lambda: ANYTHING.follow(JOB, every="x"), "every takes a positive number of seconds"),
        (lambda: ANYTHING.follow(None), "a stream or a job that is there"),
        (lambda: ANYTHING.keep_upload(None, key=5), "key takes a string"),
        (lambda: ANYTHING.keep_upload(None, key="k", max_bytes="1"), "max_bytes takes a number of bytes"),
        (lambda: ANYTHING.keep_edits([1], key=5), "key takes a string"),
        (lambda: ANYTHING.link(once="no"), "once takes True or False"),
        (lambda: ensure_url_session(PAGE, "memory://"), "not a URL"),  # type: ignore[arg-type]
        (lambda: InMemorySessionStore(max_entries="x"), "max_entries"),  # type: ignore[arg-type]
        (lambda: InMemorySessionStore(default_ttl_seconds=float("nan")), "default_ttl_seconds takes seconds"),
        (lambda: InMemorySessionStore().set("a", {}, ttl_seconds="x"), "^ttl_seconds takes seconds"),  # type: ignore[arg-type]
        (lambda: InMemorySessionStore().set("a", {}, ttl_seconds=float("nan")), "^ttl_seconds takes seconds"),
        (lambda: REDIS.set("a", {}, ttl_seconds="x"), "^ttl_seconds takes seconds"),
        (lambda: InMemorySessionStore().set(5, {}), "a session id is a string"),  # type: ignore[arg-type]
        (lambda: REDIS.get(b"a"), "a session id is a string"),
        (lambda: SQLiteSessionStore(5), "path takes a path, not int"),  # type: ignore[arg-type]
        (lambda: StreamlitServer("app.py", env={"A": 1}), "A takes a string"),  # type: ignore[dict-item]
    ],
)
def test_a_wrong_argument_gives_no_raw_error(wrong: Callable[[], object], said: str) -> None:
    """Nor is it taken for something else: the text "no" is no False."""
    with pytest.raises(ConfigurationError, match=said):
        wrong()


def test_an_app_that_is_a_path_takes_no_arguments(url_session_apptest: Callable[..., Any]) -> None:
    """They would be dropped without a word. What is neither path nor function is named."""
    with pytest.raises(ConfigurationError, match="for an app that is a function"):
        url_session_apptest(__file__, kwargs={"a": 1})
    with pytest.raises(TypeError, match="a path or a function, not int"):
        url_session_apptest(5)
