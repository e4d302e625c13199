"""Every error the package raises on purpose.

    FluxlitError
    ├── ConfigurationError   a setting, argument or store URL that cannot work   (also a ValueError)
    │   └── BundleMissing    the browser bundle was not built
    ├── CodecError
    │   ├── UnstorableValue  a value that cannot be kept exactly                 (also a TypeError)
    │   └── CorruptValue     stored bytes that are not ours, or broken           (also a ValueError)
    │       └── UnknownClass no class is registered under the stored name so far
    ├── UnfitRecord          a stored record that the app's model or migrations cannot take
    ├── NoPage               the function of a stream or job has used `st.*`
    ├── TooManyTasks         as many streams and jobs run as may
    └── StoreUnavailable     the store gave no answer: neither "found" nor "absent"

Messages say what to do. None of them ever holds a session id or a value.
"""

from __future__ import annotations


class FluxlitError(Exception):
    """Base of all errors of this package.

    Examples:
        ```python
        from fluxlit_component import FluxlitError, SQLiteSessionStore

        try:
            SQLiteSessionStore("/dev/null/sessions.db")
        except FluxlitError as error:
            print(error)
        ```
    """


class ConfigurationError(FluxlitError, ValueError):
    """A setting, an argument or a store URL cannot work; the message says what to change.

    Examples:
        ```python
        from fluxlit_component import ConfigurationError, register

        try:
            register(int, name="a name with blanks")
        except ConfigurationError as error:
            assert "A-Z a-z 0-9" in str(error)
        ```
    """


class BundleMissing(ConfigurationError):
    """The browser bundle is not in the package: a checkout that was not built.

    Examples:
        ```python
        from fluxlit_component import BundleMissing

        assert "make build" in str(BundleMissing("bridge-v2.js"))
        ```
    """

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the browser bundle {name!r} is missing. In a checkout run `make build`; "
            "an installed wheel always carries it, so reinstall fluxlit-component."
        )


class CodecError(FluxlitError):
    """A value could not be turned into bytes, or bytes into a value.

    Examples:
        ```python
        from fluxlit_component import CodecError, InMemorySessionStore

        try:
            InMemorySessionStore().set("id", {"function": print})
        except CodecError as error:
            assert "cannot be stored" in str(error)
        ```
    """


class UnstorableValue(CodecError, TypeError):
    """A value that cannot be kept exactly, and is therefore not kept at all.

    Attributes:
        type_name: qualified name of the offending type, for example ``"_thread.lock"``.
        remedy: what the app's author can do about it, one sentence.

    Examples:
        ```python
        import threading

        from fluxlit_component import InMemorySessionStore, UnstorableValue

        try:
            InMemorySessionStore().set("id", {"lock": threading.Lock()})
        except UnstorableValue as error:
            assert error.type_name == "_thread.lock"
            print(error.remedy)
        ```
    """

    def __init__(self, type_name: str, remedy: str) -> None:
        self.type_name = type_name
        self.remedy = remedy
        super().__init__(f"{type_name} cannot be stored: {remedy}")


class CorruptValue(CodecError, ValueError):
    """Stored bytes that this codec did not write, or that were damaged since.

    Examples:
        ```python
        from fluxlit_component import CorruptValue
        from fluxlit_component.codec import decode

        try:
            decode(b"not ours")
        except CorruptValue as error:
            print(error)
        ```
    """


class UnknownClass(CorruptValue):
    """A stored object whose class is not registered. Its module may not be imported yet."""


class UnfitRecord(FluxlitError):
    """A stored record that cannot be migrated or validated. It is left untouched.

    Examples:
        ```python
        import streamlit as st
        from pydantic import BaseModel
        from fluxlit_component import Event, UnfitRecord, url_session


        class State(BaseModel):
            level: int = 1


        def on_error(event: Event) -> None:
            if isinstance(event.error, UnfitRecord):
                print("an older record does not fit; the app begins from its defaults")


        with url_session(model=State, on_error=on_error) as session:
            st.write(session.state.level)
        ```
    """


class StoreUnavailable(FluxlitError):
    """The store gave no answer, which does not mean "absent". Try again later, and mint no new id.

    Examples:
        ```python
        from pathlib import Path

        from fluxlit_component import StoreUnavailable


        class MyStore:
            def get(self, session_id: str) -> dict[str, str] | None:
                try:
                    return {"name": Path("/mnt/share", session_id).read_text()}
                except FileNotFoundError:
                    return None
                except OSError as error:
                    raise StoreUnavailable("the share did not answer") from error
        ```
    """


class NoPage(FluxlitError):
    """The function of a stream or job has used `st.*`: it runs in a thread that has no page.

    Examples:
        ```python
        from fluxlit_component import NoPage

        assert "as arguments" in str(NoPage())
        ```
    """

    def __init__(self) -> None:
        super().__init__(
            "the function of a stream or job has no page and no st.session_state, since it outlives them: "
            "hand what it needs over as arguments, give results by yield or return, and call progress() to "
            "say how far it is"
        )


class TooManyTasks(FluxlitError):
    """A limit of streams and jobs is reached: `FLUXLIT_TASKS_PER_SESSION` or `FLUXLIT_TASKS_PER_PROCESS`.

    Attributes:
        running: how many streams and jobs run.
        whose: ``"session"`` or ``"process"``: which of the two limits is reached.

    Examples:
        ```python
        import time

        import streamlit as st
        from fluxlit_component import TooManyTasks, url_session

        with url_session() as session:
            if st.button("Train"):
                try:
                    session.job("train", time.sleep, 1)
                except TooManyTasks:
                    st.warning("Too much is going on just now, please try again in a minute.")
        ```
    """

    def __init__(self, running: int, whose: str) -> None:
        self.running = running
        self.whose = whose
        super().__init__(
            f"{running} streams and jobs of this {whose} run already, the most that "
            f"FLUXLIT_TASKS_PER_{whose.upper()} allows: stop one, or try again when one has ended"
        )
