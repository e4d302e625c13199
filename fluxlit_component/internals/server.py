"""The server of `streamlit run`: its options, whether it serves by ASGI, its middleware and its start."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from fluxlit_component.internals.guard import guard, nothing
from fluxlit_component.settings import variable

_OPTION: Final = "server.useStarlette"


@guard(bool)
def serves_asgi(arguments: Sequence[str]) -> bool:
    """Whether `streamlit run` with these arguments serves by Starlette: always from 1.57 on."""
    import uvicorn  # noqa: F401 - not there before 1.53 or so
    from streamlit import config
    from streamlit.web.server.starlette import starlette_server  # noqa: F401

    if _OPTION not in config._config_options_template:
        return True  # there is no other server any more, and `get_option` would read files too early
    asked = any(argument.startswith(f"--{_OPTION}") for argument in arguments)
    return asked or str(option_here(_OPTION)).lower() in {"true", "1"}


@guard(nothing)
def option_here(name: str) -> Any:
    """The value of an option for `streamlit run` in this folder and environment; None: no such option."""
    from streamlit import config

    known = config._config_options_template.get(name)
    if known is None:
        return None
    # Streamlit reads environment variables as options of the command line, so `get_option` misses them.
    given = variable(known.env_var)
    return config.get_option(name) if given is None else given


@guard(bool)
def surround_server(middleware: Callable[[Any], Any]) -> bool:
    """Have uvicorn in this process serve its app inside of `middleware`. Returns whether that is possible.

    `streamlit run` serves either its own app or the `st.App` of a script. uvicorn loads both of them.
    """
    import uvicorn

    load = uvicorn.Config.load

    def load_surrounded(self: Any) -> None:
        load(self)
        self.loaded_app = middleware(self.loaded_app)

    uvicorn.Config.load = load_surrounded  # type: ignore[method-assign]
    return True


def streamlit_run(arguments: Sequence[str]) -> None:
    """Run `streamlit run` with these arguments until it ends."""
    from streamlit.web import cli

    cli.main(["run", *arguments], prog_name="streamlit")
