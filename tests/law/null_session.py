"""What the app without a session is handed as `url_session()`: an object that does nothing."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

import streamlit as st
from typing_extensions import Self


class NullSession:
    """A session that does nothing. Nothing of ours is in it."""

    status = "disabled"
    is_new = True
    restored = ()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        pass

    def fragment(self, func: Callable[..., Any] | None = None, **options: Any) -> Any:
        return st.fragment(func, **options)

    def keep_edits(self, frame: Any, *, key: str, **options: Any) -> Any:
        return st.data_editor(frame, key=key, **options)

    def keep_upload(self, upload: Any, *, key: str) -> Any:
        return upload

    def persist(self) -> bool:
        return False


class Looked:
    """A session of either side, which is looked at before it closes."""

    def __init__(self, session: Any, look: Callable[[], None]) -> None:
        self._session = session
        self._look = look

    def __getattr__(self, name: str) -> Any:
        return getattr(self._session, name)

    def __enter__(self) -> Self:
        self._session.__enter__()
        return self

    def __exit__(self, *reason: object) -> Any:
        self._look()
        return self._session.__exit__(*reason)
