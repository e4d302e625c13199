"""The server of `streamlit run`: its options, whether it speaks ASGI, what surrounds it, how it begins."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from fluxlit_component.internals.guard import guard, nothing
from fluxlit_component.settings import variable_of_streamlit

_OPTION: Final = "server.useStarlette"


@guard(bool)
def serves_asgi(arguments: Sequence[str]) -> bool:
    """Whether `streamlit run` with these arguments serves by Starlette: always from 1.57 on."""
    import uvicorn  # noqa: F401 - not there before 1.53 or so
    from streamlit import config
    from streamlit.web.server.starlette import starlette_server  # noqa: F401

    if _OPTION not in config._config_options_template:
        return True  # nothing else to choose any more, and `get_option` would read files too early
    asked = any(argument.startswith(f"--{_OPTION}") for argument in arguments)
    return asked or str(option_here(_OPTION)).lower() in {"true", "1"}


@guard(nothing)
def option_here(name: str) -> Any:
    """What `streamlit run` in this folder and environment would have for an option; None: it knows none."""
    from streamlit import config

    known = config._config_options_template.get(name)
    if known is None:
        return None
    # Variables of the environment are options of the command line to Streamlit, not of its files.
    given = variable_of_streamlit(known.env_var)
    return config.get_option(name) if given is None else given


@guard(bool)
def surround_server(middleware: Callable[[Any], Any]) -> bool:
    """Have uvicorn in this process serve its app inside of `middleware`; whether that can be done.

    Under it the two ways of `streamlit run` meet: the app of its own, and the `st.App` that a script defines.
    """
    import uvicorn

    load = uvicorn.Config.load

    def load_surrounded(self: Any) -> None:
        load(self)
        self.loaded_app = middleware(self.loaded_app)

    uvicorn.Config.load = load_surrounded  # type: ignore[method-assign]
    return True


def streamlit_run(arguments: Sequence[str]) -> None:
    """Be `streamlit run` with these arguments until it ends."""
    from streamlit.web import cli

    cli.main(["run", *arguments], prog_name="streamlit")
