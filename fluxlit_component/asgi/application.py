"""The app that the environment names, for `uvicorn fluxlit_component.asgi:app` and gunicorn.

`FLUXLIT_APP` is the path of the script, from the working directory; default `streamlit_app.py`.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fluxlit_component.asgi.middleware import SessionMiddleware
from fluxlit_component.errors import ConfigurationError
from fluxlit_component.settings import variable

try:
    from starlette.middleware import Middleware
    from streamlit.starlette import App
except ImportError:
    raise ConfigurationError("fluxlit_component.asgi:app needs Streamlit 1.53 or newer (`App`)") from None

_script = Path(variable("FLUXLIT_APP") or "streamlit_app.py").resolve()
if not _script.is_file():
    raise ConfigurationError(f"there is no {_script}: set FLUXLIT_APP to the path of the app's script")
app: Any = App(_script, middleware=[Middleware(SessionMiddleware)])
