"""The demo behind `make demo` and `python -m fluxlit_component.demo`.

"Meridian" is an ordinary multipage Streamlit app: 418 places of the world, and what you make of them. It is
here to be reloaded. Its pages know nothing of the session, but for the one whose answers are streams; the one
line that matters is in `app.py`. The data comes with the installed `tzdata` package; nothing is fetched.
"""
